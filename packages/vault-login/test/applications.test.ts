import { describe, expect, it } from 'vitest'
import type { ApplicationInput, LoginOptions } from '../src/index.js'
import { APP, loginWorld } from './fixtures/login-world.js'

function newLogin(options: Partial<LoginOptions>) {
  return loginWorld().process(options).login
}

const applications: readonly ApplicationInput[] = [
  {
    applicationId: APP,
    redirectUrls: ['https://app.example.com/account', 'http://localhost:3000'],
    origins: ['https://admin.example.com'],
  },
  { applicationId: 'other', redirectUrls: ['https://other.example.com/'] },
]

describe('a redirect', () => {
  const { find, allowsRedirect } = newLogin({ applications }).applications
  const application = find(APP)

  it.each([
    'https://app.example.com/account',
    'https://app.example.com/account/',
    'https://app.example.com/account/settings?tab=1#top',
    'https://app.example.com/account?next=//evil.example',
    'HTTPS://APP.EXAMPLE.COM:443/account',
    'https://app.example.com/x/../account',
    'http://localhost:3000',
    'http://localhost:3000/any/page%2Fwith%20signs',
    'https://app.example.com/account/files/reports%2Fq1.pdf',
    'https://app.example.com/account/100%25',
    'https://app.example.com/account?path=C:\\docs#\\',
  ])('to %s is allowed', (url) => {
    expect(application && allowsRedirect(application, url)?.href).toBe(new URL(url).href)
  })

  it.each([
    '',
    '/account',
    '//app.example.com/account',
    'app.example.com/account',
    'https:app.example.com/account',
    'https:///app.example.com/account',
    'https://app.example.com',
    'https://app.example.com/',
    'https://app.example.com/accounts',
    'https://app.example.com/Account',
    'https://app.example.com/account/../admin',
    'https://app.example.com/account/%2e%2e/admin',
    'https://app.example.com/account/%2E%2e%2fadmin',
    'https://app.example.com/account%2f..%2fadmin',
    'https://app.example.com/account/%5cadmin',
    'https://app.example.com/account/%252e%252e/admin',
    'https://app.example.com/account/%2e%2e%3fx',
    'https://app.example.com/account/x%2f..%2f..%23x',
    'https://app.example.com/account/%25252e%25252e/admin',
    'https://app.example.com/account/x%2f..%2f..%2fadmin',
    'https://app.example.com/account%2fadmin',
    'https://app.example.com/account/%2f%2fevil.example',
    'https://app.example.com/account/a%255cb',
    `https://app.example.com/account/%${'25'.repeat(20)}2fadmin`,
    'https://app.example.com/account/%00',
    'https://app.example.com/account/%0d%0aset-cookie:x=y',
    'http://app.example.com/account',
    'https://app.example.com:8443/account',
    'https://app.example.com.evil.example/account',
    'https://app.example.com@evil.example/account',
    'https://user:secret@app.example.com/account',
    'https://user@app.example.com/account',
    'https://evil.example/https://app.example.com/account',
    'https://evil.example\\@app.example.com/account',
    'https:\\\\app.example.com\\account',
    'https://app.example.com\\.evil.example/account',
    'https://app.example.com\t/account',
    'https://app.example.com/account\n',
    ' https://app.example.com/account',
    'https://app.example.com/account x',
    'https://xapp.example.com/account',
    'https://x.app.example.com/account',
    'https://app.example.com./account',
    'https://app\u3002example\u3002com/account',
    'https://app.ex\u00e4mple.com/account',
    'https://app.example.com\u2028/account',
    'javascript:alert(1)',
    'javascript://app.example.com/account%0aalert(1)',
    'data:text/html,x',
    'blob:https://app.example.com/account',
    'https://other.example.com/',
    'https://admin.example.com/',
    'http://localhost:3001/',
    'http://localhost.evil.example:3000/',
    'http://127.0.0.1:3000/',
    'http://0.0.0.0:3000/',
    'https://localhost:3000/',
    `https://app.example.com/account?${'x'.repeat(2_048)}`,
  ])('to %j is refused', (url) => {
    expect(application && allowsRedirect(application, url)).toBeUndefined()
  })
})

describe('an origin', () => {
  const { find, allowsOrigin, isOriginOf, originsOf } = newLogin({ applications }).applications
  const application = find(APP)
  const other = find('other')

  it('of the redirect URLs, or given besides, belongs to its application alone', () => {
    expect(application && originsOf(application)).toEqual(['https://app.example.com', 'http://localhost:3000', 'https://admin.example.com'])
    for (const origin of application?.origins ?? []) {
      expect(allowsOrigin(origin)).toBe(true)
      expect(application && isOriginOf(application, origin)).toBe(true)
      expect(other && isOriginOf(other, origin)).toBe(false)
    }
    expect(allowsOrigin('https://other.example.com')).toBe(true)
  })

  it.each(['', 'null', '*', 'https://app.example.com/', 'https://APP.example.com', 'http://app.example.com', 'https://evil.example'])(
    '%j belongs to none',
    (origin) => {
      expect(allowsOrigin(origin)).toBe(false)
      expect(application && isOriginOf(application, origin)).toBe(false)
    },
  )
})

describe('an application', () => {
  it('has defaults', () => {
    expect(newLogin({}).applications.find(APP)).toEqual({
      applicationId: APP,
      name: APP,
      redirectUrls: ['https://app.example.com'],
      origins: ['https://app.example.com'],
      accessTokenLifetimeS: 3_600,
      sessionIdleLifetimeS: 2_592_000,
      sessionLifetimeS: 7_776_000,
      tokenVisibleToScripts: true,
    })
  })

  it.each(['', 'nobody', '__proto__', 'constructor'])('called %j is not there', (id) => {
    expect(newLogin({}).applications.find(id)).toBeUndefined()
  })
})

describe('options that are wrong', () => {
  const good = { applicationId: APP, redirectUrls: ['https://app.example.com'] }
  const application = (change: object): Partial<LoginOptions> => ({ applications: [{ ...good, ...change }] })

  it.each<[string, object, string]>([
    ['publicUrl: none', { publicUrl: undefined }, 'publicUrl'],
    ['publicUrl: http', { publicUrl: 'http://login.example.com' }, 'publicUrl'],
    ['publicUrl: a path', { publicUrl: 'https://login.example.com/vault' }, 'publicUrl'],
    ['publicUrl: a query', { publicUrl: 'https://login.example.com?x' }, 'publicUrl'],
    ['publicUrl: a user', { publicUrl: 'https://me@login.example.com' }, 'publicUrl'],
    ['publicUrl: no URL', { publicUrl: 'login.example.com' }, 'publicUrl'],
    ['no application', { applications: [] }, 'applications'],
    ['two of one id', { applications: [good, good] }, 'applications'],
    ['resolveUser: no function', { resolveUser: 'alice' }, 'resolveUser'],
    ['an expression without a claim', { claims: { google: { userId: 'sub' } } }, 'claims.google.userId'],
    ['an expression for nothing', { claims: { google: { nickname: '{nick}' } } }, 'claims.google.nickname'],
    ['signingKeyLifetimeS: a minute', { signingKeyLifetimeS: 60 }, 'signingKeyLifetimeS'],
    ['resolveUsers, which there is not', { resolveUsers: () => 'alice' } as never, 'resolveUsers'],
    ['applicationId: a service client', application({ applicationId: 'sc_1' }), 'applications[0].applicationId'],
    ['applicationId: an extension', application({ applicationId: 'ext_1' }), 'applications[0].applicationId'],
    ['applicationId: a slash', application({ applicationId: 'a/b' }), 'applications[0].applicationId'],
    ['name: empty', application({ name: ' ' }), 'applications[0].name'],
    ['redirectUrls: none', application({ redirectUrls: [] }), 'applications[0].redirectUrls'],
    ['redirectUrls: http', application({ redirectUrls: ['http://app.example.com'] }), 'applications[0].redirectUrls'],
    ['redirectUrls: a wildcard', application({ redirectUrls: ['*'] }), 'applications[0].redirectUrls'],
    ['redirectUrls: a query', application({ redirectUrls: ['https://app.example.com/?x'] }), 'applications[0].redirectUrls'],
    ['redirectUrls: a script', application({ redirectUrls: ['javascript:alert(1)'] }), 'applications[0].redirectUrls'],
    ['origins: a path', application({ origins: ['https://app.example.com/'] }), 'applications[0].origins'],
    ['origins: all', application({ origins: ['*'] }), 'applications[0].origins'],
    ['accessTokenLifetimeS: two days', application({ accessTokenLifetimeS: 172_800 }), 'applications[0].accessTokenLifetimeS'],
    ['accessTokenLifetimeS: text', application({ accessTokenLifetimeS: '3600' }), 'applications[0].accessTokenLifetimeS'],
    ['sessionIdleLifetimeS: 0', application({ sessionIdleLifetimeS: 0 }), 'applications[0].sessionIdleLifetimeS'],
    ['sessionLifetimeS: endless', application({ sessionLifetimeS: Number.POSITIVE_INFINITY }), 'applications[0].sessionLifetimeS'],
    ['offeredConnections: text', application({ offeredConnections: 'google' }), 'applications[0].offeredConnections'],
    ['offeredConnections: no ids', application({ offeredConnections: [''] }), 'applications[0].offeredConnections'],
    ['tokenVisibleToScripts: text', application({ tokenVisibleToScripts: 'no' }), 'applications[0].tokenVisibleToScripts'],
  ])('are told: %s', (_what, options, field) => {
    const make = (): unknown => newLogin(options)
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
    expect(make).toThrow(expect.objectContaining({ facts: { fields: expect.objectContaining({ [field]: expect.any(String) }) } }))
  })

  it('are told all in one error', () => {
    const options = { publicUrl: 'x', ...application({ applicationId: '', redirectUrls: ['x'] }) }
    expect(() => newLogin(options)).toThrow(/publicUrl.*applicationId.*redirectUrls/)
  })

  it.each([
    'https://login.example.com',
    'https://login.example.com/',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
  ])('are not: %s is an issuer', (publicUrl) => {
    expect(newLogin({ publicUrl }).issuer).toBe(new URL(publicUrl).origin)
  })
})
