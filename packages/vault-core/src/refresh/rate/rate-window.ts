/** The right to one request. */
export interface Permit {
  /** To be called directly before the request leaves. */
  sent(): void
  /** The answer is there, or nobody waits for it any more; or the request never left. Calling it again changes nothing. */
  end(): void
}

/** None just now. */
export interface NoPermit {
  /** Milliseconds after which to ask again. */
  readonly againInMs: number
  /** Every slot is taken: with more of them there would be a permit. */
  readonly isShort: boolean
}

/** What one process has of a rate: how many slots, and which of them are taken. Times are monotonic milliseconds. */
export interface RateWindow {
  /** The process has so many slots, and may take them until then. */
  hold(slots: number, untilMs: number): void
  /** It has no more than so many from now on. */
  giveUp(toSlots: number): void
  readonly slots: number
  /** Takes a slot. */
  reserve(): Permit | NoPermit
  /** Takes one though there may be none: for a request that does not wait. */
  overdraw(): Permit
  /** How many are taken now. */
  taken(): number
}

/** As long as the provider counts a request, and a little more: no two clocks run alike. */
const COUNTED_MS = 1_020
/** Requests are begun evenly. What could not be begun in time is made up for as far as this. */
const MADE_UP_MS = 100
/** When an open request will be answered nobody knows. */
const LOOK_AGAIN_MS = 50

/** @param now - Monotonic milliseconds. */
export function createRateWindow(now: () => number): RateWindow {
  let slots = 0
  let heldUntilMs = Number.NEGATIVE_INFINITY
  /** Reserved, or sent and not answered. */
  let open = 0
  /** When each slot whose answer is there becomes free, earliest first. */
  let cooling: readonly number[] = []
  /** When the next request would be begun, were all spaced evenly. */
  let evenlyAtMs = Number.NEGATIVE_INFINITY

  const taken = (): number => {
    cooling = cooling.filter((freeAtMs) => freeAtMs > now())
    return open + cooling.length
  }

  const take = (): Permit => {
    let isSent = false
    let isOver = false
    open += 1
    return {
      sent() {
        isSent = true
      },
      end() {
        if (isOver) return
        isOver = true
        open -= 1
        if (isSent) cooling = [...cooling, now() + COUNTED_MS]
      },
    }
  }

  return {
    hold(nextSlots, untilMs) {
      slots = nextSlots
      heldUntilMs = untilMs
    },
    giveUp(toSlots) {
      slots = Math.min(slots, toSlots)
    },
    get slots() {
      return slots
    },
    reserve() {
      const nowMs = now()
      if (nowMs >= heldUntilMs) return { againInMs: LOOK_AGAIN_MS, isShort: true }
      if (taken() >= slots) {
        const freeInMs = (cooling[0] ?? Number.POSITIVE_INFINITY) - nowMs
        return { againInMs: Math.ceil(Math.min(LOOK_AGAIN_MS, freeInMs)), isShort: true }
      }
      const earlyMs = evenlyAtMs - MADE_UP_MS - nowMs
      if (earlyMs > 0) return { againInMs: Math.ceil(earlyMs), isShort: false }
      evenlyAtMs = Math.max(evenlyAtMs, nowMs) + 1_000 / slots
      return take()
    },
    overdraw: () => take(),
    taken,
  }
}
