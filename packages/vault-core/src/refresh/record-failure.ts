import { type CredentialData, readCredentialData, writeCredentialData } from '../credentials/credential-data.js'
import {
  credentialNotFound,
  grantChanged,
  providerRejectedClient,
  providerUnavailable,
  reauthorizationRequired,
} from '../credentials/credential-errors.js'
import type { VaultError } from '../errors.js'
import type { CredentialContent, CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { type Attempt, holderOf } from './attempt.js'
import { backoffMs } from './backoff.js'
import { CLIENT_REJECTED_MS, concernsApplication } from './circuit.js'
import type { FailureVerdict } from './classify-failure.js'
import { nextDueAtMs } from './due.js'
import { hasMoved, readMovedRow } from './row-state.js'

/**
 * Records what a failed request means for the credential, and throws what the callers are to be told. Returns a grant only
 * when the store turns out to hold a newer one.
 *
 * @param isOpen - A request before this one got lost, and may have rotated the refresh token.
 */
export async function recordFailure(attempt: Attempt, verdict: FailureVerdict, isOpen: boolean): Promise<AccessGrant> {
  const data = readCredentialData(attempt.row)
  if (verdict.kind === 'grant_rejected') return judgeRejectedGrant(attempt, data, isOpen)
  throw await recordPassingFailure(attempt, data, verdict, isOpen || verdict.kind === 'outcome_unknown')
}

/** Only the newest refresh token's rejection is final: the store is read again before the credential is given up. */
async function judgeRejectedGrant(attempt: Attempt, data: CredentialData, isOpen: boolean): Promise<AccessGrant> {
  const { context, key, row, attemptId } = attempt
  const newest = await context.credentials.get(key)
  if (!newest || newest.status === 'disconnected') {
    await note(attempt, {})
    throw credentialNotFound(key)
  }
  if (hasMoved(newest, row)) {
    await note(attempt, {})
    const moved = await readMovedRow({ sealer: context.sealer, nowMs: context.runtime.clock.now() }, newest, row)
    if (moved) return moved
    // Another refresh token stands there, and nothing is known against it: whoever asks again sends that one.
    throw grantChanged(key)
  }
  const reason = isOpen || data.sentTwiceAtMs !== null ? 'rotation_outcome_unknown' : 'revoked'
  const noted = await note(attempt, { status: 'reauthorization_required', dueAtMs: null, data: { reason, retryAtMs: null } })
  if (noted === 'moved') throw grantChanged(key)
  if (noted === 'written') context.emit({ type: 'reauthorization_required', atMs: context.runtime.clock.now(), ...key, reason })
  context.emit({ type: 'refresh_failed', atMs: context.runtime.clock.now(), ...key, attemptId, reason, retryAfterMs: undefined })
  throw reauthorizationRequired(key, reason)
}

/** @param isOpen - A request may have rotated the refresh token, this one or one before it. */
async function recordPassingFailure(
  attempt: Attempt,
  data: CredentialData,
  verdict: Exclude<FailureVerdict, { kind: 'grant_rejected' }>,
  isOpen: boolean,
): Promise<VaultError> {
  const { context, connection, key, row, attemptId, timing } = attempt
  const failures = data.failures + 1
  const reason = verdict.kind === 'client_rejected' ? verdict.error : verdict.reason
  const { clock, random } = context.runtime
  let retryAfterMs = backoffMs(failures, verdict.retryAfterMs, random)

  if (concernsApplication(verdict)) {
    // The connection's circuit says when to ask again. Once somebody has mended the connection, the credential works at once.
    await note(attempt, isOpen ? { data: { outcomeUnknown: true } } : {})
    retryAfterMs = CLIENT_REJECTED_MS
  } else if (verdict.kind === 'outcome_unknown' && verdict.inFlight && connection.rotation.kind === 'strict') {
    // The request may still reach the provider. The intent stays `sent`, and nobody sends again before its time has run out.
    await keepIntent(attempt)
    retryAfterMs = timing.takeOverSentAfterMs
  } else {
    const failed = { failures, reason, retryAtMs: clock.now() + retryAfterMs, outcomeUnknown: isOpen }
    const due = { status: row.status, expiresAtMs: row.expiresAtMs, hasRefreshToken: true }
    await note(attempt, { data: failed, dueAtMs: nextDueAtMs(due, { ...data, ...failed }, connection, random) })
  }
  context.log.warn({ ...key, reason, failures, retryAfterMs }, 'A refresh failed.')
  context.emit({ type: 'refresh_failed', atMs: clock.now(), ...key, attemptId, reason, retryAfterMs })
  return verdict.kind === 'client_rejected'
    ? providerRejectedClient(key, verdict.error, retryAfterMs)
    : providerUnavailable(key, reason, retryAfterMs)
}

/**
 * Writes the change if the refresh token that was sent still stands under this claim, and ends the lease. What else was written
 * meanwhile stays: another process's late access token, or a sweeper's due time.
 */
async function note(
  attempt: Attempt,
  change: Partial<Pick<CredentialContent, 'status' | 'dueAtMs'>> & { readonly data?: Partial<CredentialData> },
): Promise<'written' | 'moved' | 'failed'> {
  const { context, key, row } = attempt
  const { data, ...set } = change
  try {
    if (data === undefined) return (await context.credentials.release(key, holderOf(attempt))) ? 'written' : 'moved'
    const isWritten = await writeNote(attempt, row, set, data)
    if (!isWritten) await context.credentials.release(key, holderOf(attempt), { keepIntent: data.outcomeUnknown ?? false })
    return isWritten ? 'written' : 'moved'
  } catch (error) {
    // The intent and the lease stand as they were written before the request, and say what is true.
    logStoreFailure(attempt, row, error)
    return 'failed'
  }
}

async function writeNote(
  attempt: Attempt,
  over: CredentialRow,
  set: Partial<Pick<CredentialContent, 'status' | 'dueAtMs'>>,
  data: Partial<CredentialData>,
): Promise<boolean> {
  const { context, key, row, attemptId } = attempt
  const result = await context.credentials.update({
    key,
    attemptId,
    expect: {
      epoch: row.epoch,
      fence: row.fence,
      version: over.version,
      ...(row.refreshTokenFingerprint && { refreshTokenFingerprint: row.refreshTokenFingerprint }),
    },
    set: { ...set, data: writeCredentialData({ ...readCredentialData(over), ...data }) },
    release: holderOf(attempt),
  })
  if (result.outcome === 'conflict' && result.row.version !== over.version) return writeNote(attempt, result.row, set, data)
  return result.outcome === 'updated'
}

async function keepIntent(attempt: Attempt): Promise<void> {
  try {
    await attempt.context.credentials.release(attempt.key, holderOf(attempt), { keepIntent: true })
  } catch (error) {
    logStoreFailure(attempt, attempt.row, error)
  }
}

function logStoreFailure({ context, key }: Attempt, row: CredentialRow, error: unknown): void {
  context.log.warn(
    { ...key, fence: row.fence, err: error },
    'The store failed when the end of a refresh was to be recorded. The lease runs out by itself.',
  )
}
