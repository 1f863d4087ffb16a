import { readCredentialData, writeCredentialData } from '../credentials/credential-data.js'
import { providerUnavailable, unusableAnswer } from '../credentials/credential-errors.js'
import { sealTokens } from '../credentials/sealed-tokens.js'
import type { VaultError } from '../errors.js'
import { isLive } from '../expiry/policy.js'
import type { CredentialUpdate } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { EXPIRED_ON_ARRIVAL, type NextState, nextState, type RefreshAnswer } from './answered-state.js'
import { type Attempt, holderOf } from './attempt.js'
import { nextDueAtMs } from './due.js'
import { writeBack } from './write-back.js'

/**
 * Persists what the provider answered, before anybody is told: the write is refused if the grant moved on, and repeated
 * if the store fails. An answer whose access token cannot be used is kept in quarantine, its refresh token safe.
 */
export async function recordAnswer(attempt: Attempt, answer: RefreshAnswer): Promise<AccessGrant> {
  const next = nextState(attempt, answer)
  const write = await prepareWrite(attempt, answer, next)
  const moved = await writeBack(attempt, {
    write,
    // Whoever had to write late may have been taken for dead.
    lateWrite: { ...write, set: { ...write.set, data: writeCredentialData({ ...next.data, sentTwice: true }) } },
    grant: next.grant,
    response: answer.response,
    written: () => announce(attempt, answer, next),
  })
  if (moved) return moved
  if (!next.grant) throw quarantined(attempt, next)
  const nowMs = attempt.context.runtime.clock.now()
  if (isLive(next.grant, nowMs)) return next.grant
  throw providerUnavailable(attempt.key, EXPIRED_ON_ARRIVAL, Math.max(1_000, (next.data.retryAtMs ?? 0) - nowMs))
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
    { accessToken: next.grant?.accessToken, refreshToken: response.refreshToken ?? spent },
  )
  const status = next.grant ? 'active' : 'quarantined'
  const due = { status, expiresAtMs: next.expiresAtMs, hasRefreshToken: true } as const
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
      expiresAtMs: next.expiresAtMs,
      dueAtMs: nextDueAtMs(due, next.data, connection, context.runtime.random),
      data: writeCredentialData(next.data),
    },
    release: holderOf(attempt),
  }
}

function isRotated({ response, spent }: RefreshAnswer): boolean {
  return response.refreshToken !== undefined && response.refreshToken.reveal() !== spent.reveal()
}

/** After the write: a listener that fails, or a process that dies in it, takes nothing with it. */
function announce(attempt: Attempt, { response, startedAtMs }: RefreshAnswer, next: NextState): void {
  const { context, key, attemptId, row } = attempt
  const atMs = context.runtime.clock.now()
  if (!next.grant) {
    const problems = response.problems.map(({ field, problem }) => `${field} ${problem}`).join('; ')
    context.log.error(
      { ...key, problems },
      'A refresh was answered with an access token that cannot be used. The refresh token is kept safe.',
    )
    const { retryAfterMs } = quarantined(attempt, next).facts
    context.emit({ type: 'refresh_failed', atMs, ...key, attemptId, reason: 'quarantined', retryAfterMs })
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
  const { warnedOfEndMs } = next.data
  if (warnedOfEndMs !== null && warnedOfEndMs !== readCredentialData(row).warnedOfEndMs)
    context.emit({ type: 'refresh_token_expiring', atMs, ...key, refreshTokenExpiresAtMs: warnedOfEndMs })
}

function quarantined({ key, context }: Attempt, next: NextState): VaultError {
  return unusableAnswer(key, Math.max(0, (next.data.retryAtMs ?? 0) - context.runtime.clock.now()))
}
