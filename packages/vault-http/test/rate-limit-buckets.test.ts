import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { RateLimitDecision } from '../src/index.js'
import { createTokenBuckets, UNKNOWN_ADDRESS } from '../src/rate-limit/token-bucket.js'

const CAPACITY = 100
const PER_SECOND = 10
const SHARED_CAPACITY = 1_000

interface Buckets {
  ask(key: string): RateLimitDecision
  /** How many of so many requests at once are let through. */
  allowed(key: string, requests: number): number
  pass(ms: number): void
}

function start(maxKeys?: number): Buckets {
  let nowMs = 1_000_000
  const limiter = createTokenBuckets({ now: () => nowMs, ...(maxKeys !== undefined && { maxKeys }) })
  const request = new Request('https://vault.example.com/v1/roles')
  const ask = (key: string): RateLimitDecision => {
    const decision = limiter({ key, route: 'GET /v1/roles', request })
    if (decision instanceof Promise) throw new TypeError('The buckets make nobody wait.')
    return decision
  }
  return {
    ask,
    allowed: (key, requests) => Array.from({ length: requests }, () => ask(key)).filter((decision) => decision.allowed).length,
    pass: (ms) => {
      nowMs += ms
    },
  }
}

describe('a token bucket', () => {
  it('lets its capacity through at once, and no more', () => {
    expect(start().allowed('address:1.1.1.1', 1_000)).toBe(CAPACITY)
  })

  it('is filled again at its rate, up to its capacity', () => {
    const buckets = start()
    buckets.allowed('a', CAPACITY)
    buckets.pass(1_000)
    expect(buckets.allowed('a', CAPACITY)).toBe(PER_SECOND)
    buckets.pass(3_600_000)
    expect(buckets.allowed('a', 1_000)).toBe(CAPACITY)
  })

  it('says how long to wait, and lets through whoever waited so long', () => {
    const buckets = start()
    buckets.allowed('a', CAPACITY)
    expect(buckets.ask('a')).toEqual({ allowed: false, retryAfterMs: 1_000 / PER_SECOND })
    buckets.pass(60)
    expect(buckets.ask('a')).toEqual({ allowed: false, retryAfterMs: 40 })
    buckets.pass(39)
    expect(buckets.ask('a')).toMatchObject({ allowed: false })
    buckets.pass(1)
    expect(buckets.ask('a')).toEqual({ allowed: true })
    expect(buckets.ask('a')).toMatchObject({ allowed: false })
  })

  it('costs whoever is refused nothing: he who goes on asking waits no longer', () => {
    const buckets = start()
    buckets.allowed('a', CAPACITY + 5_000)
    buckets.pass(1_000 / PER_SECOND)
    expect(buckets.ask('a')).toEqual({ allowed: true })
  })

  it('gains nothing from a clock that is set back, nor loses what it has', () => {
    const buckets = start()
    buckets.allowed('a', CAPACITY - 1)
    buckets.pass(-3_600_000)
    expect(buckets.allowed('a', 10)).toBe(1)
    buckets.pass(1_000)
    expect(buckets.allowed('a', 100)).toBe(PER_SECOND)
  })

  it('is each client’s own', () => {
    const buckets = start()
    buckets.allowed('address:1.1.1.1', 10_000)
    expect(buckets.allowed('address:1.1.1.2', 1)).toBe(1)
    expect(buckets.allowed(UNKNOWN_ADDRESS, 1)).toBe(1)
  })

  it('is larger for all whose address is unknown together', () => {
    expect(start().allowed(UNKNOWN_ADDRESS, 10_000)).toBe(SHARED_CAPACITY)
  })
})

describe('the table of buckets', () => {
  it('holds as many as it may, and forgets the one that asked longest ago', () => {
    const buckets = start(3)
    for (const key of ['a', 'b', 'c']) buckets.allowed(key, CAPACITY)
    expect(buckets.ask('a')).toMatchObject({ allowed: false })
    // The fourth: `b` asked longest ago.
    buckets.ask('d')
    for (const key of ['a', 'c']) expect(buckets.ask(key), key).toMatchObject({ allowed: false })
    expect(buckets.ask('b')).toEqual({ allowed: true })
  })

  it('does not grow with a million addresses, and still knows those that asked last', () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const heapUsed = (): number => {
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const buckets = start()
    buckets.allowed('address:first', CAPACITY)
    const before = heapUsed()
    for (let index = 0; index < 1_000_000; index += 1) buckets.ask(`address:10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`)
    buckets.allowed('address:last', CAPACITY)
    // Kept all, they would take more than 100 MB.
    expect(heapUsed() - before).toBeLessThan(10_000_000)
    expect(buckets.ask('address:last')).toMatchObject({ allowed: false })
    expect(buckets.ask('address:first')).toEqual({ allowed: true })
  })
})
