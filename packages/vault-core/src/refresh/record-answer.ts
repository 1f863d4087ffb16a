import { type CredentialData, readCredentialData, writeCredentialData } from '../credentials/credential-data.js'
import { credentialNotFound, providerUnavailable, unusableAnswer } from '../credentials/credential-errors.js'
import { sealTokens } from '../credentials/sealed-tokens.js'
import type { TokenResponse } from '../oauth/token-response.js'
import type { Secret } from '../secret.js'
import type { CredentialContent, CredentialUpdate, UpdateResult } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { type Attempt, holderOf } from './attempt.js'
import { backoffMs } from './backoff.js'
import { readMovedRow } from './row-state.js'

/** What the provider sent, and for which refresh token. */
export interface RefreshAnswer {
  readonly response: TokenResponse
  /** The refresh token that was sent. */
  readonly spent: Secret
  /** When the request was begun, epoch milliseconds: lifetimes count from here. */
  readonly startedAtMs: number
}

/**
 * Persists what the provider answered, before anybody is told: the write is refused if the grant moved on, and repeated
 * if the store fails. An answer whose access token cannot be used is kept in quarantine, its refresh token safe.
 */
export async function recordAnswer(attempt: Attempt, answer: RefreshAnswer): Promise<AccessGrant> {
  const next = nextState(attempt, answer)
  const write = await prepareWrite(attempt, answer, next)
  let result: UpdateResult
  try {
    result = await attempt.context.credentials.update(write)
  } catch (error) {
    attempt.context.log.warn(
      { ...attempt.key, err: error },
      'The store failed at the write-back of a refresh. The new tokens are kept in memory, and the write is repeated.',
    )
    attempt.inBackground(repeatWrite(attempt, answer, next, write))
    return next.grant ?? failQuarantined(attempt, next)
  }
  return settle(attempt, answer, next, result)
}

interface NextState {
  readonly data: CredentialData
  readonly expiresAtMs: number | null
  /** Undefined when the access token cannot be handed out. */
  readonly grant: AccessGrant | undefined
}

function nextState({ row, context, connection }: Attempt, { response, startedAtMs }: RefreshAnswer): NextState {
  const before = readCredentialData(row)
  const usable = response.accessToken !== undefined && !response.problems.some(({ fatal }) => fatal)
  const lifetimeS = response.expiresInS ?? connection.defaultLifetimeS
  const expiresAtMs = lifetimeS === undefined ? null : startedAtMs + lifetimeS * 1000
  const failures = usable ? 0 : before.failures + 1
  const data: CredentialData = {
    ...before,
    tokenType: response.tokenType ?? before.tokenType,
    scope: response.scope ?? before.scope,
    issuedAtMs: startedAtMs,
    lastRefreshedAtMs: context.runtime.clock.now(),
    refreshTokenExpiresAtMs:
      response.refreshTokenExpiresInS === undefined ? before.refreshTokenExpiresAtMs : startedAtMs + response.refreshTokenExpiresInS * 1000,
    reason: usable ? null : 'quarantined',
    failures,
    retryAtMs: usable ? null : context.runtime.clock.now() + backoffMs(failures, undefined, context.runtime.random),
    outcomeUnknown: false,
  }
  const grant =
    usable && response.accessToken
      ? { accessToken: response.accessToken, tokenType: data.tokenType, scope: data.scope, issuedAtMs: startedAtMs, expiresAtMs }
      : undefined
  return { data, expiresAtMs, grant }
}

async function prepareWrite(attempt: Attempt, { response, spent }: RefreshAnswer, next: NextState): Promise<CredentialUpdate> {
  const { context, key, row, attemptId } = attempt
  const sealed = await sealTokens(
    context.sealer,
    { ...key, epoch: row.epoch, secretRev: row.secretRev + 1 },
    { accessToken: next.grant?.accessToken, refreshToken: response.refreshToken ?? spent },
  )
  const set: CredentialContent = {
    ...sealed,
    status: next.grant ? 'active' : 'quarantined',
    expiresAtMs: next.expiresAtMs,
    dueAtMs: next.expiresAtMs,
    data: writeCredentialData(next.data),
  }
  // Bound to the grant and to the refresh token that was spent, not to version or fence: the answer to that very token is
  // the newest truth about it, also when the lease was lost meanwhile.
  return {
    key,
    attemptId,
    expect: row.refreshTokenFingerprint
      ? { epoch: row.epoch, refreshTokenFingerprint: row.refreshTokenFingerprint }
      : { epoch: row.epoch, version: row.version },
    set,
    release: holderOf(attempt),
  }
}

async function settle(attempt: Attempt, answer: RefreshAnswer, next: NextState, result: UpdateResult): Promise<AccessGrant> {
  const { context, key, row } = attempt
  if (result.outcome === 'updated') {
    announce(attempt, answer, next)
    return next.grant ?? failQuarantined(attempt, next)
  }
  await dropAnswer(attempt, answer, result)
  const nowMs = context.runtime.clock.now()
  const moved = result.outcome === 'conflict' ? await readMovedRow({ sealer: context.sealer, nowMs }, result.row, row) : undefined
  if (moved) return moved
  if (result.outcome === 'missing' || result.row.status === 'disconnected') throw credentialNotFound(key)
  throw providerUnavailable(key, 'grant_changed', 1_000)
}

/** The user ended or replaced the grant meanwhile, or another process wrote first: he wins. New tokens of an ended grant are revoked. */
async function dropAnswer(
  { context, connection, key }: Attempt,
  { response }: RefreshAnswer,
  result: Exclude<UpdateResult, { outcome: 'updated' }>,
): Promise<void> {
  context.log.info({ ...key }, 'A refresh was dropped: its grant moved on while the request was under way.')
  if (result.outcome === 'conflict' && result.row.status !== 'disconnected') return
  await context.discardTokens(connection, {
    userId: key.userId,
    accountId: key.accountId,
    refreshToken: response.refreshToken,
    accessToken: response.accessToken,
  })
}

/** Repeats the write until it is acknowledged or the vault is closed. The store recognises a repeat by its attempt id. */
async function repeatWrite(attempt: Attempt, answer: RefreshAnswer, next: NextState, write: CredentialUpdate): Promise<void> {
  const { context, key } = attempt
  for (let tries = 1; !context.stopped.aborted; tries++) {
    await context.runtime.clock.sleep(Math.min(WRITE_RETRY_MAX_MS, WRITE_RETRY_FIRST_MS * 2 ** Math.min(tries - 1, 10)), context.stopped)
    try {
      const result = await context.credentials.update(write)
      if (result.outcome === 'updated') announce(attempt, answer, next)
      else await dropAnswer(attempt, answer, result)
      return
    } catch (error) {
      context.log.warn({ ...key, tries, err: error }, 'The write-back of a refresh failed again; it is repeated.')
    }
  }
  context.log.error({ ...key }, 'The vault was closed before the write-back of a refresh succeeded. The user may have to connect again.')
}

const WRITE_RETRY_FIRST_MS = 100
const WRITE_RETRY_MAX_MS = 5_000

function announce({ context, key, attemptId, row }: Attempt, { response, startedAtMs }: RefreshAnswer, next: NextState): void {
  const atMs = context.runtime.clock.now()
  if (!next.grant) {
    const problems = response.problems.map(({ field, problem }) => `${field} ${problem}`).join('; ')
    context.log.error(
      { ...key, problems },
      'A refresh was answered with an access token that cannot be used. The refresh token is kept safe.',
    )
    context.emit({ type: 'refresh_failed', atMs, ...key, attemptId, reason: 'quarantined', retryAfterMs: undefined })
    return
  }
  context.emit({
    type: 'refreshed',
    atMs,
    ...key,
    attemptId,
    expiresAtMs: next.expiresAtMs ?? undefined,
    rotated: response.refreshToken !== undefined && row.refreshTokenFingerprint !== null,
    tookMs: Math.max(0, atMs - startedAtMs),
  })
}

function failQuarantined({ key, context }: Attempt, next: NextState): never {
  throw unusableAnswer(key, Math.max(0, (next.data.retryAtMs ?? 0) - context.runtime.clock.now()))
}
