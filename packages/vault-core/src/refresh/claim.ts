import { credentialNotFound, providerUnavailable, vaultClosed } from '../credentials/credential-errors.js'
import { randomToken } from '../crypto/random-token.js'
import type { ClaimResult, CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import type { WantedRefresh } from './attempt.js'
import type { RefreshContext } from './context.js'
import { createLeaseWait, type LeaseWait } from './lease-wait.js'
import { type RefreshTiming, refreshTiming } from './profile.js'
import { runAttempt } from './refresh-attempt.js'
import { readMovedRow, refusalBeforeRefresh } from './row-state.js'

/**
 * Claims the credential and runs one attempt; or, when another process holds it, waits for that one's result.
 *
 * @throws {VaultError} Whatever keeps a token from being had; see `Vault.getCredentials`.
 */
export async function claimAndRefresh(wanted: WantedRefresh): Promise<AccessGrant> {
  const wait = createLeaseWait(wanted.context.runtime, wanted.key)
  try {
    return await claimOrWait(wanted, wait)
  } finally {
    wait.end()
  }
}

async function claimOrWait(wanted: WantedRefresh, wait: LeaseWait): Promise<AccessGrant> {
  const { context, connection, key, seen, note } = wanted
  const { sealer, runtime, journal, slots } = context
  const timing = refreshTiming(connection.rotation)
  const attemptId = randomToken(runtime.random, 16)
  const giveUpAt = runtime.clock.monotonic() + context.peerWaitMs
  let row = seen
  let mayTry = false
  const pauseMs = createPauses()

  for (;;) {
    const refusal = refusalBeforeRefresh(row, runtime.clock.now()) ?? (mayTry ? undefined : await context.circuits.refusal(connection, key))
    if (refusal) throw refusal
    // Asked again, it would refuse him for the sake of the one who tries after a pause, who may be himself.
    mayTry = true
    // No usable key, no request: the data keys are fetched before anything is sent, and are at hand for the write-back. A refresh token is sealed
    // already: they are there, or the user was forgotten.
    await Promise.all([sealer.prepare(key.userId, { make: false }), journal.prepare(), context.recorder.prepare()])
    await journal.replayBefore(row)
    const freeSlot = await slots.acquire(connection.connectionId)
    let letKeysGo: (() => void) | undefined
    let claim: ClaimResult
    try {
      // That may have taken longer than they stay at hand.
      letKeysGo = await sealer.hold(key.userId)
      await Promise.all([journal.prepare(), context.recorder.prepare()])
      const claimedAtMonotonicMs = runtime.clock.monotonic()
      claim = context.closing.aborted ? await lookAtRow(wanted, row) : await claimRow(wanted, row, attemptId, timing)
      if (claim.outcome !== 'busy') wait.end()
      if (claim.outcome === 'claimed' && journal.mayKnowMore(claim.row, row)) {
        // Another process has sent since the row was seen, and died.
        await context.credentials.release(key, { owner: context.owner, fence: claim.row.fence })
        row = claim.row
        continue
      }
      if (claim.outcome === 'claimed') return await runAttempt({ ...wanted, row: claim.row, attemptId, timing }, claimedAtMonotonicMs)
    } finally {
      letKeysGo?.()
      freeSlot()
    }
    if (claim.outcome === 'missing') throw credentialNotFound(key)
    if (claim.outcome === 'changed') {
      const moved = await readMovedRow({ sealer, nowMs: runtime.clock.now() }, claim.row, seen)
      if (moved) {
        note({ isOfOther: true })
        return moved
      }
      row = claim.row
      continue
    }
    const patienceMs = giveUpAt - runtime.clock.monotonic()
    const { freeInMs, isWorkedOn } = await busyFor(context, claim.row, timing.takeOverSentAfterMs)
    // Whoever works on it may be done at any moment. A request of unknown outcome that nobody works on only has to be outwaited.
    if (patienceMs <= 0 || (!isWorkedOn && freeInMs > patienceMs))
      throw providerUnavailable(row, 'refresh_in_progress', Math.max(1_000, freeInMs))
    wait.begin()
    mayTry = false
    const found = await untilItMoves(wanted, claim.row, {
      pauseMs,
      untilMs: runtime.clock.monotonic() + Math.min(patienceMs, Math.max(0, freeInMs)),
    })
    // Before all that may refuse a refresh: none is needed any more.
    const brought = found && (await readMovedRow({ sealer, nowMs: runtime.clock.now() }, found, seen))
    if (brought) {
      note({ isOfOther: true })
      return brought
    }
  }
}

/** Most refreshes take some hundred milliseconds. A look at the row is the cheapest call that a store has. */
const PAUSE_FIRST_MS = 5
/** Nobody learns of a refresh later than a tenth of what it took. */
const PAUSE_GROWTH = 1.1
const PAUSE_MAX_MS = 500

/** Pauses between looks at a row, longer and longer over all of a wait. */
function createPauses(): () => number {
  let nextMs = PAUSE_FIRST_MS
  return () => {
    const pauseMs = nextMs
    nextMs = Math.min(PAUSE_MAX_MS, nextMs * PAUSE_GROWTH)
    return pauseMs
  }
}

/** Looks at the row until whoever works on it has done something, or can be thought gone. At least one pause long. The row, if it has moved. */
async function untilItMoves(
  { context, key }: WantedRefresh,
  busy: CredentialRow,
  { pauseMs, untilMs }: { readonly pauseMs: () => number; readonly untilMs: number },
): Promise<CredentialRow | undefined> {
  const { clock } = context.runtime
  for (;;) {
    await clock.sleep(pauseMs())
    const row = clock.monotonic() < untilMs ? await context.credentials.get(key, READ_ONLY) : null
    if (!row || !isSame(row, busy)) return row ?? undefined
  }
}

const READ_ONLY = { copy: false } as const

function isSame(row: CredentialRow, seen: CredentialRow): boolean {
  return (
    row.version === seen.version &&
    row.fence === seen.fence &&
    row.lease?.untilMs === seen.lease?.untilMs &&
    row.intent?.state === seen.intent?.state
  )
}

/**
 * While the vault is being closed no refresh begins any more: its request might be cut off. Whoever waits for another process's
 * refresh may still get its result.
 */
async function lookAtRow({ context, key }: WantedRefresh, row: CredentialRow): Promise<ClaimResult> {
  const newest = await context.credentials.get(key)
  if (!newest) return { outcome: 'missing' }
  if (newest.version !== row.version) return { outcome: 'changed', row: newest }
  if ((newest.lease?.untilMs ?? 0) <= (await context.storeNow())) throw vaultClosed()
  return { outcome: 'busy', row: newest }
}

/** Writes the intent: whoever comes later, and whoever finds it after a crash, knows that a request may be on its way. */
function claimRow({ context, key }: WantedRefresh, row: CredentialRow, attemptId: string, timing: RefreshTiming): Promise<ClaimResult> {
  return context.credentials.claim({
    key,
    owner: context.owner,
    attemptId,
    leaseMs: timing.leaseMs,
    expectVersion: row.version,
    takeOverSentAfterMs: timing.takeOverSentAfterMs,
  })
}

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
