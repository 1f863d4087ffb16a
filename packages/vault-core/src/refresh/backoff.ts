import type { RandomSource } from '../runtime.js'

/** First wait at most one second, doubled with each failure, five minutes at most. */
const BASE_MS = 1_000
const MAX_MS = 300_000

/**
 * Milliseconds to wait after the n-th failure in a row: full jitter between a tenth of the ceiling and the ceiling, so that
 * callers do not return in step; never less than what the provider asked for.
 */
export function backoffMs(failures: number, retryAfterMs: number | undefined, random: RandomSource): number {
  const ceiling = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(20, Math.max(0, failures - 1)))
  const jittered = Math.round(ceiling * (0.1 + 0.9 * unitInterval(random)))
  return Math.max(jittered, retryAfterMs ?? 0)
}

/** A number from 0 to 1, 1 excluded. */
export function unitInterval(random: RandomSource): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4)
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32
}
