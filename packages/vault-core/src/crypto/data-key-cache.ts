import type { Clock } from '../runtime.js'

/** What was loaded for a user, kept for a while, for a bounded number of users. */
export interface DataKeyCache<T> {
  /** What is kept for the user, if it has at least `minLifeMs` to live. */
  get(userId: string, minLifeMs?: number): T | undefined
  /** @param loadedAtMs - By the monotonic clock, before the load began. */
  set(userId: string, value: T, loadedAtMs: number): void
  delete(userId: string): void
  /** Keeps what is there for the user, or comes, in its place, however many others come, until the function that it returns is called. Not beyond its age. */
  hold(userId: string): () => void
  /** Users whose keys are in memory. */
  readonly size: number
}

export function createDataKeyCache<T>(options: {
  readonly clock: Clock
  readonly maxAgeMs: number
  readonly maxEntries: number
}): DataKeyCache<T> {
  const { clock, maxAgeMs, maxEntries } = options
  // Insertion order is order of last use: the first entry is the one to drop.
  const entries = new Map<string, { readonly value: T; readonly loadedAtMs: number }>()
  const holders = new Map<string, number>()
  const lifeLeftMs = (loadedAtMs: number): number => loadedAtMs + maxAgeMs - clock.monotonic()

  return {
    get(userId, minLifeMs = 0) {
      const entry = entries.get(userId)
      if (!entry) return undefined
      const leftMs = lifeLeftMs(entry.loadedAtMs)
      entries.delete(userId)
      if (leftMs <= 0) return undefined
      entries.set(userId, entry)
      return leftMs >= minLifeMs ? entry.value : undefined
    },
    set(userId, value, loadedAtMs) {
      entries.delete(userId)
      entries.set(userId, { value, loadedAtMs })
      // Keys of users who went away leave memory here, without a timer.
      for (const [oldest, entry] of entries) {
        const isLive = lifeLeftMs(entry.loadedAtMs) > 0
        if (isLive && entries.size <= maxEntries) break
        // What has just come is in use, however many are held.
        if (isLive && (holders.has(oldest) || oldest === userId)) continue
        entries.delete(oldest)
      }
    },
    hold(userId) {
      holders.set(userId, (holders.get(userId) ?? 0) + 1)
      return () => {
        const left = (holders.get(userId) ?? 0) - 1
        if (left > 0) holders.set(userId, left)
        else holders.delete(userId)
      }
    },
    delete: (userId) => void entries.delete(userId),
    get size() {
      return entries.size
    },
  }
}
