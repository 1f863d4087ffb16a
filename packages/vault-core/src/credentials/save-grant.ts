import { randomToken } from '../crypto/random-token.js'
import type { Sealer } from '../crypto/sealer.js'
import { isVaultError, VaultError } from '../errors.js'
import type { EventRecorder } from '../events/event-recorder.js'
import type { Connection } from '../model/connection.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import { hasSameScopes } from '../model/scopes.js'
import type { ConsentedGrant, SavedGrant } from '../oauth/grant.js'
import { type DueTerms, nextDueAtMs } from '../refresh/due.js'
import type { RefreshJournal } from '../refresh/refresh-journal.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import type { CredentialContent, CredentialKey, CredentialRow, CredentialStore } from '../storage/contract.js'
import { credentialKeyOf } from '../storage/rules/store-key.js'
import { accountIdOf, accountRows, subjectOf } from './accounts.js'
import { chooseAccount } from './choose-account.js'
import { type CredentialData, readCredentialData, writeCredentialData } from './credential-data.js'
import type { DisconnectRow } from './disconnect.js'
import { sealDpopKey } from './sealed-dpop-key.js'
import { sealLabel } from './sealed-label.js'
import { sealProperties } from './sealed-properties.js'
import { hasSameRefreshToken, openRefreshToken, sealTokens } from './sealed-tokens.js'
import { whoSent } from './sent-before.js'

export interface SaveGrantParts {
  readonly tenant: string
  readonly connections: ConnectionRegistry
  readonly credentials: CredentialStore
  readonly sealer: Sealer
  readonly runtime: Runtime
  /** Ends an account whose place another one has taken. */
  readonly disconnectRow: DisconnectRow
  readonly recorder: EventRecorder
  readonly dueTerms: DueTerms
  readonly journal: Pick<RefreshJournal, 'replayBefore'>
}

/**
 * Makes the step that stores what a user's consent gave. A new consent moves the epoch on, so that a refresh of the old
 * grant that is under way is dropped.
 */
export function createSaveGrant(parts: SaveGrantParts): (grant: ConsentedGrant) => Promise<SavedGrant> {
  const { tenant, connections, credentials, sealer, runtime, disconnectRow, recorder, dueTerms, journal } = parts
  return async (grant) => {
    const { connectionId, userId, tokens } = grant
    const owner = { tenant, connectionId, userId }
    const accessToken = grant.mayLackAccessToken ? tokens.accessToken : usableAccessToken(grant)
    const connection = await connections.get(connectionId)
    const lifetimeS = tokens.expiresInS ?? connection.defaultLifetimeS
    const expiresAtMs = lifetimeS === undefined ? null : grant.requestStartedAtMs + lifetimeS * 1000
    const granted: CredentialData = {
      v: 1,
      tokenType: tokens.tokenType ?? 'Bearer',
      // RFC 6749, section 5.1: an absent scope means the one that was asked for.
      scope: tokens.scope ?? grant.requestedScope ?? null,
      issuedAtMs: grant.requestStartedAtMs,
      connectedAtMs: runtime.clock.now(),
      statusSinceMs: runtime.clock.now(),
      lastRefreshedAtMs: null,
      refreshTokenExpiresAtMs:
        tokens.refreshTokenExpiresInS === undefined ? null : grant.requestStartedAtMs + tokens.refreshTokenExpiresInS * 1000,
      subject: grant.subject ?? null,
      ...(grant.madeOf !== undefined && { madeOf: grant.madeOf }),
      reason: null,
      failures: 0,
      retryAtMs: null,
      outcomeUnknown: false,
      sentTwiceAtMs: null,
      warnedOfEndMs: null,
      answer: null,
      tokenFence: 0,
    }
    const actor = grant.actor ?? { kind: 'user', id: userId }
    const scope = granted.scope ?? undefined
    let connectedId: string | undefined
    let changeId: string | undefined
    let attemptId = randomToken(runtime.random, 16)
    const claimId = randomToken(runtime.random, 16)
    await sealer.prepare(userId)

    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { accountKey, row, ends } = chooseAccount(await accountRows(credentials, owner), grant, runtime.clock.now())
      const key: CredentialKey = { ...owner, accountId: accountKey }
      if (row && isKept(row, grant)) return keptGrant(row)
      // The refresh token that is to be kept may have been spent, and the one that came for it wait there. If it cannot be read, a refresh will say so.
      if (row && !tokens.refreshToken) await journal.replayBefore(row).catch(() => undefined)
      const epoch = (row?.epoch ?? 0) + 1
      const sealedLabel = grant.label === undefined ? null : await sealLabel(sealer, key, epoch, grant.label)
      const sealedProperties = await sealProperties(sealer, key, epoch, tokens.properties)
      const sealedDpopKey = grant.dpopKey === undefined ? null : await sealDpopKey(sealer, key, epoch, grant.dpopKey)
      const data = { ...granted, sealedLabel, sealedProperties, sealedDpopKey }
      const mayKeep = row && !isBoundToAnotherKey(row, connection, data)
      const refreshToken = tokens.refreshToken ?? (mayKeep ? await refreshTokenOfSameAccount(sealer, row, data) : undefined)
      const set: CredentialContent = {
        ...(await sealTokens(sealer, { ...key, epoch, secretRev: (row?.secretRev ?? 0) + 1 }, { accessToken, refreshToken })),
        status: 'active',
        expiresAtMs,
        dueAtMs: nextDueAtMs({ status: 'active', expiresAtMs, hasRefreshToken: refreshToken !== undefined }, data, connection, dueTerms),
        data: writeCredentialData(data),
      }
      const accountId = accountIdOf(key, data)
      const connected = recorder.make({ type: 'connected', ...owner, accountId, scope, actor }, connectedId)
      connectedId = connected.id
      const previousScope = row ? scopeBefore(row, data) : undefined
      const events = [connected]
      if (previousScope !== undefined && !hasSameScopes(previousScope, scope)) {
        const changed = recorder.make({ type: 'scope_changed', ...owner, accountId, scope, previousScope, actor }, changeId)
        changeId = changed.id
        events.push(changed)
      }
      const also = await recorder.companionsOf(...events)
      // What becomes of the same refresh token, if it is under way, becomes of this one. A grant of the connection's own is not spent.
      const isAnother = row && tokens.refreshToken && (connection.grant || !hasSameRefreshToken(row, set))
      const release = isAnother && (await whoSent(credentials, row, connection, claimId))
      const result = row
        ? await credentials.update({
            key,
            attemptId,
            expect: { version: row.version },
            set,
            ...(release && { release }),
            ...(also && { also }),
          })
        : await credentials.insert({ ...key, ...set, attemptId }, also)
      if (result.outcome !== 'inserted' && result.outcome !== 'updated') continue
      // Where nothing was before, the user may just have been forgotten, and the keys that were in memory here with him.
      const wasEmpty = !row || row.status === 'disconnected'
      const sealed = set.accessToken ?? set.refreshToken
      if (wasEmpty && sealed && !(await sealer.holdsKeyOf(userId, sealed))) {
        attemptId = randomToken(runtime.random, 16)
        continue
      }
      recorder.announce(...events)
      if (ends) await disconnectRow(credentialKeyOf(ends), actor, 'requested')
      return {
        connectionId,
        userId,
        accountId,
        scope,
        expiresAt: expiresAtMs === null ? undefined : new Date(expiresAtMs),
        hasRefreshToken: refreshToken !== undefined,
      }
    }
    throw new VaultError(
      'conflict',
      `The credential of user "${userId}" on connection "${connectionId}" changed again and again. Let the user connect again.`,
      { connectionId, userId },
    )
  }
}

const MAX_TRIES = 10

function isKept({ status }: CredentialRow, { existing = 'replace' }: ConsentedGrant): boolean {
  return existing === 'keep' || (existing === 'keep_connected' && status !== 'disconnected')
}

function keptGrant(row: CredentialRow): SavedGrant {
  const { connectionId, userId, expiresAtMs, refreshToken } = row
  return {
    connectionId,
    userId,
    accountId: accountIdOf(row, { subject: subjectOf(row) }),
    scope: undefined,
    expiresAt: expiresAtMs === null ? undefined : new Date(expiresAtMs),
    hasRefreshToken: refreshToken !== null,
    isKept: true,
  }
}

/** Undefined where nothing was granted before, or nobody knows what, or by another account. */
function scopeBefore(row: CredentialRow, { subject }: CredentialData): string | undefined {
  if (row.status === 'disconnected' || (subject !== null && ![null, subject].includes(subjectOf(row)))) return undefined
  try {
    return readCredentialData(row).scope ?? undefined
  } catch {
    return undefined
  }
}

function usableAccessToken({ connectionId, userId, tokens }: ConsentedGrant): Secret {
  const fatal = tokens.problems.filter((problem) => problem.fatal)
  if (tokens.accessToken && fatal.length === 0) return tokens.accessToken
  const problems = fatal.map(({ field, problem }) => `${field} ${problem}`).join('; ') || 'access_token is missing'
  throw new VaultError(
    'authorization_response_invalid',
    `The provider of connection "${connectionId}" sent no access token that can be used: ${problems}.`,
    { connectionId, userId },
  )
}

/** The refresh token of a client without a secret is bound as well, to the key of its own consent (RFC 9449, section 5). */
function isBoundToAnotherKey(row: CredentialRow, { clientAuthentication }: Connection, { sealedDpopKey }: CredentialData): boolean {
  if (clientAuthentication !== 'none') return false
  try {
    return (readCredentialData(row).sealedDpopKey ?? null) !== null || (sealedDpopKey ?? null) !== null
  } catch {
    return true
  }
}

/** Providers such as Google send a refresh token with the first consent only: it stays good for the same account, and for no other. */
async function refreshTokenOfSameAccount(sealer: Sealer, row: CredentialRow, data: CredentialData): Promise<Secret | undefined> {
  if (row.status !== 'active' || data.subject === null || subjectOf(row) !== data.subject) return undefined
  try {
    return await openRefreshToken(sealer, row)
  } catch (error) {
    // One that does not open any more is no reason to refuse a new consent.
    if (isVaultError(error, 'decryption_failed')) return undefined
    throw error
  }
}
