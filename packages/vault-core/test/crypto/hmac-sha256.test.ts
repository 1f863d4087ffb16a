import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { noblePrimitives } from '../../src/crypto/primitives.js'

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

// RFC 4231, sections 4.2 to 4.4.
describe('HMAC-SHA256', () => {
  it.each([
    [new Uint8Array(20).fill(0x0b), text('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [text('Jefe'), text('what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [new Uint8Array(20).fill(0xaa), new Uint8Array(50).fill(0xdd), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  ])('is as the RFC has it', (key, message, mac) => {
    expect(hex(hmacSha256(noblePrimitives, key, message))).toBe(mac)
  })

  it.each(['x'.repeat(6_000), '', 'a', 'Ω-名-🔑', '名'.repeat(20_000)])('takes text as UTF-8, whatever it took before', (message) => {
    const key = text('Jefe')
    expect(hmacSha256(noblePrimitives, key, message)).toEqual(hmacSha256(noblePrimitives, key, text(message)))
    expect(hmacSha256(noblePrimitives, key, message)).toEqual(hmac(sha256, key, text(message)))
  })
})
