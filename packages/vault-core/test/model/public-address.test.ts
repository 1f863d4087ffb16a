import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/index.js'

/** First and last address of each range that is not public. */
const PRIVATE_RANGES = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
] as const

const numberOf = (address: string): number => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
const addressOf = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
const inPrivateRange = (value: number): boolean => PRIVATE_RANGES.some(([from, to]) => value >= numberOf(from) && value <= numberOf(to))

describe('an IPv4 address', () => {
  it('is public unless it is in one of the special ranges, to the edge', () => {
    const edges = PRIVATE_RANGES.flatMap(([from, to]) => [numberOf(from) - 1, numberOf(from), numberOf(to), numberOf(to) + 1])
    for (const value of edges.filter((edge) => edge >= 0 && edge < 2 ** 32)) {
      expect([addressOf(value), isPublicAddress(addressOf(value))]).toEqual([addressOf(value), !inPrivateRange(value)])
    }
    const anywhere = fc.oneof(
      fc.nat(2 ** 32 - 1),
      ...PRIVATE_RANGES.map(([from, to]) => fc.integer({ min: numberOf(from), max: numberOf(to) })),
    )
    fc.assert(
      fc.property(anywhere, (value) => isPublicAddress(addressOf(value)) === !inPrivateRange(value)),
      { numRuns: 5_000 },
    )
  })

  it('inside an IPv6 one for networks without IPv4 is judged the same', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (value) => {
        const groups = `${Math.floor(value / 65_536).toString(16)}:${(value % 65_536).toString(16)}`
        const expected = !inPrivateRange(value)
        return [`64:ff9b::${groups}`, `64:ff9b::${addressOf(value)}`, `0064:FF9B:0:0:0:0:${groups}`].every(
          (text) => isPublicAddress(text) === expected,
        )
      }),
    )
  })

  it('inside any other IPv6 one is not public', () => {
    for (const inside of ['8.8.8.8', '127.0.0.1', '169.254.169.254']) {
      for (const text of [`::ffff:${inside}`, `::${inside}`, `::ffff:0:${inside}`, `64:ff9b:1::${inside}`]) {
        expect([text, isPublicAddress(text)]).toEqual([text, false])
      }
    }
  })
})

describe('an IPv6 address', () => {
  it.each([
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '64:ff9b:1::1',
    '64:ff9b:0:0:0:1:808:808',
    '100::1',
    '1fff:ffff::1',
    '2001::1',
    '2001:0:53aa:64c::1',
    '2001:2::1',
    '2001:10::1',
    '2001:1ff:ffff::1',
    '2001:db8::1',
    '2001:DB8:ffff:ffff:ffff:ffff:ffff:ffff',
    '2002:7f00:1::',
    '2002:808:808::',
    '3fff::1',
    '3fff:fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fdff:ffff::1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    'ff02::1',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ])('is not public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each([
    '2000::1',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2001:db7::1',
    '2001:db9::1',
    '2003::1',
    '2606:4700::1111',
    '2606:4700:0:0:0:0:0:1111',
    '2A00:1450::',
    '2a00:1450::8.8.8.8',
    '2a00:1:2:3:4:5:6::',
    '3fff:1000::1',
  ])('is public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

describe('what is no address, or not written the normal way,', () => {
  it.each([
    '',
    'localhost',
    'provider.example',
    '8',
    '134744072',
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8.8.',
    '08.8.8.8',
    '010.8.8.8',
    '0x8.8.8.8',
    '256.8.8.8',
    '8.8.8.-8',
    ' 8.8.8.8',
    '8.8.8.8\n',
    '[2606:4700::1111]',
    '2606:4700::1::1',
    '2606:4700:1',
    '2606:4700:1:2:3:4:5:6:7',
    '2606:4700:1:2:3:4:5::6:7',
    '2606:4700::12345',
    '2606:4700::g',
    '2606:::1',
    ':2606::1',
    '2606::1:',
    '2606:8.8.8.8::1',
    '2606::8.8.8',
    '2606::8.8.8.8:1',
  ])('is not public: %j', (text) => {
    expect(isPublicAddress(text)).toBe(false)
  })
})
