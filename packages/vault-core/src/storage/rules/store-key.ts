import { VaultError } from '../../errors.js'
import type { CredentialKey } from '../credential-store.js'

/** Longest key part that a store has to take, in UTF-16 code units. In UTF-8 that is at most 765 bytes. */
export const MAX_STORE_KEY_LENGTH = 255

/**
 * Refuses a key part that the store contract does not allow: empty, too long, with NUL, or ill-formed Unicode.
 *
 * @throws {VaultError} `invalid_request`, naming the part.
 */
export function assertStoreKey(part: string, name: string): void {
  const problem = storeKeyProblem(part)
  if (problem) throw new VaultError('invalid_request', `${name} ${problem}.`, { fields: { [name]: problem } })
}

/** Refuses key parts, each by its name, that the store contract does not allow. @throws {VaultError} `invalid_request`. */
export function assertStoreKeys(parts: Readonly<Record<string, string>>): void {
  for (const name in parts) assertStoreKey(parts[name] ?? '', name)
}

/** The key of a row, without the rest of it. */
export function credentialKeyOf({ tenant, connectionId, userId, accountId }: CredentialKey): CredentialKey {
  return { tenant, connectionId, userId, accountId }
}

/** What is wrong with this key part, or undefined. */
export function storeKeyProblem(part: unknown): string | undefined {
  if (typeof part !== 'string' || part === '') return 'must be a string that is not empty'
  if (part.length > MAX_STORE_KEY_LENGTH) return `must be at most ${MAX_STORE_KEY_LENGTH} characters long`
  if (part.includes('\0')) return 'must not contain a NUL character'
  if (!part.isWellFormed()) return 'must be well-formed Unicode'
  return undefined
}
