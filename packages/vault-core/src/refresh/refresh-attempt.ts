import { readCredentialData } from '../credentials/credential-data.js'
import { providerUnavailable, reauthorizationRequired } from '../credentials/credential-errors.js'
import { openRefreshToken } from '../credentials/sealed-tokens.js'
import type { Connection } from '../model/connection.js'
import { withDeadline } from '../oauth/deadline.js'
import type { DpopKey } from '../oauth/dpop-key.js'
import type { TokenEndpointOutcome } from '../oauth/token-response.js'
import type { Secret } from '../secret.js'
import type { AccessGrant } from './access-grant.js'
import { isNewsTo } from './answered-state.js'
import { type Attempt, holderOf, ownerOf } from './attempt.js'
import { classifyFailure, type FailureVerdict } from './classify-failure.js'
import { keepLease } from './lease-keeper.js'
import type { Permit } from './rate/rate-window.js'
import { recordAnswer } from './record-answer.js'
import { recordFailure } from './record-failure.js'
import { withJudgedIdToken } from './refreshed-id-token.js'

/**
 * Sends the refresh under the lease just claimed, and records how it ended: the answer before anybody is told of it, a
 * failure by what it means.
 */
export async function runAttempt(claimed: Omit<Attempt, 'isLeaseHeld' | 'place'>, claimedAtMonotonicMs: number): Promise<AccessGrant> {
  const { context, connection, key, row, timing } = claimed
  const { credentials, runtime } = context
  const holder = holderOf(claimed)
  const keeper = keepLease({ credentials, key, holder, timing, clock: runtime.clock, claimedAtMonotonicMs })
  const place = context.unwritten.begin(key, (stored) => isNewsTo(claimed, stored))
  const workAfterwards: Promise<void>[] = []
  const attempt: Attempt = {
    ...claimed,
    isLeaseHeld: keeper.isSurelyHeld,
    place,
    inBackground(work) {
      workAfterwards.push(work)
      claimed.inBackground(work)
    },
  }
  try {
    const spending = await openOrRelease(attempt)
    const startedAtMs = runtime.clock.now()
    context.recorder.announce(context.recorder.make({ type: 'refresh_started', ...ownerOf(attempt), attemptId: attempt.attemptId }))
    const { outcome, isEarlierOpen } = await sendMarked(attempt, spending)
    const isOpen = isEarlierOpen || row.unresolvedSends > 0 || readCredentialData(row).outcomeUnknown
    if (outcome.kind !== 'answered') {
      const verdict = verdictOf(connection, outcome)
      if (!wasHeldBack(outcome)) claimed.inBackground(context.circuits.report(connection, key, verdict))
      return await recordFailure(attempt, verdict, isOpen)
    }
    const isSentTwice = isOpen || !attempt.isLeaseHeld()
    const response = withJudgedIdToken(outcome.response, connection, row, runtime.clock.now())
    // The write-back begins before all else.
    const recorded = recordAnswer(attempt, { response, spent: spending.refreshToken, startedAtMs, isSentTwice })
    claimed.inBackground(context.circuits.report(connection, key, undefined))
    return await recorded
  } finally {
    // A write-back that goes on keeps the lease until it is done.
    void Promise.allSettled(workAfterwards).then(() => {
      keeper.stop()
      place.end()
    })
  }
}

/** What a refresh is asked for with. */
interface Spending {
  readonly refreshToken: Secret
  readonly dpopKey: DpopKey | undefined
}

async function openOrRelease(attempt: Attempt): Promise<Spending> {
  const { context, key, row } = attempt
  try {
    const { sealedDpopKey = null } = readCredentialData(row)
    const refreshToken = await openRefreshToken(context.sealer, row)
    const dpopKey = sealedDpopKey === null ? undefined : await context.openDpopKey(key, row.epoch, sealedDpopKey)
    if (refreshToken) return { refreshToken, dpopKey }
  } catch (error) {
    await giveBack(attempt)
    throw error
  }
  await giveBack(attempt)
  throw reauthorizationRequired(key, 'expired')
}

/** Sends, and where the provider forgives a second use of the refresh token, sends once more when the answer got lost. */
async function sendMarked(
  attempt: Attempt,
  spending: Spending,
): Promise<{
  readonly outcome: TokenEndpointOutcome
  /** A request before this one got lost, and may have rotated the refresh token, whatever became of this one. */
  readonly isEarlierOpen: boolean
}> {
  const outcome = await sendOnce(attempt, spending, false)
  const verdict = outcome.kind === 'answered' ? undefined : classifyFailure(outcome)
  const isOpen = verdict?.kind === 'outcome_unknown' && verdict.inFlight
  if (attempt.connection.rotation.kind === 'strict' || !isOpen) return { outcome, isEarlierOpen: false }
  return { outcome: await sendOnce(attempt, spending, true), isEarlierOpen: true }
}

async function sendOnce(attempt: Attempt, spending: Spending, isEarlierOpen: boolean): Promise<TokenEndpointOutcome> {
  // A permit is good for one request.
  const permit = (isEarlierOpen ? undefined : attempt.permit) ?? attempt.context.rates.take(attempt.connection)
  try {
    return await sendWith(permit, attempt, spending, isEarlierOpen)
  } finally {
    permit.end()
  }
}

function sendWith(permit: Permit, attempt: Attempt, spending: Spending, isEarlierOpen: boolean): Promise<TokenEndpointOutcome> {
  const { context, connection, key, timing } = attempt
  const { runtime } = context
  // The request's time counts from before the mark: who reckons from the mark when it surely has ended is never too early.
  return withDeadline(runtime.clock, timing.requestCapMs, async (signal) => {
    if (!attempt.isLeaseHeld() || !(await markSent(attempt, isEarlierOpen))) throw leaseLost(attempt)
    // A pause may have come between the mark and this line. If nothing was sent yet the intent is cleared.
    if (!attempt.isLeaseHeld()) {
      await giveBack(attempt, isEarlierOpen)
      throw leaseLost(attempt)
    }
    permit.sent()
    // Discovery and key signing may come before the request leaves: the lease is looked at once more directly before `fetch`.
    return context.sendRefresh(connection, { ...spending, userId: key.userId }, { signal, maySend: attempt.isLeaseHeld })
  })
}

/** If the store fails, whether or not it made the mark, nothing was sent: nobody need wait for what cannot come. */
async function markSent(attempt: Attempt, isEarlierOpen: boolean): Promise<boolean> {
  try {
    return await attempt.context.credentials.markSent(attempt.key, holderOf(attempt))
  } catch (error) {
    await giveBack(attempt, isEarlierOpen)
    throw error
  }
}

/** Where no user consented, none can consent again: a grant that is refused is the application's own, and asked for again later. */
function verdictOf({ grant }: Connection, outcome: Exclude<TokenEndpointOutcome, { kind: 'answered' }>): FailureVerdict {
  const verdict = classifyFailure(outcome)
  if (!grant || (verdict.kind !== 'grant_rejected' && verdict.kind !== 'client_rejected')) return verdict
  // RFC 8693, section 2.2.2: one user's token was refused, which says nothing of those of others.
  const isOfSubject = verdict.kind === 'grant_rejected' || verdict.error === 'invalid_request'
  if (grant.type === 'token_exchange' && isOfSubject)
    return { kind: 'not_processed', reason: 'subject_token_rejected', retryAfterMs: undefined }
  return verdict.kind === 'grant_rejected' ? { kind: 'client_rejected', error: 'invalid_grant', retryAfterMs: undefined } : verdict
}

/** The lease was no longer surely held: that says nothing of the provider. */
function wasHeldBack(outcome: TokenEndpointOutcome): boolean {
  return outcome.kind === 'no_answer' && outcome.notSent && outcome.reason === 'aborted'
}

async function giveBack(attempt: Attempt, keepIntent = false): Promise<void> {
  try {
    await attempt.context.credentials.release(attempt.key, holderOf(attempt), { keepIntent })
  } catch {
    // The store is away; the lease runs out by itself.
  }
}

function leaseLost({ key }: Attempt): Error {
  return providerUnavailable(key, 'lease_lost', 1_000)
}
