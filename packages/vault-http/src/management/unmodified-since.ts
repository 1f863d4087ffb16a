import { VaultError } from '@holdfast/vault-core'
import type { VaultRequest } from '../vault-request.js'

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

/**
 * The precondition of a change: refuse it if the thing changed after this time. The published SDK sends ISO 8601, which keeps
 * milliseconds; the date of RFC 9110, section 8.8.2, is read too. What is neither is refused: to pass over it would lose a change of
 * somebody else.
 *
 * @returns What the core takes, empty without the header.
 * @throws {VaultError} `invalid_request`.
 */
export function readUnmodifiedSince(request: VaultRequest): { readonly ifUnmodifiedSince?: string } {
  const text = request.headers.get('if-unmodified-since')
  if (text === null) return {}
  const ms = ISO_8601.test(text) || HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return { ifUnmodifiedSince: new Date(ms).toISOString() }
  const problem = 'must be a time in ISO 8601, such as 2026-01-31T12:00:00.000Z'
  throw new VaultError('invalid_request', `\`If-Unmodified-Since\` ${problem}.`, { fields: { 'If-Unmodified-Since': problem } })
}
