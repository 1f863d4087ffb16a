import { BLOCK_LENGTH, HASH_LENGTH, sha256, writeSha256 } from './sha256.js'

/**
 * HKDF-SHA256, as six one-shot hashes for two blocks of key: `hkdfSync` and `createHmac` make objects behind the scenes that cost twice
 * to ten times all of it.
 *
 * @throws {RangeError} For more than 8,160 bytes, which the algorithm does not give.
 * @see {@link https://www.rfc-editor.org/rfc/rfc5869 RFC 5869}
 */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const blocks = Math.ceil(length / HASH_LENGTH)
  if (blocks > 255) throw new RangeError('HKDF-SHA256 gives at most 8,160 bytes.')
  key.bytes.fill(0)
  key.bytes.set(salt.length > BLOCK_LENGTH ? sha256(salt) : salt)
  if (extracting?.bytes.length !== BLOCK_LENGTH + ikm.length) extracting = paddedRoom(BLOCK_LENGTH + ikm.length)
  extracting.bytes.set(ikm, BLOCK_LENGTH)
  writePads(extracting.words, 0)
  key.bytes.fill(0)
  writeHmac(extracting.bytes, key.bytes, 0)

  const okm = new Uint8Array(blocks * HASH_LENGTH)
  // T(n - 1) | info | n. The first round has no T, and begins a hash's length later.
  const expandingLength = BLOCK_LENGTH + HASH_LENGTH + info.length + 1
  if (expanding?.bytes.length !== expandingLength) {
    expanding = paddedRoom(expandingLength)
    withoutPrevious = expanding.bytes.subarray(HASH_LENGTH)
  }
  const { bytes, words } = expanding
  bytes.set(info, BLOCK_LENGTH + HASH_LENGTH)
  writePads(words, HASH_LENGTH / 4)
  bytes[bytes.length - 1] = 1
  writeHmac(withoutPrevious, okm, 0)
  if (blocks > 1) writePads(words, 0)
  for (let block = 2, at = HASH_LENGTH; block <= blocks; block++, at += HASH_LENGTH) {
    bytes[bytes.length - 1] = block
    for (let index = 0; index < HASH_LENGTH; index++) bytes[BLOCK_LENGTH + index] = okm[at - HASH_LENGTH + index] ?? 0
    writeHmac(bytes, okm, at)
  }
  for (const each of [key.bytes, outer.bytes, extracting.bytes, bytes]) each.fill(0)
  return okm.length === length ? okm : okm.slice(0, length)
}

/** The key's blocks of an HMAC (RFC 2104): the inner one from this word on, the outer one in its place. */
function writePads(inner: Uint32Array, at: number): void {
  for (let index = 0; index < BLOCK_LENGTH / 4; index++) {
    const word = key.words[index] ?? 0
    inner[at + index] = word ^ 0x36363636
    outer.words[index] = word ^ 0x5c5c5c5c
  }
}

/** An HMAC whose pads are written, and the message behind the inner one. */
function writeHmac(inner: Uint8Array, into: Uint8Array, at: number): void {
  writeSha256(inner, outer.bytes, BLOCK_LENGTH)
  writeSha256(outer.bytes, into, at)
}

interface Room {
  readonly bytes: Uint8Array
  /** The same memory, as far as it is of whole words. */
  readonly words: Uint32Array
}

function paddedRoom(length: number): Room {
  const bytes = new Uint8Array(length)
  return { bytes, words: new Uint32Array(bytes.buffer, 0, Math.floor(length / 4)) }
}

// Used again and again, as the lengths are nearly always the same: handing a new array to Node costs more than to hash it.
const key = paddedRoom(BLOCK_LENGTH)
const outer = paddedRoom(BLOCK_LENGTH + HASH_LENGTH)
let extracting: Room | undefined
let expanding: Room | undefined
let withoutPrevious: Uint8Array = new Uint8Array()
