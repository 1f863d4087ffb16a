import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { VaultError } from '../errors.js'

/**
 * Count of the parts, then each part's length and UTF-8 bytes; counts and lengths as 32-bit big-endian. Injective: no two lists give
 * the same bytes.
 *
 * @throws {VaultError} `invalid_request` for text that is not well-formed Unicode.
 */
export function lengthPrefixed(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const chunks: Uint8Array[] = [uint32(parts.length)]
  for (const part of parts) {
    const bytes = typeof part === 'string' ? utf8(part) : part
    chunks.push(uint32(bytes.length), bytes)
  }
  return concatBytes(...chunks)
}

function utf8(text: string): Uint8Array {
  // UTF-8 has no lone surrogates: the encoder would write U+FFFD for each, and two texts would be one.
  if (!text.isWellFormed()) throw new VaultError('invalid_request', 'An id of a sealed value is not well-formed Unicode. Correct the id.')
  return utf8ToBytes(text)
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}
