import type { Sealer } from '../crypto/sealer.js'
import { VaultError } from '../errors.js'
import { assessFreshness, DEFAULT_VALIDITY_MS, type Freshness, isLive } from '../expiry/policy.js'
import type { Connection } from '../model/connection.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import type { AccessGrant } from '../refresh/access-grant.js'
import type { RefreshCoordinator, RefreshRun } from '../refresh/coordinator.js'
import { grantOf } from '../refresh/row-state.js'
import type { Runtime } from '../runtime.js'
import type { CredentialRow, CredentialStore } from '../storage/contract.js'
import { type CredentialData, readCredentialData } from './credential-data.js'
import { credentialNotFound, providerUnavailable, reauthorizationRequired } from './credential-errors.js'
import { parseGetOptions, parseSelector } from './credential-request.js'
import { type CredentialSelector, Credentials, type GetCredentialsOptions } from './credentials.js'
import { openAccessToken } from './sealed-tokens.js'

export interface GetCredentialsParts {
  readonly tenant: string
  readonly connections: ConnectionRegistry
  readonly credentials: CredentialStore
  readonly sealer: Sealer
  readonly coordinator: RefreshCoordinator
  readonly runtime: Runtime
  readonly callerWaitMs: number
}

/** Makes `vault.getCredentials`: reads the row, asks the expiry policy, and hands out, refreshes behind, or refreshes first. */
export function createGetCredentials(
  parts: GetCredentialsParts,
): (selector: CredentialSelector, options?: GetCredentialsOptions) => Promise<Credentials> {
  const { tenant, connections, credentials, sealer, coordinator, runtime, callerWaitMs } = parts

  return async (selector, options = {}) => {
    const { connectionId, userId, accountId } = parseSelector(selector)
    const { minValidityMs, requiredScopes, forceRefresh, signal } = parseGetOptions(options)
    signal?.throwIfAborted()
    const connection = await connections.get(connectionId)
    const row = await credentials.get({ tenant, connectionId, userId, accountId })
    signal?.throwIfAborted()
    if (!row || row.status === 'disconnected') throw credentialNotFound({ connectionId, userId })
    const data = readCredentialData(row)
    assertScopes(row, data, requiredScopes)

    switch (judge(connection, row, data, minValidityMs, forceRefresh)) {
      case 'dead':
        throw reauthorizationRequired(row, data.reason ?? 'expired')
      case 'fresh':
        return handOut(row, await storedGrant(row, data))
      case 'refresh-soon':
        letRunBehind(coordinator.refresh(connection, row))
        return handOut(row, await storedGrant(row, data))
      case 'refresh-now':
        return handOut(row, await refreshed(connection, row, data, forceRefresh, signal), requiredScopes)
    }
  }

  function judge(
    connection: Connection,
    row: CredentialRow,
    data: CredentialData,
    requiredValidityMs: number | undefined,
    forceRefresh: boolean,
  ): Freshness {
    const refreshable = row.refreshToken !== null && row.status !== 'reauthorization_required'
    if (row.accessToken === null) return refreshable ? 'refresh-now' : 'dead'
    // A grant that has ended, and a token that nobody knows the end of: it ended with the grant.
    if (row.status === 'reauthorization_required' && row.expiresAtMs === null) return 'dead'
    if (forceRefresh && refreshable) return 'refresh-now'
    return assessFreshness(
      { issuedAtMs: data.issuedAtMs, expiresAtMs: row.expiresAtMs, hasRefreshToken: refreshable },
      runtime.clock.now(),
      {
        requiredValidityMs,
        defaultValidityMs: connection.minValidityMs ?? DEFAULT_VALIDITY_MS,
      },
    )
  }

  async function storedGrant(row: CredentialRow, data: CredentialData): Promise<AccessGrant> {
    const accessToken = await openAccessToken(sealer, row)
    if (!accessToken) throw reauthorizationRequired(row, data.reason ?? 'expired')
    return grantOf(row, data, accessToken)
  }

  /** Waits for the refresh, no longer than the caller's patience. While the old token lives, a failing provider is not the caller's problem. */
  async function refreshed(
    connection: Connection,
    row: CredentialRow,
    data: CredentialData,
    forced: boolean,
    signal: AbortSignal | undefined,
  ): Promise<AccessGrant> {
    const run = coordinator.refresh(connection, row)
    try {
      return await waitFor(run, row, signal)
    } catch (error) {
      if (signal?.aborted || forced || row.accessToken === null) throw error
      if (!isLive({ issuedAtMs: data.issuedAtMs, expiresAtMs: row.expiresAtMs }, runtime.clock.now())) throw error
      return storedGrant(row, data)
    }
  }

  async function waitFor(run: RefreshRun, row: CredentialRow, signal: AbortSignal | undefined): Promise<AccessGrant> {
    const stopWaiting = new AbortController()
    const abort = (): void => stopWaiting.abort()
    signal?.addEventListener('abort', abort)
    try {
      const patience = runtime.clock.sleep(callerWaitMs, stopWaiting.signal).then((): never => {
        signal?.throwIfAborted()
        throw providerUnavailable(row, 'refresh_in_progress', 1_000)
      })
      return await Promise.race([run.answer, patience])
    } finally {
      signal?.removeEventListener('abort', abort)
      stopWaiting.abort()
    }
  }
}

function letRunBehind(run: RefreshRun): void {
  // The coordinator has logged and announced it; the caller has a live token.
  run.answer.catch(() => undefined)
}

function handOut(row: CredentialRow, grant: AccessGrant, requiredScopes: readonly string[] = []): Credentials {
  assertScopes(row, grant, requiredScopes)
  return new Credentials({
    connectionId: row.connectionId,
    userId: row.userId,
    tokenType: grant.tokenType,
    scope: grant.scope ?? undefined,
    expiresAt: grant.expiresAtMs === null ? undefined : new Date(grant.expiresAtMs),
    accessToken: grant.accessToken,
  })
}

/** RFC 6749, section 3.3: scopes are separated by spaces; some providers use commas. */
function assertScopes(
  { connectionId, userId }: CredentialRow,
  { scope }: { readonly scope: string | null },
  requiredScopes: readonly string[],
): void {
  if (requiredScopes.length === 0) return
  const granted = new Set((scope ?? '').split(/[\s,]+/))
  const missingScopes = requiredScopes.filter((required) => !granted.has(required))
  if (missingScopes.length === 0) return
  throw new VaultError(
    'insufficient_scope',
    `The credential of user "${userId}" on connection "${connectionId}" lacks scope ${missingScopes.map((s) => `"${s}"`).join(', ')}. Let the user connect again with these scopes added.`,
    { connectionId, userId, missingScopes },
  )
}
