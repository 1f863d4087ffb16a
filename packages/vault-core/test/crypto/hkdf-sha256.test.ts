import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hkdfSha256 } from '../../src/crypto/hkdf-sha256.js'

it('gives what noble gives, for any input', () => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  fc.assert(
    fc.property(bytes, bytes, bytes, fc.integer({ min: 1, max: 300 }), (ikm, salt, info, length) => {
      expect(hkdfSha256(ikm, salt, info, length)).toEqual(hkdf(sha256, ikm, salt, info, length))
    }),
  )
})

it('leaves its input as it was, and refuses more than the algorithm gives', () => {
  const [ikm, salt, info] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte))
  if (!ikm || !salt || !info) throw new Error('Three inputs were made.')
  hkdfSha256(ikm, salt, info, 64)
  expect([ikm, salt, info].map((bytes) => new Set(bytes))).toEqual([new Set([1]), new Set([2]), new Set([3])])
  expect(hkdfSha256(ikm, salt, info, 8_160)).toHaveLength(8_160)
  expect(() => hkdfSha256(ikm, salt, info, 8_161)).toThrow(RangeError)
})
