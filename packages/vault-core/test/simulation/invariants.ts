import type { Credentials, RotationProfile, VaultError } from '../../src/index.js'
import type { AccessTokenFacts, GrantFacts, Ledger, TokenRequestFacts } from './ledger.js'
import type { SimulatedProcess } from './simulated-process.js'
import type { StoredRefreshToken } from './world.js'

/**
 * What the promise of refresh says of each profile, in milliseconds: how long a pause may be (the lease less one renewal),
 * how long a request runs before it is given up, and for how long nobody sends after one of unknown outcome.
 */
const PROMISE = {
  strict: { pauseMs: 35_000, capMs: () => 120_000, silenceMs: 80_000 },
  grace: { pauseMs: 3_600, capMs: (graceS: number) => Math.min(20_000, (graceS * 1000) / 3), silenceMs: 0 },
  none: { pauseMs: 11_000, capMs: () => 20_000, silenceMs: 0 },
} as const

/** Within this a process that reaches the store again has written what it holds: it tries every five seconds. */
const WRITE_RETRY_MS = 12_000
/** The caller's patience (10 s), and what a store that takes its time adds before and after. */
const LONGEST_WAIT_MS = 30_000
/** Clocks differ by up to 2 s here, and the vault keeps five of a token's life in hand. */
const SERVED_LATE_MS = 2_000
/** The store's slowest way there and back: as old may be what was read, and so much the mark before a request takes of its time. */
const SLOW_STORE_MS = 4_500
/** How long a token that the store has not taken is served without the store. */
const UNWRITTEN_MS = 300_000
/** How long before a request its sender may have looked at the row. */
const LOOKED_BEFORE_MS = 300_000

/** What must hold at every moment, whatever happens. */
export interface Invariants {
  /** When a refresh request leaves. No refresh token is sent twice, unless nobody could know better. */
  atSending(request: TokenRequestFacts): void
  /** When a sender ends its request without an answer. */
  atGivingUp(request: TokenRequestFacts): void
  /** When a caller gets a token. */
  atHandOut(call: HandOut): void
  /** When a caller's wait ends, however. */
  atEnd(call: { readonly process: SimulatedProcess; readonly startedAtMs: number; readonly pausedMs: number }): void
  /** Whether a `reauthorization_required` is true. */
  atReauthorization(told: {
    readonly process: SimulatedProcess
    readonly userId: string
    readonly startedAtMs: number
    readonly error: VaultError
    /** Of an active row, as it stands in the store. */
    readonly stored: StoredRefreshToken | undefined
  }): void
}

export interface HandOut {
  readonly process: SimulatedProcess
  readonly caller: string
  readonly userId: string
  readonly startedAtMs: number
  readonly credentials: Credentials
}

export function invariants(ledger: Ledger, rotation: RotationProfile, nowMs: () => number): Invariants {
  const { pauseMs, capMs, silenceMs } = PROMISE[rotation.kind]
  const runsForMs = capMs(rotation.kind === 'grace' ? rotation.seconds : 0)
  /** What each caller has seen, and when. */
  const seen = new Map<string, { readonly token: AccessTokenFacts; readonly atMs: number }[]>()

  return {
    atSending(request) {
      if (rotation.kind === 'none') return
      // Held up itself, after it had looked: that is the bound of the promise.
      const wasHeldUp = request.process.wasPausedFor(pauseMs, request.sentAtMs - LOOKED_BEFORE_MS, nowMs())
      for (const other of ledger.requests) {
        if (other.refreshToken !== request.refreshToken) continue
        ledger.sentTwice.add(request.refreshToken)
        if (wasHeldUp) continue
        const sinceMs = nowMs() - other.sentAtMs
        if (isUnheard(other) && sinceMs < silenceMs)
          ledger.violate(`${request.refreshToken} was sent again after ${sinceMs} ms, though the first request may still run.`)
        if (isExcused(other, request)) continue
        const became = other.answeredAtMs === undefined ? 'still waits for the answer' : `was answered at ${other.answeredAtMs}`
        const { refreshToken, process } = request
        ledger.violate(
          `${refreshToken} was sent again by ${process.name} at ${nowMs()}: ${other.process.name} had sent it at ${other.sentAtMs}, and ${became}.`,
        )
      }
    },

    atGivingUp({ process, sentAtMs }) {
      const ranMs = nowMs() - sentAtMs
      if (
        ranMs < Math.min(0.6 * runsForMs, runsForMs - SLOW_STORE_MS) &&
        process.crashedAtMs === undefined &&
        process.pausedMsBetween(sentAtMs - 60_000, nowMs()) === 0
      )
        ledger.violate(`The request of ${process.name} at ${sentAtMs} was given up after ${ranMs} ms.`)
    },

    atHandOut({ process, caller, userId, startedAtMs, credentials }) {
      const token = credentials.accessToken
      const facts = ledger.accessTokens.get(token)
      if (!facts || facts.userId !== userId) return ledger.violate(`${caller} got ${token}, which is not a token of ${userId}.`)
      if (facts.unusable) ledger.violate(`${caller} got ${token}, which is no bearer token.`)
      if (!ledger.hasJumped && nowMs() - facts.endsAtMs > SERVED_LATE_MS + process.pausedMsBetween(startedAtMs, nowMs()))
        ledger.violate(`${caller} got ${token} ${nowMs() - facts.endsAtMs} ms after its end.`)
      const endedAtMs = ledger.grants.get(facts.grantId)?.supersededAtMs
      const isUnheard = process.storeTroubleUntilMs !== undefined && startedAtMs - process.storeTroubleUntilMs < UNWRITTEN_MS
      if (endedAtMs !== undefined && endedAtMs < startedAtMs && !isUnheard)
        ledger.violate(`${caller} asked at ${startedAtMs} and got ${token} of a grant that had ended at ${endedAtMs}.`)
      const before = seen.get(caller) ?? []
      if (before.some((other) => startedAtMs >= other.atMs && isKnownToBeOlder(facts, other.token)))
        ledger.violate(`${caller} got ${token}, older than one it had seen.`)
      seen.set(caller, [...before.filter((other) => other.token !== facts), { token: facts, atMs: nowMs() }])
    },

    atEnd({ process, startedAtMs, pausedMs }) {
      const waitedMs = nowMs() - startedAtMs - pausedMs
      if (waitedMs > LONGEST_WAIT_MS) ledger.violate(`A call in ${process.name} that began at ${startedAtMs} took ${waitedMs} ms.`)
    },

    atReauthorization({ process, userId, startedAtMs, error, stored: found }) {
      const grants = [...ledger.grants.values()].filter((grant) => grant.userId === userId)
      const { reason } = error.facts
      const told = `${userId} was told to connect again (${reason}) at ${nowMs()}`
      // Who was suspended tells what he had read before.
      const isLate = process.wasPausedFor(0, startedAtMs, nowMs())
      const isOld = found !== undefined && found.sinceMs < lookedSinceMs(process, userId, startedAtMs)
      const stored = isLate || !isOld ? undefined : ledger.refreshTokens.get(found.token)
      if (
        stored &&
        stored.usedAtMs === undefined &&
        grants.some((grant) => grant.grantId === stored.grantId && grant.alive && (grant.acknowledgedAtMs ?? startedAtMs) < startedAtMs)
      )
        return ledger.violate(`${told}, and the store has the good refresh token ${found?.token}.`)
      // Of a provider that forgives a second use several refresh tokens of a grant may be good, and but one of them stored.
      const held =
        !isLate && rotation.kind === 'strict' && grants.find((grant) => grant.alive && grant.supersededAtMs === undefined && isHeld(grant))
      if (held) return ledger.violate(`${told}, and a living process holds a good refresh token of ${held.grantId}.`)
      const wasEnded = grants.some((grant) => grant.endedOnPurpose)
      if (reason === 'revoked' && wasEnded) return
      if (reason === 'rotation_outcome_unknown' && (wasEnded || grants.some((grant) => hasLostAnswer(grant)))) return
      ledger.violate(`${told}, for no reason.`)
    },
  }

  /** Of two requests that were on their way at once nobody but the provider can tell which it answered first. */
  function isKnownToBeOlder(one: AccessTokenFacts, other: AccessTokenFacts): boolean {
    return one.grantId === other.grantId && one.serial < other.serial && one.issuedAtMs <= other.askedAtMs
  }

  /** Why the sender of the earlier request cannot be expected to have made its answer known. */
  function isExcused(earlier: TokenRequestFacts, later?: TokenRequestFacts): boolean {
    const { process, sentAtMs, endedAtMs } = earlier
    if (endedAtMs !== undefined && (earlier.answerLost || !earlier.rotated)) return true
    if (process.crashedAtMs !== undefined) {
      // What a dead process left in its journal is for the next in its place.
      const hadTime =
        ledger.hasJournal &&
        earlier.answeredAtMs !== undefined &&
        process.crashedAtMs - earlier.answeredAtMs > WRITE_RETRY_MS &&
        !process.wasPausedFor(0, earlier.answeredAtMs, process.crashedAtMs)
      return !((earlier.isJournaled || hadTime) && later && placeOf(later.process) === placeOf(process))
    }
    if (earlier.answeredAtMs === undefined && earlier.isAbandoned) return true
    if (process.wasPausedFor(pauseMs, sentAtMs, nowMs())) return true
    const troubleMs = process.storeTroubleUntilMs
    if (troubleMs === undefined || troubleMs < sentAtMs) return false
    // Cut off from the store: its renewals fail, and so does its write-back.
    return rotation.kind !== 'strict' || nowMs() - troubleMs - process.pausedMsBetween(troubleMs, nowMs()) <= WRITE_RETRY_MS
  }

  /** Whatever was in the store at this moment, who tells now has to know. Whoever was refused himself looks after that; others may have read a while ago. */
  function lookedSinceMs(process: SimulatedProcess, userId: string, startedAtMs: number): number {
    const own = ledger.requests.findLast(
      (request) =>
        request.process === process && ledger.grants.get(ledger.refreshTokens.get(request.refreshToken)?.grantId ?? '')?.userId === userId,
    )
    return own?.endedAtMs !== undefined && own.endedAtMs >= startedAtMs ? own.endedAtMs : nowMs() - SLOW_STORE_MS
  }

  /** Nobody knows what became of it: no answer of any kind came to its sender. */
  function isUnheard({ connects, wasAnswered }: TokenRequestFacts): boolean {
    return connects && !wasAnswered
  }

  /** Whether a process that lives, and reaches the store, has had an answer whose refresh token is still good. */
  function isHeld({ grantId }: GrantFacts): boolean {
    return ledger.requests.some(({ process, issued, answeredAtMs }) => {
      const token = issued === undefined ? undefined : ledger.refreshTokens.get(issued)
      if (token?.grantId !== grantId || token.usedAtMs !== undefined || answeredAtMs === undefined) return false
      if (process.crashedAtMs !== undefined || process.wasPausedFor(0, answeredAtMs, nowMs())) return false
      return nowMs() - answeredAtMs > WRITE_RETRY_MS && nowMs() - (process.storeTroubleUntilMs ?? -WRITE_RETRY_MS) > WRITE_RETRY_MS
    })
  }

  /** Whether an answer to a request of this grant may have come to nobody, which the vault can know and not mend. */
  function hasLostAnswer({ grantId }: GrantFacts): boolean {
    if ([...ledger.sentTwice].some((token) => ledger.refreshTokens.get(token)?.grantId === grantId)) return true
    return ledger.requests.some(
      (request) => request.rotated && ledger.refreshTokens.get(request.refreshToken)?.grantId === grantId && isLost(request),
    )
  }

  function isLost(request: TokenRequestFacts): boolean {
    if (rotation.kind === 'none') return false
    return request.answeredAtMs === undefined || request.process.crashedAtMs !== undefined || isExcused(request)
  }
}

function placeOf({ name }: { readonly name: string }): string | undefined {
  return name.split('.')[0]
}
