import { sha256 } from '@noble/hashes/sha2.js'

const BLOCK_LENGTH = 64
const HASH_LENGTH = 32

/**
 * HKDF-SHA256 over `@noble/hashes`. Each HMAC goes through the same few hash states: noble's own `hkdf` makes new ones for each, and takes
 * a third longer for a key and its commitment.
 *
 * @throws {RangeError} For more than 8,160 bytes, which the algorithm does not give.
 * @see {@link https://www.rfc-editor.org/rfc/rfc5869 RFC 5869}
 */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const blocks = Math.ceil(length / HASH_LENGTH)
  if (blocks > 255) throw new RangeError('HKDF-SHA256 gives at most 8,160 bytes.')
  const round = new Uint8Array(1)
  const last = new Uint8Array(HASH_LENGTH)
  setKey(salt.length > BLOCK_LENGTH ? sha256(salt) : salt)
  writeHmac(last, ikm)
  setKey(last)
  const okm = new Uint8Array(blocks * HASH_LENGTH)
  for (let block = 1; block <= blocks; block++) {
    round[0] = block
    if (block === 1) writeHmac(last, info, round)
    else writeHmac(last, last, info, round)
    okm.set(last, (block - 1) * HASH_LENGTH)
  }
  for (const each of [inner, outer, running]) each.destroy()
  keyBlock.fill(0)
  last.fill(0)
  return okm.length === length ? okm : okm.slice(0, length)
}

const fresh = sha256.create()
const inner = sha256.create()
const outer = sha256.create()
const running = sha256.create()
const keyBlock = new Uint8Array(BLOCK_LENGTH)

/** HMAC (RFC 2104): the states behind the key's block, inner and outer. */
function setKey(key: Uint8Array): void {
  keyBlock.fill(0)
  keyBlock.set(key)
  for (let index = 0; index < BLOCK_LENGTH; index++) keyBlock[index] = (keyBlock[index] ?? 0) ^ 0x36
  fresh._cloneInto(inner).update(keyBlock)
  for (let index = 0; index < BLOCK_LENGTH; index++) keyBlock[index] = (keyBlock[index] ?? 0) ^ 0x36 ^ 0x5c
  fresh._cloneInto(outer).update(keyBlock)
}

/** The message may be what is written over: it is read before. */
function writeHmac(into: Uint8Array, ...message: readonly Uint8Array[]): void {
  inner._cloneInto(running)
  for (const part of message) running.update(part)
  running.digestInto(into)
  outer._cloneInto(running).update(into).digestInto(into)
}
