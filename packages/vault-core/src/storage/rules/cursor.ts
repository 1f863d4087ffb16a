import { VaultError } from '../../errors.js'
import { storeKeyProblem } from './store-key.js'

/** For stores: a cursor that is the key of the last row of a page. */
export function writeCursor(parts: readonly string[]): string {
  return JSON.stringify(parts)
}

/**
 * For stores: the key in a cursor.
 *
 * @throws {VaultError} `invalid_request` for what {@link writeCursor} did not make of so many parts.
 */
export function readCursor(cursor: string, length: number): readonly string[] {
  try {
    const parts: unknown = JSON.parse(cursor)
    if (Array.isArray(parts) && parts.length === length && parts.every((part) => storeKeyProblem(part) === undefined)) return parts
  } catch {
    // Told below.
  }
  throw new VaultError('invalid_request', 'The cursor is not one that this listing returned.', { fields: { cursor: 'is not valid' } })
}
