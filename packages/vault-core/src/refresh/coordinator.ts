import { credentialNotFound, providerUnavailable } from '../credentials/credential-errors.js'
import { randomToken } from '../crypto/random-token.js'
import type { Connection } from '../model/connection.js'
import type { CredentialKey, CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import type { RefreshContext } from './context.js'
import { refreshTiming } from './profile.js'
import { runAttempt } from './refresh-attempt.js'
import { readMovedRow, refusalBeforeRefresh } from './row-state.js'
import { createSingleFlight } from './single-flight.js'

/** One refresh that callers share. */
export interface RefreshRun {
  /** The token, as soon as it is stored (or, while the store is down, as soon as it is known). */
  readonly answer: Promise<AccessGrant>
  /** The end of all that the refresh has to do, write-back included. Never rejects. */
  readonly settled: Promise<void>
}

/** Sees to it that a credential is refreshed by one process at a time, and in it once for all callers. */
export interface RefreshCoordinator {
  /** Joins the refresh of this row's grant, or begins it. `seen` is the row on which the caller decided that one is needed. */
  refresh(connection: Connection, seen: CredentialRow): RefreshRun
  /** Resolves when all refreshes under way have ended. */
  drained(): Promise<void>
}

export function createRefreshCoordinator(context: RefreshContext): RefreshCoordinator {
  const flights = createSingleFlight<RefreshRun>((run) => run.settled)
  return {
    refresh(connection, seen) {
      const key: CredentialKey = { tenant: seen.tenant, connectionId: seen.connectionId, userId: seen.userId, accountId: seen.accountId }
      const flightKey = JSON.stringify([key.connectionId, key.userId, key.accountId, seen.epoch])
      return flights.join(flightKey, () => beginRun(context, connection, key, seen))
    },
    drained: () => flights.drained(),
  }
}

function beginRun(context: RefreshContext, connection: Connection, key: CredentialKey, seen: CredentialRow): RefreshRun {
  const background: Promise<void>[] = []
  const answer = claimAndRun(context, connection, key, seen, (work) => background.push(work))
  const settled = answer.then(
    () => Promise.allSettled(background),
    () => Promise.allSettled(background),
  )
  return { answer, settled: settled.then(() => undefined) }
}

/**
 * Claims the credential and runs one attempt; or, when another process holds it, waits for that one's result.
 */
async function claimAndRun(
  context: RefreshContext,
  connection: Connection,
  key: CredentialKey,
  seen: CredentialRow,
  inBackground: (work: Promise<void>) => void,
): Promise<AccessGrant> {
  const { credentials, sealer, runtime } = context
  const timing = refreshTiming(connection.rotation)
  const attemptId = randomToken(runtime.random, 16)
  const giveUpAt = runtime.clock.monotonic() + context.peerWaitMs
  let row = seen
  let pollMs = POLL_FIRST_MS

  // No usable key, no request: the data key is fetched before anything is sent, and is at hand for the write-back.
  await sealer.prepare(key.userId)
  for (;;) {
    const refusal = refusalBeforeRefresh(row, runtime.clock.now())
    if (refusal) throw refusal
    const claimedAtMonotonicMs = runtime.clock.monotonic()
    const claim = await credentials.claim({
      key,
      owner: context.owner,
      attemptId,
      leaseMs: timing.leaseMs,
      expectVersion: row.version,
      takeOverSentAfterMs: timing.takeOverSentAfterMs,
    })
    if (claim.outcome === 'missing') throw credentialNotFound(key)
    if (claim.outcome === 'claimed') {
      return runAttempt({ context, connection, key, row: claim.row, attemptId, timing, claimedAtMonotonicMs, inBackground })
    }
    if (claim.outcome === 'changed') {
      const moved = await readMovedRow({ sealer, nowMs: runtime.clock.now() }, claim.row, seen)
      if (moved) return moved
      row = claim.row
      continue
    }
    const patienceMs = giveUpAt - runtime.clock.monotonic()
    const { freeInMs, isWorkedOn } = await busyFor(context, claim.row, timing.takeOverSentAfterMs)
    // Whoever works on it may be done at any moment. A request of unknown outcome that nobody works on only has to be outwaited.
    if (patienceMs <= 0 || (!isWorkedOn && freeInMs > patienceMs))
      throw providerUnavailable(row, 'refresh_in_progress', Math.max(1_000, freeInMs))
    await runtime.clock.sleep(pollMs)
    pollMs = Math.min(POLL_MAX_MS, pollMs * 2)
  }
}

/** Most refreshes take some hundred milliseconds. */
const POLL_FIRST_MS = 25
const POLL_MAX_MS = 500

/** How long the row cannot be claimed at most, and whether some process holds it now. Judged by the store's clock. */
async function busyFor(
  { storeNow }: RefreshContext,
  { lease, intent }: CredentialRow,
  takeOverSentAfterMs: number,
): Promise<{ readonly freeInMs: number; readonly isWorkedOn: boolean }> {
  const nowMs = await storeNow()
  const leaseEndsMs = lease?.untilMs ?? 0
  const sentEndsMs = intent?.state === 'sent' && intent.sentAtMs !== null ? intent.sentAtMs + takeOverSentAfterMs : 0
  return { freeInMs: Math.max(leaseEndsMs, sentEndsMs) - nowMs, isWorkedOn: leaseEndsMs > nowMs }
}
