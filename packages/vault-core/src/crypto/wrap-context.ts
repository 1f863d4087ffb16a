import type { WrapContext } from './keyring.js'
import { lengthPrefixed } from './length-prefixed.js'

/**
 * The bytes that bind a wrapped data key to where it belongs: its tenant, its user, its id, and the wrapping key's id.
 *
 * @throws {VaultError} `invalid_request` for text that is not well-formed Unicode.
 */
export function wrapContextBytes(kekId: string, { tenant, userId, dekId }: WrapContext): Uint8Array {
  return lengthPrefixed(['hf1/dek', tenant, userId, dekId, kekId])
}
