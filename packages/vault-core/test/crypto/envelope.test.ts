import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aesPrimitives } from '../../src/crypto/aes.js'
import { SUITE_BYTE } from '../../src/crypto/cipher-suite.js'
import { type DataKey, dataKeyIdOf, openEnvelope, sealEnvelope } from '../../src/crypto/envelope.js'
import { lengthPrefixed, lengthPrefixedForNow } from '../../src/crypto/length-prefixed.js'
import { pad, unpad } from '../../src/crypto/padding.js'
import { endAlike, twoKeyCiphertext } from './two-key-ciphertext.js'

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const newKey = (): DataKey => ({ id: random(16), key: random(32) })
const context = lengthPrefixed(['hf1/record', 'default', 'drive', 'alice', 'default', 'access_token', '1', '1'])
const text = (value: string): Uint8Array => utf8ToBytes(value)

describe.each(['xchacha20-poly1305', 'aes-256-gcm'] as const)('an hf1 envelope of suite %s', (suite) => {
  const seal = (key: DataKey, where: Uint8Array, plaintext: Uint8Array): Uint8Array =>
    sealEnvelope(key, where, plaintext, random, aesPrimitives, suite)
  const open = (key: DataKey, where: Uint8Array, blob: Uint8Array): Uint8Array | undefined => openEnvelope(key, where, blob, aesPrimitives)

  it('opens to what was sealed, for any plaintext and context', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), (plaintext, parts) => {
        const key = newKey()
        const where = lengthPrefixed(parts)
        expect(open(key, where, seal(key, where, plaintext))).toEqual(plaintext)
      }),
      { numRuns: 200 },
    )
  })

  it('has 92 bytes of overhead over the padded plaintext, and lengths tell nothing within 256 bytes', () => {
    for (const [length, padded] of [
      [0, 256],
      [1, 256],
      [255, 256],
      [256, 512],
      [1_000, 1_024],
    ] as const) {
      expect(seal(newKey(), context, new Uint8Array(length))).toHaveLength(padded + 92)
    }
  })

  it('begins with its format and names its data key', () => {
    const key = newKey()
    const blob = seal(key, context, text('token'))
    expect([...blob.subarray(0, 4)]).toEqual([0x48, 0x46, 1, SUITE_BYTE[suite]])
    expect(dataKeyIdOf(blob)).toEqual(key.id)
  })

  it('is refused after the flip of any single bit', () => {
    const key = newKey()
    const blob = seal(key, context, text('token'))
    let opened = 0
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const flipped = blob.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      if (open(key, context, flipped) !== undefined) opened++
    }
    expect(opened).toBe(0)
  })

  it('is refused at every shorter length, and with bytes behind it', () => {
    const key = newKey()
    const blob = seal(key, context, text('token'))
    let opened = 0
    for (let length = 0; length < blob.length; length++) if (open(key, context, blob.subarray(0, length)) !== undefined) opened++
    expect(opened).toBe(0)
    expect(open(key, context, concatBytes(blob, Uint8Array.of(0)))).toBeUndefined()
  })

  it('is refused under another key, also one with the same id', () => {
    const key = newKey()
    const blob = seal(key, context, text('token'))
    expect(open(newKey(), context, blob)).toBeUndefined()
    expect(open({ id: key.id, key: random(32) }, context, blob)).toBeUndefined()
  })

  it('is refused in any other place: each part of the context counts', () => {
    const key = newKey()
    const parts = ['hf1/record', 'tenant', 'connection', 'user', 'account', 'refresh_token', '3', '7']
    const blob = seal(key, lengthPrefixed(parts), text('token'))
    for (const index of parts.keys()) {
      const other = parts.map((part, at) => (at === index ? `${part}x` : part))
      expect(open(key, lengthPrefixed(other), blob), parts[index]).toBeUndefined()
    }
    expect(open(key, lengthPrefixed(['hf1/record', 'tenantc', 'onnection', ...parts.slice(3)]), blob)).toBeUndefined()
  })

  it('is refused under the right key with another id', () => {
    const key = newKey()
    expect(open({ id: random(16), key: key.key }, context, seal(key, context, text('token')))).toBeUndefined()
  })

  it('never uses a nonce twice', () => {
    const key = newKey()
    const nonces = new Set(Array.from({ length: 2_000 }, () => seal(key, context, text('t')).slice(20, 44).join()))
    expect(nonces.size).toBe(2_000)
  })

  it('is refused as a value of the other suite', () => {
    const key = newKey()
    const blob = seal(key, context, text('token'))
    blob[3] = 3 - SUITE_BYTE[suite]
    expect(open(key, context, blob)).toBeUndefined()
  })
})

describe('the commitment of an hf1 envelope', () => {
  it('refuses a ciphertext that was built to open under two keys, which nothing else does', () => {
    const [alice, mallory] = [newKey(), newKey()]
    const derive = (dek: Uint8Array, nonce: Uint8Array): Uint8Array =>
      hkdf(sha256, dek, nonce, concatBytes(text('hf1 record key+commit'), sha256(context)), 64)
    const keysFor = (nonce: Uint8Array): [Uint8Array, Uint8Array] => [
      derive(alice.key, nonce).subarray(0, 32),
      derive(mallory.key, nonce).subarray(0, 32),
    ]
    let nonce = random(24)
    while (!endAlike(keysFor(nonce), nonce)) nonce = random(24)
    const header = concatBytes(Uint8Array.of(0x48, 0x46, 1, 1), alice.id, nonce, derive(alice.key, nonce).subarray(32))
    const aad = concatBytes(header, context)
    const sealed = twoKeyCiphertext(keysFor(nonce), nonce, aad)
    // The cipher and the padding are fooled …
    for (const key of keysFor(nonce)) expect(unpad(xchacha20poly1305(key, nonce, aad).decrypt(sealed))).toHaveLength(255)
    // … the envelope is not: it opens under the key that it is committed to, and under no other.
    expect(openEnvelope(alice, context, concatBytes(header, sealed))).toHaveLength(255)
    expect(openEnvelope({ id: alice.id, key: mallory.key }, context, concatBytes(header, sealed))).toBeUndefined()
  })
})

describe('lengthPrefixed', () => {
  it('writes count, lengths and UTF-8 as its description says, for any parts', () => {
    const uint32 = (value: number): Uint8Array => {
      const bytes = new Uint8Array(4)
      new DataView(bytes.buffer).setUint32(0, value)
      return bytes
    }
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array())), (parts) => {
        const bytes = parts.map((part) => (typeof part === 'string' ? text(part) : part))
        expect(lengthPrefixed(parts)).toEqual(concatBytes(uint32(parts.length), ...bytes.flatMap((each) => [uint32(each.length), each])))
      }),
    )
  })

  it('writes the same into memory that is used again, whatever was there and however long the parts are', () => {
    const parts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array(), fc.constant('名'.repeat(5_000))))
    fc.assert(
      fc.property(parts, (some) => {
        expect(lengthPrefixedForNow(some)).toEqual(lengthPrefixed(some))
      }),
    )
  })

  it('is injective: other parts give other bytes', () => {
    const parts = fc.array(fc.string({ unit: 'grapheme', maxLength: 4 }), { maxLength: 4 })
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(lengthPrefixed(one).join() === lengthPrefixed(other).join()).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('padding', () => {
  it('is undone exactly, and anything else is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), (bytes) => {
        expect(unpad(pad(bytes))).toEqual(bytes)
      }),
    )
    for (const bad of [
      new Uint8Array(),
      new Uint8Array(256),
      new Uint8Array(255).fill(0x80),
      Uint8Array.from([...pad(new Uint8Array(3)).subarray(0, 255), 1]),
    ]) {
      expect(unpad(bad)).toBeUndefined()
    }
  })
})
