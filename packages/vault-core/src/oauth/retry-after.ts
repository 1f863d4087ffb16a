/** A longer wait than this is not believed, milliseconds. */
export const MAX_RETRY_AFTER_MS: number = 3_600_000

/**
 * Reads a `Retry-After` header: seconds or an HTTP date. Returns milliseconds from 0 to one hour, or undefined when there is no usable one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 RFC 9110, section 10.2.3}
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  const text = value?.trim() ?? ''
  const delayMs = /^\d+(\.\d{1,9})?$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? dateOf(text) - nowMs : Number.NaN
  return Number.isNaN(delayMs) ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, Math.ceil(delayMs)))
}

/** All forms of an HTTP date begin with the day's name; `Date.parse` alone would take far more. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [A-Za-z0-9: -]{10,30}$/

/** The oldest form names no zone, and is in GMT as the others are; `Date.parse` would take it for local time. */
function dateOf(text: string): number {
  return Date.parse(/:\d\d \d{4}$/.test(text) ? `${text} GMT` : text)
}
