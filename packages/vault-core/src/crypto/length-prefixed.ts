import { VaultError } from '../errors.js'

/** What UTF-8 takes at most for a unit of UTF-16. */
const MOST_BYTES = 3

const encoder = new TextEncoder()

/**
 * Count of the parts, then each part's length and UTF-8 bytes; counts and lengths as 32-bit big-endian. Injective: no two lists give
 * the same bytes.
 *
 * @throws {VaultError} `invalid_request` for text that is not well-formed Unicode.
 */
export function lengthPrefixed(parts: readonly (string | Uint8Array)[]): Uint8Array {
  return written(new Uint8Array(roomFor(parts)), parts)
}

/** The same, good until the next call alone: for what is sealed or opened at once, where new memory would cost as much as its hash. */
export function lengthPrefixedForNow(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const length = roomFor(parts)
  return written(length > reused.length ? new Uint8Array(length) : reused, parts)
}

const reused = new Uint8Array(8_192)

function roomFor(parts: readonly (string | Uint8Array)[]): number {
  let room = 4
  for (const part of parts) room += 4 + (typeof part === 'string' ? part.length * MOST_BYTES : part.length)
  return room
}

function written(bytes: Uint8Array, parts: readonly (string | Uint8Array)[]): Uint8Array {
  writeUint32(bytes, 0, parts.length)
  let at = 4
  for (const part of parts) {
    const length = typeof part === 'string' ? writeText(bytes, at + 4, part) : writeBytes(bytes, at + 4, part)
    writeUint32(bytes, at, length)
    at += 4 + length
  }
  return bytes.subarray(0, at)
}

/** Ids are short and mostly ASCII: a loop writes those in a tenth of the time that the encoder takes. */
function writeText(into: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) return writeUtf8(into, at, text)
    into[at + index] = unit
  }
  return text.length
}

function writeUtf8(into: Uint8Array, at: number, text: string): number {
  // UTF-8 has no lone surrogates: the encoder would write U+FFFD for each, and two texts would be one.
  if (!text.isWellFormed()) throw new VaultError('invalid_request', 'An id of a sealed value is not well-formed Unicode. Correct the id.')
  return encoder.encodeInto(text, into.subarray(at)).written
}

function writeBytes(into: Uint8Array, at: number, bytes: Uint8Array): number {
  into.set(bytes, at)
  return bytes.length
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24
  into[at + 1] = value >>> 16
  into[at + 2] = value >>> 8
  into[at + 3] = value
}
