import { randomToken } from '../../crypto/random-token.js'
import { sha256Base64url } from '../../crypto/sha256-base64url.js'
import type { Log } from '../../log.js'
import type { Connection } from '../../model/connection.js'
import type { Runtime } from '../../runtime.js'
import type { DocumentStore } from '../../storage/contract.js'
import { unitInterval } from '../backoff.js'
import { emptyRateBook, type RateBook, rateBookAfter } from './rate-book.js'
import { createRateWindow, type NoPermit, type Permit, type RateWindow } from './rate-window.js'

/** How many refreshes all processes together send in a second, where a connection says how many that may be. */
export interface Rates {
  /** For a refresh that nobody waits for. */
  reserve(connection: Connection): Permit | NoPermit
  /** For one that somebody waits for: it goes at once, and those that nobody waits for go the slower. */
  take(connection: Connection): Permit
}

const KIND = 'refresh-rate'
/** How often a process that uses a rate comes by the book, give or take a tenth. */
const COME_BY_MS = 1_000
/** One that has no slot and wants some does so sooner. */
const COME_SOON_MS = 250
/** What it has there is its own for so long. */
const HELD_MS = 6_000
/** It begins no request in the last part of that: one that is begun has so long to arrive, and to count for a second. */
const IN_HAND_MS = 3_000
/** Another process may come by at any moment; ten times in a row none does. */
const MOST_TRIES = 10

/** Nothing is counted where nothing is limited. */
export const freePermit: Permit = { sent: () => undefined, end: () => undefined }

interface Rate {
  readonly id: string
  readonly limit: number
  readonly window: RateWindow
  /** The book as last seen. */
  seen: { readonly version: number | 'absent'; readonly book: RateBook }
  /** The most slots taken at a time since the process last came by. */
  peak: number
  /** Since then a permit was asked for, and every slot was taken. */
  wasShort: boolean
  isKept: boolean
}

export interface RatesParts {
  readonly documents: DocumentStore
  readonly storeNow: () => Promise<number>
  readonly tenant: string
  /** Names this process. */
  readonly owner: string
  readonly runtime: Runtime
  readonly log: Log
  /** Aborted when the vault has been closed. */
  readonly stopped: AbortSignal
}

export function createRates(parts: RatesParts): Rates {
  const { runtime, log, stopped } = parts
  const { clock, random } = runtime
  const rates = new Map<string, Rate>()

  const rateOf = (connection: Connection): Rate | undefined => {
    if (connection.maxRefreshesPerSecond === undefined) return undefined
    const name = nameOf(connection)
    const rate = rates.get(name) ?? newRate(name, connection.maxRefreshesPerSecond)
    rates.set(name, rate)
    return rate
  }

  const newRate = (name: string, limit: number): Rate => ({
    id: sha256Base64url(name),
    limit,
    window: createRateWindow(() => clock.monotonic()),
    seen: { version: 'absent', book: emptyRateBook },
    peak: 0,
    wasShort: false,
    isKept: false,
  })

  /** Comes by the book again and again, as long as this process has to do with the rate. */
  const keep = async (rate: Rate): Promise<void> => {
    if (rate.isKept) return
    rate.isKept = true
    while (!stopped.aborted) {
      const { wasShort } = rate
      let isInBook = true
      try {
        isInBook = await comeBy(parts, rate)
      } catch (error) {
        rate.wasShort ||= wasShort
        log.debug({ rate: rate.id, err: error }, 'What the processes share of a rate could not be written. It is tried again.')
      }
      if (!isInBook && !rate.wasShort && rate.peak === 0) break
      const pauseMs = wasShort && rate.window.slots === 0 ? COME_SOON_MS : COME_BY_MS
      await clock.sleep(pauseMs * (0.9 + 0.2 * unitInterval(random)), stopped, { background: true })
    }
    rate.isKept = false
  }

  return {
    reserve(connection) {
      const rate = rateOf(connection)
      if (!rate) return freePermit
      const permit = rate.window.reserve()
      if ('isShort' in permit) rate.wasShort ||= permit.isShort
      rate.peak = Math.max(rate.peak, rate.window.taken())
      if (rate.peak > 0 || rate.wasShort) void keep(rate)
      return permit
    },
    take(connection) {
      const rate = rateOf(connection)
      if (!rate) return freePermit
      const permit = rate.window.overdraw()
      rate.peak = Math.max(rate.peak, rate.window.taken())
      void keep(rate)
      return permit
    },
  }
}

/** Writes down what the process has and wants. Returns whether it still stands in the book. */
async function comeBy(parts: RatesParts, rate: Rate): Promise<boolean> {
  const { documents, storeNow, tenant, owner, runtime } = parts
  const { window, limit } = rate
  const { clock, random } = runtime
  const wantsMore = rate.wasShort
  rate.wasShort = false
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const askedAtMs = clock.monotonic()
    const nowMs = await storeNow()
    const own = { owner, taken: window.taken(), peak: rate.peak, wantsMore }
    const { book, mayUse } = rateBookAfter(rate.seen.book, { ...own, limit, nowMs, untilMs: nowMs + HELD_MS })
    // What is given up is not used any more by the time that others read of it; what is gained is used once it is written.
    window.giveUp(mayUse)
    if (!(owner in book.holders) && !(owner in rate.seen.book.holders)) return false
    const data = JSON.stringify({ v: 1, ...book })
    const attemptId = randomToken(random, 16)
    const put = await documents.put({ tenant, kind: KIND, id: rate.id, data, expect: rate.seen.version, attemptId })
    if (put.outcome === 'stored') {
      rate.seen = { version: put.version, book }
      rate.peak = window.taken()
      window.hold(mayUse, askedAtMs + HELD_MS - IN_HAND_MS)
      return owner in book.holders
    }
    rate.seen = put.current
      ? { version: put.current.version, book: JSON.parse(put.current.data) as RateBook }
      : { version: 'absent', book: emptyRateBook }
  }
  rate.wasShort ||= wantsMore
  return true
}

/** A provider counts by application: connections of one application at one provider share what they both say that it allows. */
function nameOf({ issuer, endpoints, clientId, maxRefreshesPerSecond }: Connection): string {
  return JSON.stringify([issuer, endpoints.token, clientId, maxRefreshesPerSecond])
}
