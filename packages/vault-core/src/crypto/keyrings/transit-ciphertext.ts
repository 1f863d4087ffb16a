import { utf8ToBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64 } from '../base64.js'

/**
 * The bytes of a ciphertext as Vault writes it, `vault:v1:` and base64.
 *
 * @throws {TypeError} for anything else.
 */
export function transitCiphertextToBytes(ciphertext: unknown): Uint8Array {
  if (!isCiphertext(ciphertext)) throw new TypeError('The answer has no ciphertext of the form vault:v1:….')
  return utf8ToBytes(ciphertext)
}

/** Undoes {@link transitCiphertextToBytes}; undefined for what it does not make. */
export function transitCiphertextFromBytes(bytes: Uint8Array): string | undefined {
  const text = bytes.length <= MAX_LENGTH ? String.fromCharCode(...bytes) : ''
  return isCiphertext(text) ? text : undefined
}

const MAX_LENGTH = 4096

/** Vault reads `v0` and `v01` as `v1`, and forgives unused bits of base64; here each ciphertext is written in one way alone. */
function isCiphertext(value: unknown): value is string {
  const base64 = typeof value === 'string' ? /^vault:v[1-9]\d{0,8}:(.+)$/.exec(value)?.[1] : undefined
  const bytes = base64 === undefined ? undefined : fromBase64(base64)
  return bytes !== undefined && toBase64(bytes) === base64
}
