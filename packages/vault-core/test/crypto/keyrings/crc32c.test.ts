import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../src/crypto/keyrings/crc32c.js'
import { text } from '../sealer-world.js'

describe('crc32c', () => {
  it.each([
    ['nothing', new Uint8Array(), 0],
    // The check value of the catalogue of CRCs.
    ['"123456789"', text('123456789'), 0xe3069283],
    ['one letter', text('a'), 0xc1d04330],
    // RFC 3720 (iSCSI), appendix B.4.
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 rising bytes', Uint8Array.from({ length: 32 }, (_, n) => n), 0x46dd794e],
    ['32 falling bytes', Uint8Array.from({ length: 32 }, (_, n) => 31 - n), 0x113fdb5c],
  ])('of %s is the published one', (_what, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })
})
