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
  const prk = new Uint8Array(HASH_LENGTH)
  extracting = roomFor(ikm.length, extracting)
  extracting.bytes.set(ikm, BLOCK_LENGTH)
  writeHmac(salt.length > BLOCK_LENGTH ? sha256(salt) : salt, extracting.bytes, prk, 0)

  const okm = new Uint8Array(blocks * HASH_LENGTH)
  // T(n - 1) | info | n. The first round has no T, and begins a hash's length later.
  expanding = roomFor(HASH_LENGTH + info.length + 1, expanding)
  const { bytes, withoutPrevious } = expanding
  bytes.set(info, BLOCK_LENGTH + HASH_LENGTH)
  for (let block = 1, at = 0; block <= blocks; block++, at += HASH_LENGTH) {
    bytes[bytes.length - 1] = block
    for (let index = 0; index < HASH_LENGTH && block > 1; index++) bytes[BLOCK_LENGTH + index] = okm[at - HASH_LENGTH + index] ?? 0
    writeHmac(prk, block > 1 ? bytes : withoutPrevious, okm, at)
  }
  for (const each of [outer, extracting.bytes, bytes]) each.fill(0)
  return okm.length === length ? okm : okm.slice(0, length)
}

/** HMAC (RFC 2104). `inner` has room for the key's block in front; the message stands behind it. */
function writeHmac(key: Uint8Array, inner: Uint8Array, into: Uint8Array, at: number): void {
  inner.fill(0x36, 0, BLOCK_LENGTH)
  outer.fill(0x5c, 0, BLOCK_LENGTH)
  for (let index = 0; index < key.length; index++) {
    const byte = key[index] ?? 0
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  writeSha256(inner, outer, BLOCK_LENGTH)
  writeSha256(outer, into, at)
}

interface Room {
  readonly bytes: Uint8Array
  readonly withoutPrevious: Uint8Array
}

function roomFor(messageLength: number, last: Room | undefined): Room {
  if (last?.bytes.length === BLOCK_LENGTH + messageLength) return last
  const bytes = new Uint8Array(BLOCK_LENGTH + messageLength)
  return { bytes, withoutPrevious: bytes.subarray(HASH_LENGTH) }
}

// Used again and again, as the lengths are nearly always the same: handing a new array to Node costs more than to hash it.
const outer = new Uint8Array(BLOCK_LENGTH + HASH_LENGTH)
let extracting: Room | undefined
let expanding: Room | undefined
