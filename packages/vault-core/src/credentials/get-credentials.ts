import type { Sealer } from '../crypto/sealer.js'
import { isVaultError, VaultError } from '../errors.js'
import { assessFreshness, DEFAULT_VALIDITY_MS, type Freshness, isLive } from '../expiry/policy.js'
import { type Note, noteNothing } from '../instrumentation.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Connection } from '../model/connection.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import { scopesOf } from '../model/scopes.js'
import { type AccessGrant, isOlderThan } from '../refresh/access-grant.js'
import type { RefreshCoordinator, RefreshRun } from '../refresh/coordinator.js'
import { grantOf } from '../refresh/row-state.js'
import type { UnwrittenGrants } from '../refresh/unwritten-grants.js'
import { type Runtime, WAIT_ENDED } from '../runtime.js'
import type { CredentialKey, CredentialRow, CredentialStore } from '../storage/contract.js'
import { findAccount } from './accounts.js'
import { CONNECTION_OWNER, wrongUser } from './connection-owner.js'
import type { CredentialData } from './credential-data.js'
import { credentialNotFound, providerUnavailable, reauthorizationRequired, tokenBoundToKey } from './credential-errors.js'
import { type ParsedGetOptions, parseGetOptions, parseSelector } from './credential-request.js'
import { type CredentialSelector, Credentials, type GetCredentialsOptions } from './credentials.js'
import type { ExchangedCredentials } from './exchanged-credentials.js'
import type { LastUsed } from './last-used.js'
import { createOpenedTokens } from './opened-tokens.js'
import type { RowCache } from './row-cache.js'
import type { OpenDpopKey } from './sealed-dpop-key.js'
import { withNeededAuthorization } from './with-needed-authorization.js'

export interface GetCredentialsParts {
  readonly tenant: string
  readonly connections: ConnectionRegistry
  readonly credentials: CredentialStore
  /** Undefined: each call reads the store. */
  readonly rowCache: RowCache | undefined
  readonly sealer: Sealer
  readonly coordinator: RefreshCoordinator
  readonly unwritten: UnwrittenGrants
  readonly lastUsed: LastUsed
  readonly openDpopKey: OpenDpopKey
  readonly exchanged: ExchangedCredentials
  readonly maxOpenedTokens: number
  readonly runtime: Runtime
  readonly callerWaitMs: number
}

/** An API that refuses every token would have a refresh made for each call; a token this young is not refreshed for it again. */
const REJECTED_INTERVAL_MS = 30_000

/** Of a caller's patience: who comes so much later than another may be told with him that it is over. */
const SHARED_PATIENCE = 0.01

/** The same of users alone. */
export type GetUserCredentials = (selector: CredentialSelector, options?: GetCredentialsOptions, note?: Note) => Promise<Credentials>

/** Makes `vault.getCredentials`: reads the row, asks the expiry policy, and hands out, refreshes behind, or refreshes first. */
export function createGetCredentials(parts: GetCredentialsParts): GetUserCredentials {
  const { tenant, connections, credentials, rowCache, sealer, coordinator, unwritten, lastUsed, openDpopKey, exchanged } = parts
  const { maxOpenedTokens, runtime, callerWaitMs } = parts
  const { look, open, propertiesOf, fingerprintOf } = createOpenedTokens({ sealer, clock: runtime.clock, maxTokens: maxOpenedTokens })

  const waits = new WeakMap<RefreshRun, { readonly answer: Promise<AccessGrant | undefined>; readonly sinceMs: number }>()

  return async (selector, options = {}, note = noteNothing) => {
    const { connectionId, userId, accountId } = parseSelector(selector)
    const parsed = parseGetOptions(options)
    const { requiredScopes, forceRefresh, rejected, signal } = parsed
    signal?.throwIfAborted()
    const connection = await connections.get(connectionId)
    const { grant: own } = connection
    if (own?.type === 'token_exchange') await exchanged.begin(connection, own, userId)
    else if (own && own.type !== 'api_key' && userId !== CONNECTION_OWNER)
      throw wrongUser(`is given, but connection "${connectionId}" has a credential of its own: leave it out`)
    const key = { tenant, connectionId, userId, accountId }
    const cached = rowCache?.find(key)
    if (cached && serves(cached, connection, parsed)) {
      note({ source: 'cached' })
      return await handOut(cached, await storedGrant(cached, look(cached).data), parsed)
    }
    let row: CredentialRow | undefined
    try {
      row = await (rowCache ? rowCache.read(key) : findAccount(credentials, key))
    } catch (error) {
      // What a refresh brought while the store was away is here, and nowhere else.
      const grant = forceRefresh ? undefined : unwrittenOf(key)
      if (!grant || (rejected !== undefined && (await fingerprintOf(userId, grant.accessToken)) === rejected)) throw error
      note({ source: 'unwritten' })
      return await handOut(key, grant, parsed)
    }
    signal?.throwIfAborted()
    try {
      if (!row) throw credentialNotFound({ connectionId, userId })
      return await getFrom(row, connection, parsed, note)
    } catch (error) {
      // Where the token that is exchanged cannot be had, that is what the caller can act on.
      if (own?.type === 'token_exchange' && isVaultError(error, 'provider_unavailable')) await exchanged.subjectToken(own, userId)
      throw withNeededAuthorization(error, { connection, key, row, requiredScopes })
    }
  }

  /** Whether a row that was read a moment ago is all that this call needs. Whatever else it says is looked up. */
  function serves(
    row: CredentialRow,
    connection: Connection,
    { minValidityMs, requiredScopes, forceRefresh, rejected }: ParsedGetOptions,
  ): boolean {
    if (forceRefresh || rejected !== undefined || unwritten.find(row, row)) return false
    const { data } = look(row)
    return missingScopes(data, requiredScopes).length === 0 && judge(connection, row, data, minValidityMs, false) === 'fresh'
  }

  async function getFrom(row: CredentialRow, connection: Connection, options: ParsedGetOptions, note: Note): Promise<Credentials> {
    const { minValidityMs, requiredScopes, forceRefresh, rejected, signal } = options
    const { data, accessToken } = look(row)
    // A grant of the connection's own is asked for anew whenever its token ends: what the next one may do is seen by then.
    if (!connection.grant) assertScopes(row, data, requiredScopes)

    // The store answers, and still has not taken what the last refresh brought: nobody is given an older token than before,
    // and until it is written none is asked for again.
    const unstored = forceRefresh ? undefined : unwritten.find(row, row)
    if (unstored) {
      note({ source: 'unwritten' })
      return await handOut(row, unstored, options)
    }
    const isForced = forceRefresh || (rejected !== undefined && (await isStillRejected(row, data, rejected)))
    const freshness = judge(connection, row, data, minValidityMs, isForced)
    switch (freshness) {
      case 'dead':
        throw reauthorizationRequired(row, data.reason ?? (isLiveRow(row, data) ? 'no_refresh_token' : 'expired'))
      case 'refresh-now':
        return await handOut(row, await refreshed(connection, row, data, isForced, signal, note), options, row)
      case 'refresh-soon':
      case 'fresh':
        if (freshness === 'refresh-soon') letRunBehind(coordinator.refresh(connection, row))
        note({ source: freshness === 'fresh' ? 'live' : 'refreshing_behind', isOpened: accessToken !== undefined })
        return await handOut(row, accessToken ? grantOf(row, data, accessToken) : await storedGrant(row, data), options, row)
    }
  }

  /** Another account than the default one may stand in its place, and the store does not say so now. */
  function unwrittenOf(key: CredentialKey): AccessGrant | undefined {
    const grant = unwritten.find(key)
    if (grant || key.accountId === DEFAULT_ACCOUNT_ID) return grant
    const ofDefault = unwritten.find({ ...key, accountId: DEFAULT_ACCOUNT_ID })
    return ofDefault?.accountId === key.accountId ? ofDefault : undefined
  }

  /** Whether the token that the API refused is the one in the row, and was not just obtained: then another would fare no better. */
  async function isStillRejected(row: CredentialRow, data: CredentialData, rejected: string): Promise<boolean> {
    const ageMs = runtime.clock.now() - data.issuedAtMs
    if (ageMs >= 0 && ageMs < REJECTED_INTERVAL_MS) return false
    const accessToken = await open(row)
    return accessToken !== undefined && (await fingerprintOf(row.userId, accessToken)) === rejected
  }

  async function handOut(
    key: CredentialKey,
    grant: AccessGrant,
    { requiredScopes, bearerOnly }: ParsedGetOptions,
    used?: CredentialRow,
  ): Promise<Credentials> {
    const { connectionId, userId } = key
    const { sealedDpopKey, accountKey, epoch } = grant
    assertScopes({ connectionId, userId }, grant, requiredScopes)
    if (bearerOnly && sealedDpopKey !== null) throw tokenBoundToKey({ connectionId, userId })
    if (used) lastUsed.note(used)
    return new Credentials({
      connectionId,
      userId,
      accountId: grant.accountId,
      tokenType: grant.tokenType,
      scope: grant.scope ?? undefined,
      expiresAt: grant.expiresAtMs === null ? undefined : new Date(grant.expiresAtMs),
      fingerprint: await fingerprintOf(userId, grant.accessToken),
      properties: await propertiesOf(key, grant),
      accessToken: grant.accessToken,
      dpopKey: sealedDpopKey === null ? undefined : await openDpopKey({ ...key, accountId: accountKey }, epoch, sealedDpopKey),
    })
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
    // Whoever asks for another token must not be given the same again.
    if (forceRefresh) return refreshable ? 'refresh-now' : 'dead'
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
    const accessToken = await open(row, data)
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
    note: Note,
  ): Promise<AccessGrant> {
    const run = coordinator.refresh(connection, row)
    const isOld = run.isAnswered()
    try {
      const grant = await waitFor(run, row, signal)
      // Obtained a while ago and still not written, as the store is away: it may have ended meanwhile.
      if (isOld && !isLive(grant, runtime.clock.now())) throw providerUnavailable(row, 'refresh_in_progress', 1_000)
      // An answer that came late, or could not be written until others had a newer one: the next refresh begins when it is done with.
      if (isOlderThan(grant, row, data)) throw providerUnavailable(row, 'refresh_in_progress', 1_000)
      note({ source: 'refreshed' })
      return grant
    } catch (error) {
      // Nor is a token of a grant that the user ended while it was waited for.
      if (signal?.aborted || forced || row.accessToken === null || isVaultError(error, 'credential_not_found')) throw error
      if (!isLiveRow(row, data)) throw error
      note({ source: 'refresh_failed' })
      return storedGrant(row, data)
    }
  }

  function isLiveRow({ expiresAtMs }: CredentialRow, { issuedAtMs }: CredentialData): boolean {
    return isLive({ issuedAtMs, expiresAtMs }, runtime.clock.now())
  }

  async function waitFor(run: RefreshRun, row: CredentialRow, signal: AbortSignal | undefined): Promise<AccessGrant> {
    const grant = await (signal ? answerWithin(run, signal) : sharedAnswer(run))
    if (grant) return grant
    signal?.throwIfAborted()
    throw providerUnavailable(row, 'refresh_in_progress', 1_000)
  }

  /** Thousands may wait for one refresh: those who begin at about the same time have one timer. */
  function sharedAnswer(run: RefreshRun): Promise<AccessGrant | undefined> {
    const nowMs = runtime.clock.monotonic()
    const known = waits.get(run)
    if (known && nowMs - known.sinceMs <= callerWaitMs * SHARED_PATIENCE) return known.answer
    const answer = answerWithin(run)
    waits.set(run, { answer, sinceMs: nowMs })
    return answer
  }

  /** Undefined when the patience of a caller ends first, or the signal aborts. */
  async function answerWithin(run: RefreshRun, signal?: AbortSignal): Promise<AccessGrant | undefined> {
    const stopWaiting = new AbortController()
    const abort = (): void => stopWaiting.abort(WAIT_ENDED)
    signal?.addEventListener('abort', abort)
    try {
      return (await Promise.race([run.answer, runtime.clock.sleep(callerWaitMs, stopWaiting.signal)])) ?? undefined
    } finally {
      signal?.removeEventListener('abort', abort)
      stopWaiting.abort(WAIT_ENDED)
    }
  }
}

function letRunBehind(run: RefreshRun): void {
  // The coordinator has logged and announced it; the caller has a live token.
  run.answer.catch(() => undefined)
}

function missingScopes({ scope }: { readonly scope: string | null }, requiredScopes: readonly string[]): readonly string[] {
  if (requiredScopes.length === 0) return []
  const granted = scopesOf(scope)
  return requiredScopes.filter((required) => !granted.has(required))
}

function assertScopes(
  { connectionId, userId }: Pick<CredentialRow, 'connectionId' | 'userId'>,
  grant: { readonly scope: string | null },
  requiredScopes: readonly string[],
): void {
  const missing = missingScopes(grant, requiredScopes)
  if (missing.length === 0) return
  throw new VaultError(
    'insufficient_scope',
    `The credential of user "${userId}" on connection "${connectionId}" lacks scope ${missing.map((s) => `"${s}"`).join(', ')}. Let the user connect again with these scopes added.`,
    { connectionId, userId, missingScopes: missing, grantedScopes: [...scopesOf(grant.scope)] },
  )
}
