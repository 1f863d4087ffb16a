import { describe, expect, it } from 'vitest'
import type { ConnectionInput } from '../../src/index.js'
import { readConnection } from '../../src/model/parse-connection.js'

const minimal = { connectionId: 'a', issuer: 'https://a.example', clientId: 'c' }

function read(api: object, source: 'code' | 'store' = 'code') {
  return readConnection({ ...minimal, ...api }, source)
}

describe('where `vault.fetch` may send tokens', () => {
  it('is nowhere, unless it is said', () => {
    expect(read({})).toMatchObject({ connection: { api: { origins: [], tokenHeader: undefined, allowPrivateAddresses: false } } })
  })

  it('are origins, in the form that URLs have', () => {
    const origins = [
      'https://API.Example',
      'https://api.example:443/',
      'https://b.example:8443',
      'https://größe.example',
      'http://localhost:1',
      'http://[::1]:2',
    ]
    expect(read({ apiOrigins: origins })).toMatchObject({
      connection: {
        api: {
          origins: [
            'https://api.example',
            'https://b.example:8443',
            'https://xn--gre-6ka8i.example',
            'http://localhost:1',
            'http://[::1]:2',
          ],
        },
      },
    })
    expect(read({ apiOrigins: ['http://api.example'], allowInsecureRequests: true }).ok).toBe(true)
  })

  it.each<unknown>([
    'https://api.example',
    ['https://api.example/v1'],
    ['https://api.example/?a=b'],
    ['https://api.example?'],
    ['https://api.example#'],
    ['https://user@api.example'],
    ['https://*.example'],
    ['http://api.example'],
    ['ftp://api.example'],
    ['api.example'],
    ['//api.example'],
    ['https:\\\\api.example'],
    ['https://api.example\n'],
    ['*'],
    [''],
    [7],
    [null],
    ['https://10.0.0.1'],
    ['https://169.254.169.254'],
    ['https://0xa000001'],
    ['https://[fd00::1]'],
    ['https://[::ffff:10.0.0.1]'],
    Array.from({ length: 21 }, (_, n) => `https://api-${n}.example`),
  ])('is not %j', (apiOrigins) => {
    const result = read({ apiOrigins })
    expect(result).toMatchObject({ ok: false })
    if (!result.ok) expect([...result.problems.keys()]).toEqual(['apiOrigins'])
  })

  it('may be a private network when the code says so, and never by a connection in the store', () => {
    expect(read({ apiOrigins: ['https://10.0.0.1'], apiAllowPrivateAddresses: true }).ok).toBe(true)
    expect(read({ apiOrigins: ['https://10.0.0.1'], apiAllowPrivateAddresses: 'yes' })).toMatchObject({ ok: false })
    const stored = read({ apiAllowPrivateAddresses: true }, 'store')
    expect(stored.ok ? [] : [...stored.problems.keys()]).toEqual(['apiAllowPrivateAddresses'])
  })
})

describe('the header of the token', () => {
  it.each<NonNullable<ConnectionInput['apiTokenHeader']>>([
    { name: 'X-Shopify-Access-Token' },
    { name: 'Authorization', prefix: 'token' },
    { name: 'x_y', prefix: 'Zoho-oauthtoken' },
  ])('may be %j', (apiTokenHeader) => {
    expect(read({ apiTokenHeader })).toMatchObject({ connection: { api: { tokenHeader: apiTokenHeader } } })
  })

  it.each<unknown>([
    'X-Token',
    null,
    {},
    { name: '' },
    { name: 'a b' },
    { name: 'a\r\nb' },
    { name: 'host' },
    { name: 'Cookie' },
    { name: 'content-type' },
    { name: 'Transfer-Encoding' },
    { name: 'Proxy-Authorization' },
    { name: 'x', prefix: 'a b' },
    { name: 'x', prefix: '' },
    { name: 'x', prefix: 'a\n' },
    { name: 'x', value: 'canary' },
  ])('may not be %j', (apiTokenHeader) => {
    const result = read({ apiTokenHeader })
    expect(result.ok ? [] : [...result.problems]).toEqual([['apiTokenHeader', expect.not.stringContaining('canary')]])
  })
})
