import { type CredentialData, readCredentialData, writeCredentialData } from '../credentials/credential-data.js'
import {
  credentialNotFound,
  providerRejectedClient,
  providerUnavailable,
  reauthorizationRequired,
} from '../credentials/credential-errors.js'
import type { VaultError } from '../errors.js'
import type { CredentialContent, CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { type Attempt, holderOf } from './attempt.js'
import { backoffMs } from './backoff.js'
import type { FailureVerdict } from './classify-failure.js'
import { readMovedRow } from './row-state.js'

/**
 * Records what a failed request means for the credential, and throws what the callers are to be told. Returns a grant only
 * when the store turns out to hold a newer one.
 */
export async function recordFailure(attempt: Attempt, verdict: FailureVerdict): Promise<AccessGrant> {
  if (verdict.kind === 'grant_rejected') return judgeRejectedGrant(attempt)
  throw await recordPassingFailure(attempt, verdict)
}

/** Only the newest refresh token's rejection is final: the store is read again before the credential is given up. */
async function judgeRejectedGrant(attempt: Attempt): Promise<AccessGrant> {
  const { context, key, row, attemptId } = attempt
  const newest = await context.credentials.get(key)
  if (!newest || newest.status === 'disconnected') {
    await note(attempt, {})
    throw credentialNotFound(key)
  }
  const moved = await readMovedRow({ sealer: context.sealer, nowMs: context.runtime.clock.now() }, newest, row)
  if (moved) {
    await note(attempt, {})
    return moved
  }
  const data = readCredentialData(row)
  const reason = data.outcomeUnknown || row.unresolvedSends > 0 ? 'rotation_outcome_unknown' : 'revoked'
  const written = await note(attempt, { status: 'reauthorization_required', dueAtMs: null, data: { ...data, reason, retryAtMs: null } })
  if (written) context.emit({ type: 'reauthorization_required', atMs: context.runtime.clock.now(), ...key, reason })
  context.emit({ type: 'refresh_failed', atMs: context.runtime.clock.now(), ...key, attemptId, reason, retryAfterMs: undefined })
  throw reauthorizationRequired(key, reason)
}

async function recordPassingFailure(attempt: Attempt, verdict: Exclude<FailureVerdict, { kind: 'grant_rejected' }>): Promise<VaultError> {
  const { context, connection, key, row, attemptId, timing } = attempt
  const data = readCredentialData(row)
  const failures = data.failures + 1
  const reason = verdict.kind === 'client_rejected' ? verdict.error : verdict.reason
  const { clock, random } = context.runtime
  let retryAfterMs = backoffMs(failures, verdict.kind === 'client_rejected' ? undefined : verdict.retryAfterMs, random)

  if (verdict.kind === 'outcome_unknown' && verdict.inFlight && connection.rotation.kind === 'strict') {
    // The request may still reach the provider. The intent stays `sent`, and nobody sends again before its time has run out.
    await keepIntent(attempt)
    retryAfterMs = timing.takeOverSentAfterMs
  } else {
    await note(attempt, {
      data: {
        ...data,
        failures,
        reason,
        retryAtMs: clock.now() + retryAfterMs,
        outcomeUnknown: data.outcomeUnknown || row.unresolvedSends > 0 || verdict.kind === 'outcome_unknown',
      },
    })
  }
  context.log.warn({ ...key, reason, failures, retryAfterMs }, 'A refresh failed.')
  context.emit({ type: 'refresh_failed', atMs: clock.now(), ...key, attemptId, reason, retryAfterMs })
  return verdict.kind === 'client_rejected' ? providerRejectedClient(key, verdict.error) : providerUnavailable(key, reason, retryAfterMs)
}

/** Writes the change if the row is still the one that was claimed, and ends the lease. Tells whether it was written. */
async function note(
  attempt: Attempt,
  change: Partial<Pick<CredentialContent, 'status' | 'dueAtMs'>> & { readonly data?: CredentialData },
): Promise<boolean> {
  const { context, key, row, attemptId } = attempt
  const { data, ...set } = change
  try {
    if (data === undefined) return await context.credentials.release(key, holderOf(attempt))
    const result = await context.credentials.update({
      key,
      attemptId,
      expect: { version: row.version, fence: row.fence },
      set: { ...set, data: writeCredentialData(data) },
      release: holderOf(attempt),
    })
    if (result.outcome === 'conflict') await context.credentials.release(key, holderOf(attempt))
    return result.outcome === 'updated'
  } catch (error) {
    // The intent and the lease stand as they were written before the request, and say what is true.
    logStoreFailure(attempt, row, error)
    return false
  }
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
