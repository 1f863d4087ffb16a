import type { RateLimiter } from './rate-limiter.js'

/** What the bucket of a client holds: a hundred requests at once, ten a second after. People and their tools stay far below. */
const CLIENT = { capacity: 100, perSecond: 10 }
/** Of all clients without a known address together. */
const SHARED = { capacity: 1_000, perSecond: 100 }
/** Most clients that are counted; the one that asked longest ago is forgotten first. Some 1 MB. */
const MAX_KEYS = 10_000

/** The key of clients whose address nobody knows. */
export const UNKNOWN_ADDRESS = 'address:unknown'

interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/** A token bucket for each key, in the memory of this process. */
export function createTokenBuckets({ now, maxKeys = MAX_KEYS }: { readonly now: () => number; readonly maxKeys?: number }): RateLimiter {
  const buckets = new Map<string, Bucket>()

  return ({ key }) => {
    const { capacity, perSecond } = key === UNKNOWN_ADDRESS ? SHARED : CLIENT
    const atMs = now()
    const before = buckets.get(key) ?? { tokens: capacity, atMs }
    // A clock that was set back gives nothing.
    const gained = (Math.max(0, atMs - before.atMs) * perSecond) / 1000
    const tokens = Math.min(capacity, before.tokens + gained)
    const isAllowed = tokens >= 1
    buckets.delete(key)
    buckets.set(key, { tokens: isAllowed ? tokens - 1 : tokens, atMs })
    for (const oldest of buckets.keys()) {
      if (buckets.size <= maxKeys) break
      buckets.delete(oldest)
    }
    return isAllowed ? { allowed: true } : { allowed: false, retryAfterMs: Math.ceil(((1 - tokens) * 1000) / perSecond) }
  }
}
