import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey } from '../src/rate-limit/address-key.js'

describe('addressKey', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['1::', '1:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('counts %s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })

  it.each([
    undefined,
    '',
    ' ',
    'unknown',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.-4',
    '1.2.3.4:80',
    '1.2.3.4, 5.6.7.8',
    ' 1.2.3.4',
    '0x7f.0.0.1',
    '2130706433',
    '[::1]',
    '[2001:db8::1]:80',
    '2001:db8::1::2',
    '2001:db8::1]/x[',
    '2001:db8::1]:80#',
    '2001:db8:::1',
    '1:2:3:4:5:6:7:8:9',
    '2001:db8::g',
    '12345::',
    '::ffff:1.2.3.256',
    '%eth0',
    'evil@::1',
  ])('takes %j for no address', (address) => {
    expect(addressKey(address)).toBeUndefined()
  })

  const group = fc.integer({ min: 0, max: 0xffff })
  const hex = (groups: readonly number[]): string => groups.map((value) => value.toString(16)).join(':')

  it('counts all addresses of a /64 as one, and those of another /64 as another', () => {
    const four = fc.tuple(group, group, group, group)
    fc.assert(
      fc.property(four, four, four, four, (network, other, host, otherHost) => {
        fc.pre(network.slice(0, 4).some((value) => value !== 0))
        const key = addressKey(hex([...network, ...host]))
        expect(key).toBe(`${hex(network)}::/64`)
        expect(addressKey(hex([...network, ...otherHost]))).toBe(key)
        if (hex(network) !== hex(other)) expect(addressKey(hex([...other, ...host]))).not.toBe(key)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => addressKey(text)).not.toThrow()
      }),
    )
  })
})
