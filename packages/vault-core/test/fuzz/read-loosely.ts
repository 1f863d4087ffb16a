/** What the failure matrix makes of values that RFC 6749 and RFC 9110 do not allow, and providers send. */

const TEN_YEARS_S = 315_360_000
const HOUR_MS = 3_600_000

/**
 * Row 17: a number, or a text that is one; whole seconds; not below 0; beyond ten years not believed. Undefined when there is
 * none.
 */
export function lifetimeMsOf(value: unknown): number | undefined {
  let seconds: number
  if (typeof value === 'number') seconds = value
  else if (typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value)) seconds = Number(value)
  else return undefined
  return seconds > TEN_YEARS_S ? undefined : Math.max(0, Math.floor(seconds)) * 1_000
}

/** Row 19, and RFC 6749, section 3.3: a text or a list of them; undefined for what says nothing. */
export function scopeOf(value: unknown): string | undefined {
  const text = Array.isArray(value) && value.every((part) => typeof part === 'string') ? value.join(' ') : value
  return typeof text === 'string' && text.length <= 16_384 && /^[\x20-\x7e]*$/.test(text) ? text.trim() : undefined
}

/** RFC 9110, section 10.2.3: seconds or an HTTP date. At most an hour is believed. 0 when there is none, or none that the RFC allows. */
export function retryAfterMsOf(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0
  const isDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(value)
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : isDate ? Date.parse(value) - nowMs : 0
  return Number.isNaN(ms) ? 0 : Math.min(HOUR_MS, Math.max(0, ms))
}
