import { createHash, randomBytes } from 'node:crypto'
import { aesPrimitives } from '@holdfast/vault-core/aes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testGoldenValues } from '../../vault-core/test/crypto/golden-values.js'
import { nodePrimitives } from '../src/index.js'

const node = nodePrimitives()
const ciphers = [
  ['XChaCha20-Poly1305', 24, node, aesPrimitives],
  ['AES-256-GCM', 12, node.aes256Gcm, aesPrimitives.aes256Gcm],
] as const
const MEBIBYTE = 1_048_576

testGoldenValues('node:crypto', node)

describe.each(ciphers)('%s by node:crypto', (_name, nonceLength, byNode, pure) => {
  if (!byNode || !pure) throw new Error('Both implementations have both ciphers.')
  const inputs = fc.record({
    key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    nonce: fc.uint8Array({ minLength: nonceLength, maxLength: nonceLength }),
    aad: fc.uint8Array({ maxLength: 300 }),
    plaintext: fc.uint8Array({ maxLength: 3_000 }),
  })

  it('makes the bytes of the pure implementation, and each opens what the other sealed', () => {
    fc.assert(
      fc.property(inputs, ({ key, nonce, aad, plaintext }) => {
        const sealed = byNode.encrypt(key, nonce, aad, plaintext)
        expect(sealed).toEqual(pure.encrypt(key, nonce, aad, plaintext))
        expect(byNode.decrypt(key, nonce, aad, sealed)).toEqual(plaintext)
        expect(pure.decrypt(key, nonce, aad, sealed)).toEqual(plaintext)
      }),
      { numRuns: 300 },
    )
  })

  it.each([0, 1, 15, 16, 17, 255, MEBIBYTE])('seals and opens %d bytes', (length) => {
    const [key, nonce, aad, plaintext] = [bytes(32), bytes(nonceLength), bytes(100), bytes(length)]
    const sealed = byNode.encrypt(key, nonce, aad, plaintext)
    expect(sealed).toHaveLength(length + 16)
    expect(Buffer.compare(sealed, pure.encrypt(key, nonce, aad, plaintext))).toBe(0)
    expect(Buffer.compare(byNode.decrypt(key, nonce, aad, sealed) ?? bytes(1), plaintext)).toBe(0)
  })

  it('opens nothing after the flip of any bit of any input, or cut short', () => {
    const input: Record<'key' | 'nonce' | 'aad' | 'sealed', Uint8Array> = {
      key: bytes(32),
      nonce: bytes(nonceLength),
      aad: bytes(40),
      sealed: new Uint8Array(),
    }
    input.sealed = byNode.encrypt(input.key, input.nonce, input.aad, bytes(40))
    const opens = ({ key, nonce, aad, sealed }: typeof input): boolean => {
      try {
        return byNode.decrypt(key, nonce, aad, sealed) !== undefined
      } catch {
        return false
      }
    }
    expect(opens(input)).toBe(true)
    const opened: string[] = []
    for (const name of ['key', 'nonce', 'aad', 'sealed'] as const) {
      for (let bit = 0; bit < input[name].length * 8; bit++) {
        const flipped = input[name].slice()
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        if (opens({ ...input, [name]: flipped })) opened.push(`${name}, bit ${bit}`)
      }
      for (let length = 0; length < input[name].length; length++) {
        if (opens({ ...input, [name]: input[name].subarray(0, length) })) opened.push(`${name}, ${length} bytes`)
      }
    }
    expect(opened).toEqual([])
  })

  it('works on views into larger buffers, and leaves its input as it was', () => {
    const room = new Uint8Array(randomBytes(400))
    const before = room.slice()
    const [key, nonce, aad, plaintext] = [
      room.subarray(1, 33),
      room.subarray(35, 35 + nonceLength),
      room.subarray(61, 161),
      room.subarray(163, 398),
    ]
    const sealed = byNode.encrypt(key, nonce, aad, plaintext)
    expect(sealed).toEqual(pure.encrypt(key, nonce, aad, plaintext))
    expect(byNode.decrypt(key, nonce, aad, sealed)).toEqual(plaintext)
    expect(room).toEqual(before)
  })

  it('returns bytes of its own each time', () => {
    const [key, nonce, aad] = [bytes(32), bytes(nonceLength), bytes(10)]
    const [one, two] = [byNode.encrypt(key, nonce, aad, bytes(50)), byNode.encrypt(key, nonce, aad, bytes(50))]
    const kept = [one.slice(), two.slice()]
    const opened = byNode.decrypt(key, nonce, aad, one)
    byNode.decrypt(key, nonce, aad, two)
    expect([one, two]).toEqual(kept)
    expect(byNode.decrypt(key, nonce, aad, one)).toEqual(opened)
    expect(opened?.byteLength).toBe(opened?.buffer.byteLength)
  })
})

describe('hashes by node:crypto', () => {
  it('are SHA-256, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        expect(node.sha256(data)).toEqual(new Uint8Array(createHash('sha256').update(data).digest()))
      }),
    )
  })

  it('are HKDF as the pure implementation has it, for any input in any order', () => {
    const any = fc.uint8Array({ maxLength: 200 })
    fc.assert(
      fc.property(any, any, any, fc.integer({ min: 1, max: 300 }), (ikm, salt, info, length) => {
        const okm = node.hkdfSha256(ikm, salt, info, length)
        const kept = okm.slice()
        expect(okm).toEqual(aesPrimitives.hkdfSha256(ikm, salt, info, length))
        node.hkdfSha256(salt, ikm, info, length)
        expect(okm).toEqual(kept)
      }),
      { numRuns: 300 },
    )
  })
})

function bytes(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length))
}
