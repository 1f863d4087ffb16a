/** ISO 8601, of epoch milliseconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString()
}

/** The time of a change: later than the one before, as two changes within a millisecond must not look like one to a caller's precondition. */
export function laterTimestamp(nowMs: number, before: string): string {
  return timestamp(Math.max(nowMs, Date.parse(before) + 1))
}
