import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64, toBase64url } from '../../src/crypto/base64.js'

describe('base64', () => {
  // RFC 4648, section 10.
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('of %j is %j', (plain, encoded) => {
    const bytes = new TextEncoder().encode(plain)
    expect(toBase64(bytes)).toBe(encoded)
    expect(toBase64url(bytes)).toBe(encoded.replaceAll('=', ''))
    expect(fromBase64(encoded)).toEqual(bytes)
  })

  it('of any bytes reads back, in both alphabets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
        expect(fromBase64(toBase64url(bytes))).toEqual(bytes)
        expect(toBase64url(bytes)).toMatch(/^[\w-]*$/)
      }),
    )
  })

  it.each(['A', 'AAAAA', 'A===', 'AA=', 'AAA==', '=', '====', 'AA==AA==', 'AA A', 'AA\n', 'AAA!', 'ÄAAA', 'AB==', 'AAB='])(
    'is not %j',
    (text) => {
      expect(fromBase64(text)).toBeUndefined()
    },
  )
})
