import { providerUnavailable, reauthorizationRequired } from '../credentials/credential-errors.js'
import { openRefreshToken } from '../credentials/sealed-tokens.js'
import type { TokenEndpointOutcome } from '../oauth/token-response.js'
import type { Secret } from '../secret.js'
import type { AccessGrant } from './access-grant.js'
import { type Attempt, holderOf } from './attempt.js'
import { classifyFailure } from './classify-failure.js'
import { keepLease, type LeaseKeeper } from './lease-keeper.js'
import { recordAnswer } from './record-answer.js'
import { recordFailure } from './record-failure.js'

/**
 * Sends the refresh under the lease just claimed, and records how it ended: the answer before anybody is told of it, a
 * failure by what it means.
 */
export async function runAttempt(attempt: Attempt): Promise<AccessGrant> {
  const { context, key, timing, claimedAtMonotonicMs } = attempt
  const { credentials, runtime } = context
  const keeper = keepLease({ credentials, key, holder: holderOf(attempt), timing, clock: runtime.clock, claimedAtMonotonicMs })
  const workAfterwards: Promise<void>[] = []
  try {
    const refreshToken = await openOrRelease(attempt)
    const startedAtMs = runtime.clock.now()
    context.emit({ type: 'refresh_started', atMs: startedAtMs, ...key, attemptId: attempt.attemptId })
    const outcome = await sendMarked(attempt, keeper, refreshToken)
    if (outcome.kind !== 'answered') return await recordFailure(attempt, classifyFailure(outcome))
    return await recordAnswer(
      {
        ...attempt,
        inBackground: (work) => {
          workAfterwards.push(work)
          attempt.inBackground(work)
        },
      },
      { response: outcome.response, spent: refreshToken, startedAtMs },
    )
  } finally {
    // A write-back that goes on keeps the lease until it is done.
    void Promise.allSettled(workAfterwards).then(() => keeper.stop())
  }
}

async function openOrRelease(attempt: Attempt): Promise<Secret> {
  const { context, key, row } = attempt
  try {
    const refreshToken = await openRefreshToken(context.sealer, row)
    if (refreshToken) return refreshToken
  } catch (error) {
    await giveBack(attempt)
    throw error
  }
  await giveBack(attempt)
  throw reauthorizationRequired(key, 'expired')
}

/** Sends, and where the provider forgives a second use of the refresh token, sends once more when the answer got lost. */
async function sendMarked(attempt: Attempt, keeper: LeaseKeeper, refreshToken: Secret): Promise<TokenEndpointOutcome> {
  const outcome = await sendOnce(attempt, keeper, refreshToken)
  if (attempt.connection.rotation.kind === 'strict' || outcome.kind === 'answered') return outcome
  const verdict = classifyFailure(outcome)
  return verdict.kind === 'outcome_unknown' && verdict.inFlight ? sendOnce(attempt, keeper, refreshToken) : outcome
}

async function sendOnce(attempt: Attempt, keeper: LeaseKeeper, refreshToken: Secret): Promise<TokenEndpointOutcome> {
  const { context, connection, key, timing } = attempt
  const { credentials, runtime } = context
  if (!keeper.isSurelyHeld() || !(await credentials.markSent(key, holderOf(attempt)))) throw leaseLost(attempt)
  // A pause may have come between the mark and this line. Nothing was sent yet, so the intent is cleared.
  if (!keeper.isSurelyHeld()) {
    await giveBack(attempt)
    throw leaseLost(attempt)
  }
  const capped = new AbortController()
  const finished = new AbortController()
  void runtime.clock.sleep(timing.requestCapMs, finished.signal).then(() => {
    if (!finished.signal.aborted) capped.abort()
  })
  try {
    // Discovery and key signing may come before the request leaves: the lease is looked at once more directly before `fetch`.
    return await context.sendRefresh(connection, refreshToken, { signal: capped.signal, maySend: keeper.isSurelyHeld })
  } finally {
    finished.abort()
  }
}

async function giveBack(attempt: Attempt): Promise<void> {
  try {
    await attempt.context.credentials.release(attempt.key, holderOf(attempt))
  } catch {
    // The store is away; the lease runs out by itself.
  }
}

function leaseLost({ key }: Attempt): Error {
  return providerUnavailable(key, 'lease_lost', 1_000)
}
