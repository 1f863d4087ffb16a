import { VaultError } from '../errors.js'

/** What a caller knew when he decided on a change. */
export interface Precondition {
  /** ISO 8601, with milliseconds: the `lastUpdated` that the caller saw. */
  readonly ifUnmodifiedSince?: string
}

/** @throws {VaultError} `conflict` with reason `modified_since`; `invalid_request` when the time is none. */
export function assertUnmodifiedSince(lastUpdated: string, ifUnmodifiedSince: string | undefined): void {
  if (ifUnmodifiedSince === undefined) return
  const sinceMs = Date.parse(ifUnmodifiedSince)
  if (Number.isNaN(sinceMs)) {
    const problem = 'must be a time as ISO 8601 has it, such as 2027-01-31T12:00:00.000Z'
    throw new VaultError('invalid_request', `ifUnmodifiedSince ${problem}.`, { fields: { ifUnmodifiedSince: problem } })
  }
  if (Date.parse(lastUpdated) <= sinceMs) return
  throw new VaultError('conflict', 'It changed meanwhile. Read it again, then repeat.', { reason: 'modified_since' })
}
