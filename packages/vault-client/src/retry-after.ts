/** A longer wait than anybody means: 68 years. */
const MAX_S = 2 ** 31

/**
 * How long an answer asks to wait, milliseconds, from its `Retry-After`: seconds, or a date. A date is read by the server's own clock where
 * its `Date` can be seen. Undefined when it asks for nothing that can be understood.
 *
 * @param nowMs - Epoch milliseconds, for an answer without `Date`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 RFC 9110, section 10.2.3}
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX_S) * 1000
  // `Date.parse` takes much that is no date of HTTP: a date names a day of the week.
  const atMs = /^[A-Z][a-z]{2,8},? /.test(text) ? dateMs(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - (serverTimeMs(headers) ?? nowMs))
}

/** When the server made its answer, epoch milliseconds, to the second. */
export function serverTimeMs(headers: Headers): number | undefined {
  const atMs = dateMs(headers.get('date') ?? '')
  return Number.isNaN(atMs) ? undefined : atMs
}

/** The oldest form names no zone, and is in GMT as the others are; `Date.parse` would take it for local time. */
function dateMs(text: string): number {
  return Date.parse(/:\d\d \d{4}$/.test(text) ? `${text} GMT` : text)
}
