import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowReturnTo, parseReturnToRules } from '../src/return-to.js'

const BASE = 'https://app.example.com'
const rules = parseReturnToRules([BASE, 'https://other.example.com/settings', 'http://localhost:3000/app/'])
const allow = (text: string): string | undefined => allowReturnTo(text, BASE, rules)?.href

describe('return_to', () => {
  it.each([
    ['/', `${BASE}/`],
    ['/files', `${BASE}/files`],
    ['/files?a=1&b=%20#top', `${BASE}/files?a=1&b=%20#top`],
    ['/a/../b', `${BASE}/b`],
    [`${BASE}/x`, `${BASE}/x`],
    ['https://APP.example.com/x', `${BASE}/x`],
    ['https://app.example.com:443/x', `${BASE}/x`],
    ['https://other.example.com/settings', 'https://other.example.com/settings'],
    ['https://other.example.com/settings/deep?x', 'https://other.example.com/settings/deep?x'],
    ['http://localhost:3000/app/', 'http://localhost:3000/app/'],
    ['http://localhost:3000/app/x', 'http://localhost:3000/app/x'],
    ['/search?next=https://evil.example', `${BASE}/search?next=https://evil.example`],
    ['/search?path=C:\\docs#\\', `${BASE}/search?path=C:\\docs#\\`],
    ['/files/reports%2F2026%2Fq1.pdf', `${BASE}/files/reports%2F2026%2Fq1.pdf`],
    ['/files/100%25%20sure', `${BASE}/files/100%25%20sure`],
    ['/files/why..%3F', `${BASE}/files/why..%3F`],
    ['/files/caf%C3%A9/%ff', `${BASE}/files/caf%C3%A9/%ff`],
    ['https://other.example.com/settings/a%2Fb', 'https://other.example.com/settings/a%2Fb'],
  ])('allows %s', (text, target) => {
    expect(allow(text)).toBe(target)
  })

  const hosts = [
    'evil.example',
    'app.example.com.evil.example',
    'evil.example/app.example.com',
    'app.example.com@evil.example',
    'evilapp.example.com',
    'app.example.com:8443',
    '0x7f000001',
    '[::1]',
    'xn--pp-example-evil.com',
  ]
  const prefixes = [
    '//',
    '///',
    '////',
    '/\\',
    '\\\\',
    '\\/',
    '/\\/',
    'https:',
    'https:/',
    'https:///',
    'https:\\\\',
    'https://',
    'http://',
    'HTTPS://',
    ' https://',
    '\thttps://',
    '\nhttps://',
    'https://user:pass@',
    'https:%2f%2f',
    '/%09/',
    '/\t/',
    '/\n/',
    '/\r/',
    '/%5c',
    '/%2f',
    '/.//',
    '/..//',
    '/;//',
  ]
  const tricks = [
    ...prefixes.flatMap((prefix) => hosts.map((host) => prefix + host)).filter((text) => !/^\/(?:[.;]|\.\.)/.test(text)),
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://app.example.com/x',
    'about:blank',
    'mailto:a@b',
    'ftp://app.example.com/',
    'wss://app.example.com/',
    'https://user@app.example.com/',
    'https://user:pass@app.example.com/',
    'https://app.example.com\\@evil.example/',
    'https://app.example.com\u3002evil.example/',
    'https://app\u3002example\u3002com/',
    'https://app.example.com\uff0fevil',
    'https://ａpp.example.com/',
    'https://app.example.com./',
    'https://other.example.com/',
    'https://other.example.com/settingsx',
    'https://other.example.com/settings/../admin',
    'https://other.example.com/settings%2f..%2fadmin',
    'https://other.example.com/settings/%2e%2e/admin',
    'https://other.example.com/settings/..%5cadmin',
    'http://app.example.com/',
    'http://localhost:3000/',
    'http://localhost:3000/application',
    'http://localhost/app/',
    'http://127.0.0.1:3000/app/',
    '',
    ' ',
    'files',
    './files',
    '../files',
    '?x',
    '#x',
    '/files\\?x',
    '/files?x\t',
    '/files\r\nSet-Cookie: a=b',
    '/files\0',
    '/files%00',
    '/files%0d%0aLocation:%20x',
    '/%252f%252fevil.example',
    '/%25252f%25252fevil.example',
    '/x/%2e%252e/%252fevil.example',
    '/x%2f..%2f%2fevil.example',
    '/x/%2e%2e%2f/evil.example',
    '/x%2f%2fevil.example',
    '/x/a%255cb',
    '/x/a%250d%250ab',
    '/x/a%7fb',
    `/%${'25'.repeat(20)}2f/evil.example`,
    '/x//y/%2fevil.example',
    'https://other.example.com/settings/%252e%252e/admin',
    'https://other.example.com/settings/%2e%2e%3fx',
    'https://other.example.com/settings/x%2f..%2f..%23x',
    'https://other.example.com/settings/%252e%252e%253fx',
    'https://other.example.com/settings%2fadmin',
    'https://other.example.com/settings/x%2f..%2f..%2fadmin',
    '/fi les',
    '/fïles',
    `/${'x'.repeat(3_000)}`,
    '/\u202e/evil',
    '/a\u0000b',
  ]

  it(`refuses each of ${tricks.length} tricks`, () => {
    expect(tricks.length).toBeGreaterThanOrEqual(200)
    expect(tricks.filter((text) => allow(text) !== undefined)).toEqual([])
  })

  it('whatever is allowed has an allowed origin and path, as browsers read it', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      'https:',
      'http:',
      '//',
      '@',
      ':',
      '.',
      '..',
      '%2f',
      '%5c',
      'app.example.com',
      'evil.example',
      'localhost:3000',
      'app',
      'settings',
      '?',
      '#',
      ' ',
      '\t',
      'x',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const target = allow(pieces.join(''))
        if (target === undefined) return
        const seen = new URL(pieces.join(''), BASE)
        expect(seen.href).toBe(target)
        expect([BASE, 'https://other.example.com', 'http://localhost:3000']).toContain(seen.origin)
      }),
      { numRuns: 20_000 },
    )
  })

  it.each([
    'app.example.com',
    '/path',
    'javascript:x',
    'https://user@app.example.com',
    'https://app.example.com/?x',
    'ftp://app.example.com',
  ])('does not take %s as a rule', (rule) => {
    expect(() => parseReturnToRules([rule])).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })
})
