import { xchacha20, xchacha20poly1305 } from '@noble/ciphers/chacha.js'

const LENGTH = 256

/**
 * Builds one ciphertext that XChaCha20-Poly1305 accepts under two keys: Poly1305 is linear in each block, so two free blocks
 * solve two equations. Under both keys the plaintext ends in 0x80, so the padding is right too, if {@link endAlike} holds. It shows
 * why the envelope commits to its key.
 */
export function twoKeyCiphertext(keys: readonly [Uint8Array, Uint8Array], nonce: Uint8Array, aad: Uint8Array): Uint8Array {
  const [first, second] = keys.map((key) => poly1305Key(key, nonce)) as [PolyKey, PolyKey]
  for (let target = 1n; target < 4096n; target++) {
    const ciphertext = new Uint8Array(LENGTH)
    ciphertext[LENGTH - 1] = lastOfKeystream(keys[0], nonce) ^ 0x80
    const blocks = macBlocks(aad, ciphertext)
    const free = Math.ceil(aad.length / 16)
    const solved = solve(blocks, free, free + 1, [first, second], target)
    if (!solved) continue
    writeBlock(ciphertext, 0, solved[0])
    writeBlock(ciphertext, 16, solved[1])
    const tag = new Uint8Array(16)
    writeBlock(tag, 0, target)
    const sealed = new Uint8Array([...ciphertext, ...tag])
    if (keys.every((key) => opens(key, nonce, aad, sealed))) return sealed
  }
  throw new Error('No ciphertext was found that opens under both keys.')
}

/** Whether both keystreams are alike in the last byte: so for one nonce in 256. */
export function endAlike(keys: readonly [Uint8Array, Uint8Array], nonce: Uint8Array): boolean {
  return lastOfKeystream(keys[0], nonce) === lastOfKeystream(keys[1], nonce)
}

/** The AEAD takes the first block of 64 bytes for its Poly1305 key. */
function lastOfKeystream(key: Uint8Array, nonce: Uint8Array): number {
  return xchacha20(key, nonce, new Uint8Array(64 + LENGTH)).at(-1) ?? 0
}

interface PolyKey {
  readonly r: bigint
  readonly s: bigint
}

const P = 2n ** 130n - 5n
const R_CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn
const HIGH_BIT = 2n ** 128n

function poly1305Key(key: Uint8Array, nonce: Uint8Array): PolyKey {
  const stream = xchacha20(key, nonce, new Uint8Array(32))
  return { r: littleEndian(stream.subarray(0, 16)) & R_CLAMP, s: littleEndian(stream.subarray(16, 32)) }
}

/** The blocks that the tag is made of (RFC 8439, section 2.8), each with its high bit. */
function macBlocks(aad: Uint8Array, ciphertext: Uint8Array): bigint[] {
  const lengths = new Uint8Array(16)
  const view = new DataView(lengths.buffer)
  view.setBigUint64(0, BigInt(aad.length), true)
  view.setBigUint64(8, BigInt(ciphertext.length), true)
  const blocks: bigint[] = []
  for (const part of [aad, ciphertext, lengths]) {
    for (let at = 0; at < part.length; at += 16) blocks.push(littleEndian(part.subarray(at, at + 16)) + HIGH_BIT)
  }
  return blocks
}

function solve(
  blocks: readonly bigint[],
  x: number,
  y: number,
  keys: readonly [PolyKey, PolyKey],
  tag: bigint,
): readonly [bigint, bigint] | undefined {
  const power = (index: number): bigint => BigInt(blocks.length - index)
  const rows = keys.map(({ r, s }) => {
    let rest = 0n
    for (const [index, block] of blocks.entries()) rest += (index === x || index === y ? HIGH_BIT : block) * modPow(r, power(index))
    return { a: modPow(r, power(x)), b: modPow(r, power(y)), c: mod(mod(tag - s, HIGH_BIT) - rest) }
  })
  const [one, two] = rows
  if (!one || !two) return undefined
  const inverse = modPow(mod(one.a * two.b - two.a * one.b), P - 2n)
  const first = mod((one.c * two.b - two.c * one.b) * inverse)
  const second = mod((one.a * two.c - two.a * one.c) * inverse)
  return first < HIGH_BIT && second < HIGH_BIT ? [first, second] : undefined
}

function opens(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): boolean {
  try {
    xchacha20poly1305(key, nonce, aad).decrypt(sealed)
    return true
  } catch {
    return false
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const [index, byte] of bytes.entries()) value += BigInt(byte) << BigInt(8 * index)
  return value
}

function writeBlock(into: Uint8Array, at: number, value: bigint): void {
  for (let index = 0; index < 16; index++) into[at + index] = Number((value >> BigInt(8 * index)) & 255n)
}

function mod(value: bigint, by: bigint = P): bigint {
  return ((value % by) + by) % by
}

function modPow(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = mod(base), left = exponent; left > 0n; left >>= 1n, square = mod(square * square))
    if (left & 1n) result = mod(result * square)
  return result
}
