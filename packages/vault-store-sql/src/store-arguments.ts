import { assertStoreKey, VaultError } from '@holdfast/vault-core'

/** Refuses key parts that the contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertKeys(parts: Readonly<Record<string, string>>): void {
  for (const [name, part] of Object.entries(parts)) assertStoreKey(part, name)
}

/** A cursor is the key of the last row of a page. */
export function writeCursor(parts: readonly string[]): string {
  return JSON.stringify(parts)
}

/** @throws {VaultError} `invalid_request` for what `writeCursor` did not make. */
export function readCursor(cursor: string, length: number): readonly string[] {
  try {
    const parts: unknown = JSON.parse(cursor)
    if (Array.isArray(parts) && parts.length === length && parts.every((part) => typeof part === 'string')) return parts
  } catch {
    // Told below.
  }
  throw new VaultError('invalid_request', 'The cursor is not one that this listing returned.', { fields: { cursor: 'is not valid' } })
}
