import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { targetUrl } from '../../src/proxy/target-url.js'

const ORIGIN = 'https://api.example:8443'

describe('where a proxied request goes', () => {
  it.each([
    ['', '', '/'],
    ['v1/me', '?a=b', '/v1/me?a=b'],
    ['a%2Fb/', '', '/a%2Fb/'],
    ['a:b@c', '?x=//evil.example', '/a:b@c?x=//evil.example'],
    ["~!$&'()*+,;=", '', "/~!$&'()*+,;="],
    ['%E5%90%8D', '', '/%E5%90%8D'],
    ['...', '', '/...'],
    ['a..b', '', '/a..b'],
  ])('is the path as it came: %j', (path, search, expected) => {
    expect(targetUrl(ORIGIN, path, search).href).toBe(ORIGIN + expected)
  })

  it.each([
    '/evil.example',
    '/',
    'a//b',
    '.',
    '..',
    'a/../b',
    'a/.',
    '%2e',
    '%2E%2e/b',
    '.%2e',
    'a/%2e.',
    '\\evil.example',
    'a\\..\\b',
    'a b',
    'a\tb',
    'a\nb',
    'a?b',
    'a#b',
    'a%',
    'a%2',
    'a%zz',
    'a%00',
    'a%0d%0aHost:evil',
    'a%1f',
    'a%7f',
    'a%7F',
    'ä',
    '／／evil.example',
    '{a}',
    'a|b',
    '<a>',
  ])('is never %j', (path) => {
    const refused = expect(() => targetUrl(ORIGIN, path, ''))
    refused.toThrow(expect.objectContaining({ code: 'invalid_request', facts: { fields: { path: expect.any(String) } } }))
  })

  it('is on the origin and as it was written, whatever anybody writes', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '@',
      ':',
      '.',
      '..',
      '%2f',
      '%2e',
      '%5c',
      '%0a',
      '#',
      '?',
      ';',
      'evil.example',
      'http:',
      ' ',
      '\t',
      'é',
      '[',
      '%',
    )
    let passed = 0
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(part, { maxLength: 4 }), (path, search) => {
        const text = path.join('')
        let url: URL
        try {
          url = targetUrl(ORIGIN, text, search.length > 0 ? `?${search.join('')}` : '')
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' })
          return
        }
        passed += 1
        expect([url.origin, url.username, url.password, url.pathname]).toEqual([ORIGIN, '', '', `/${text}`])
      }),
      { numRuns: 20_000 },
    )
    expect(passed).toBeGreaterThan(1_000)
  })
})
