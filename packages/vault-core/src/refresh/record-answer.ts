import { readCredentialData, writeCredentialData } from '../credentials/credential-data.js'
import { providerUnavailable, unusableAnswer } from '../credentials/credential-errors.js'
import { openAccessToken, openRefreshToken, sealTokens } from '../credentials/sealed-tokens.js'
import { isLive } from '../expiry/policy.js'
import type { TokenResponse } from '../oauth/token-response.js'
import type { CredentialRow, CredentialUpdate } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { EXPIRED_ON_ARRIVAL, type NextState, nextState, type RefreshAnswer, withOldToken } from './answered-state.js'
import { type Attempt, holderOf } from './attempt.js'
import { nextDueAtMs } from './due.js'
import { grantOf } from './row-state.js'
import { writeBack } from './write-back.js'

/**
 * Persists what the provider answered, before anybody is told: the write is refused if the grant moved on, and repeated
 * if the store fails. An answer whose access token cannot be used is kept in quarantine, its refresh token safe.
 */
export async function recordAnswer(attempt: Attempt, answer: RefreshAnswer): Promise<AccessGrant> {
  const next = await stateAfter(attempt, answer)
  const write = await prepareWrite(attempt, answer, next)
  const moved = await writeBack(attempt, {
    // In time is who writes before anybody else has claimed, however long he believes his lease to be.
    write: { ...write, expect: { ...write.expect, fence: attempt.row.fence } },
    lateWrite: asLateWrite(write, next, attempt.context.runtime.clock.now()),
    ...(next.grant && { overwrite: (stored: CredentialRow) => prepareOverwrite(attempt, answer, next, stored) }),
    grant: next.grant,
    response: answer.response,
    written: () => announce(attempt, answer, next),
  })
  if (moved) return moved
  if (!next.grant) throw unusableAnswer(attempt.key, problemsOf(answer.response), waitMs(attempt, next))
  if (isLive(next.grant, attempt.context.runtime.clock.now())) return next.grant
  throw providerUnavailable(attempt.key, EXPIRED_ON_ARRIVAL, Math.max(1_000, waitMs(attempt, next)))
}

async function stateAfter(attempt: Attempt, answer: RefreshAnswer): Promise<NextState> {
  const { context, row } = attempt
  const next = nextState(attempt, answer)
  if (next.data.reason === null) return next
  // One that does not open is no loss.
  const old = await openAccessToken(context.sealer, row).catch(() => undefined)
  const oldGrant = old && grantOf(row, readCredentialData(row), old)
  return oldGrant && isLive(oldGrant, context.runtime.clock.now()) ? withOldToken(next, oldGrant) : next
}

/**
 * A write that carries a new refresh token is bound to the grant and to the refresh token that was spent, not to version or
 * fence: the answer to that very token is the newest truth about it, also when the lease was lost meanwhile. One that
 * carries none is bound to the version as well: nothing is lost if a newer access token stands.
 */
async function prepareWrite(attempt: Attempt, answer: RefreshAnswer, next: NextState): Promise<CredentialUpdate> {
  const { response, spent } = answer
  const { context, connection, key, row, attemptId } = attempt
  const sealed = await sealTokens(
    context.sealer,
    { ...key, epoch: row.epoch, secretRev: row.secretRev + 1 },
    { accessToken: next.stored?.accessToken, refreshToken: response.refreshToken ?? spent },
  )
  const status = next.grant ? 'active' : 'quarantined'
  const expiresAtMs = next.stored?.expiresAtMs ?? null
  const due = { status, expiresAtMs, hasRefreshToken: true } as const
  return {
    key,
    attemptId,
    expect: {
      epoch: row.epoch,
      ...(row.refreshTokenFingerprint && { refreshTokenFingerprint: row.refreshTokenFingerprint }),
      ...(!isRotated(answer) && { version: row.version }),
    },
    set: {
      ...sealed,
      status,
      expiresAtMs,
      dueAtMs: nextDueAtMs(due, next.data, connection, context.runtime.random),
      data: writeCredentialData(next.data),
    },
    release: holderOf(attempt),
  }
}

/**
 * The same over the answer to another request with the same refresh token, which was written before. One that carries no new refresh
 * token leaves the one that stands: it may be the successor of the one that was spent.
 */
async function prepareOverwrite(
  attempt: Attempt,
  answer: RefreshAnswer,
  next: NextState,
  stored: CredentialRow,
): Promise<CredentialUpdate> {
  const { epoch, secretRev, version } = stored
  const { response } = answer
  const refreshToken = isRotated(answer) ? response.refreshToken : await openRefreshToken(attempt.context.sealer, stored)
  const kept = { ...answer, response: { ...response, refreshToken } }
  const write = await prepareWrite({ ...attempt, row: { ...attempt.row, secretRev } }, kept, next)
  return asLateWrite({ ...write, expect: { epoch, version } }, next, attempt.context.runtime.clock.now())
}

/** Whoever has to write late may have been taken for dead, and the refresh token sent once more. */
function asLateWrite(write: CredentialUpdate, { data }: NextState, nowMs: number): CredentialUpdate {
  return { ...write, set: { ...write.set, data: writeCredentialData({ ...data, sentTwiceAtMs: nowMs }) } }
}

function isRotated({ response, spent }: RefreshAnswer): boolean {
  return response.refreshToken !== undefined && !response.refreshToken.equals(spent)
}

/** After the write: a listener that fails, or a process that dies in it, takes nothing with it. */
function announce(attempt: Attempt, { response, startedAtMs }: RefreshAnswer, next: NextState): void {
  const { context, key, attemptId, row } = attempt
  const atMs = context.runtime.clock.now()
  const { reason } = next.data
  if (reason !== null) {
    context.log.error(
      { ...key, reason, problems: problemsOf(response) },
      'A refresh was answered with an access token that cannot be used. The refresh token is kept safe.',
    )
    context.emit({ type: 'refresh_failed', atMs, ...key, attemptId, reason, retryAfterMs: waitMs(attempt, next) })
    return
  }
  context.emit({
    type: 'refreshed',
    atMs,
    ...key,
    attemptId,
    expiresAtMs: next.stored?.expiresAtMs ?? undefined,
    rotated: response.refreshToken !== undefined && row.refreshTokenFingerprint !== null,
    tookMs: Math.max(0, atMs - startedAtMs),
  })
  const { warnedOfEndMs } = next.data
  if (warnedOfEndMs !== null && warnedOfEndMs !== readCredentialData(row).warnedOfEndMs)
    context.emit({ type: 'refresh_token_expiring', atMs, ...key, refreshTokenExpiresAtMs: warnedOfEndMs })
}

/** What is wrong with an answer, by field; never what stood there. */
function problemsOf({ problems }: TokenResponse): Readonly<Record<string, string>> {
  const worst = problems.some(({ fatal }) => fatal) ? problems.filter(({ fatal }) => fatal) : problems
  return Object.fromEntries(worst.map(({ field, problem }) => [field, problem]))
}

function waitMs({ context }: Attempt, next: NextState): number {
  return Math.max(0, (next.data.retryAtMs ?? 0) - context.runtime.clock.now())
}
