import { type CredentialData, readCredentialData, writeCredentialData } from '../credentials/credential-data.js'
import {
  credentialNotFound,
  grantChanged,
  providerRejectedClient,
  providerUnavailable,
  reauthorizationRequired,
} from '../credentials/credential-errors.js'
import type { VaultError } from '../errors.js'
import type { VaultEvent } from '../events/vault-event.js'
import type { Companions, CredentialContent, CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { type Attempt, holderOf, ownerOf } from './attempt.js'
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
  const { recorder, sealer, runtime } = context
  const newest = await context.credentials.get(key)
  if (!newest || newest.status === 'disconnected') {
    await release(attempt)
    throw credentialNotFound(key)
  }
  if (hasMoved(newest, row)) {
    await release(attempt)
    const moved = await readMovedRow({ sealer, nowMs: runtime.clock.now() }, newest, row)
    if (moved) return moved
    // Another refresh token stands there, and nothing is known against it: whoever asks again sends that one.
    throw grantChanged(key)
  }
  const reason = isOpen || data.sentTwiceAtMs !== null ? 'rotation_outcome_unknown' : 'revoked'
  const ended = recorder.make({ type: 'reauthorization_required', ...ownerOf(attempt), reason })
  const failed = recorder.make({ type: 'refresh_failed', ...ownerOf(attempt), attemptId, reason, retryAfterMs: undefined })
  const change = {
    status: 'reauthorization_required',
    dueAtMs: null,
    data: { reason, retryAtMs: null, statusSinceMs: runtime.clock.now() },
  } as const
  const noted = await note(attempt, change, [ended, failed])
  if (noted === 'moved') throw grantChanged(key)
  if (noted === 'failed') await recorder.recordAnyway(failed)
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
  const { recorder, runtime } = context
  const failures = data.failures + 1
  const reason = verdict.kind === 'client_rejected' ? verdict.error : verdict.reason
  const isApplications = concernsApplication(verdict)
  const isInFlight = verdict.kind === 'outcome_unknown' && verdict.inFlight && connection.rotation.kind === 'strict'
  const backedOffMs = backoffMs(failures, verdict.retryAfterMs, runtime.random)
  const retryAfterMs = isApplications ? CLIENT_REJECTED_MS : isInFlight ? timing.takeOverSentAfterMs : backedOffMs
  const event = recorder.make({ type: 'refresh_failed', ...ownerOf(attempt), attemptId, reason, retryAfterMs })

  context.log.warn({ ...key, reason, failures, retryAfterMs }, 'A refresh failed.')
  if (isApplications && !isOpen) {
    // The connection's circuit says when to ask again. Once somebody has mended the connection, the credential works at once.
    await recordAndRelease(attempt, event)
  } else if (isApplications) {
    await noteOrRecord(attempt, { data: { outcomeUnknown: true } }, event)
  } else if (isInFlight) {
    // The request may still reach the provider. The intent stays `sent`, and nobody sends again before its time has run out.
    await recordAndRelease(attempt, event, { keepIntent: true })
  } else {
    const failed = { failures, reason, retryAtMs: runtime.clock.now() + retryAfterMs, outcomeUnknown: isOpen }
    const due = { status: row.status, expiresAtMs: row.expiresAtMs, hasRefreshToken: true }
    const dueAtMs = nextDueAtMs(due, { ...data, ...failed }, connection, context.dueTerms)
    await noteOrRecord(attempt, { data: failed, dueAtMs }, event)
  }
  return verdict.kind === 'client_rejected'
    ? providerRejectedClient(key, verdict.error, retryAfterMs)
    : providerUnavailable(key, reason, retryAfterMs)
}

type Change = Partial<Pick<CredentialContent, 'status' | 'dueAtMs'>> & { readonly data: Partial<CredentialData> }

/** It failed, also where that cannot be written. */
async function noteOrRecord(attempt: Attempt, change: Change, event: VaultEvent): Promise<void> {
  if ((await note(attempt, change, [event])) !== 'written') await attempt.context.recorder.recordAnyway(event)
}

/** Where no row is written the event is kept before the lease ends: whoever holds that next tells of what came later. */
async function recordAndRelease(attempt: Attempt, event: VaultEvent, options?: { readonly keepIntent?: boolean }): Promise<void> {
  await attempt.context.recorder.recordAnyway(event)
  await release(attempt, options)
}

/**
 * Writes the change if the refresh token that was sent still stands under this claim, and ends the lease. What else was written
 * meanwhile stays: another process's late access token, or a sweeper's due time.
 *
 * @param events - What is told of it, if it is written.
 */
async function note(attempt: Attempt, change: Change, events: readonly VaultEvent[]): Promise<'written' | 'moved' | 'failed'> {
  const { context, row } = attempt
  try {
    const also = await context.recorder.companionsOfAnswer(...events)
    if (await writeNote(attempt, row, change, also)) {
      context.recorder.announce(...events)
      return 'written'
    }
  } catch (error) {
    // The intent and the lease stand as they were written before the request, and say what is true.
    logStoreFailure(attempt, row, error)
    return 'failed'
  }
  await release(attempt, { keepIntent: change.data.outcomeUnknown ?? false })
  return 'moved'
}

async function writeNote(attempt: Attempt, over: CredentialRow, { data, ...set }: Change, also: Companions | undefined): Promise<boolean> {
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
    ...(also && { also }),
  })
  if (result.outcome === 'conflict' && result.row.version !== over.version) return writeNote(attempt, result.row, { ...set, data }, also)
  return result.outcome === 'updated'
}

async function release(attempt: Attempt, options?: { readonly keepIntent?: boolean }): Promise<void> {
  try {
    await attempt.context.credentials.release(attempt.key, holderOf(attempt), options)
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
