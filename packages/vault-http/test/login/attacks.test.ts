import { consentByHttp } from '@holdfast/demo-provider'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoginBrowser } from './login-browser.js'
import { APP, APP_URL, type Asked, type LoginWorld, loginWorld, proofOf, sha256, VAULT_URL } from './login-world.js'

const CODE = { flowType: 'code', responseLocation: 'query' }
const SESSION = '__Host-holdfast-session_app_default'
const OTHER = 'app_other'
const OTHER_URL = 'https://other.example.com'
const EVIL = 'https://evil.example'

let world: LoginWorld
beforeAll(async () => {
  world = await loginWorld({
    applications: [
      { applicationId: APP, name: 'Harbour Notes', redirectUrls: [`${APP_URL}/home`] },
      { applicationId: OTHER, redirectUrls: [`${OTHER_URL}/`] },
    ],
  })
})
afterAll(() => world.close())

/** A sign-in whose code nobody has redeemed yet. */
async function withCode(browser: LoginBrowser, as = 'alice'): Promise<{ asked: Asked; code: string }> {
  const { asked, page } = await world.signIn(browser, { body: CODE, as })
  return { asked, code: page.searchParams.get('code') ?? '' }
}

const refused = async (response: Response): Promise<void> => {
  expect([response.status, await response.json()]).toEqual([
    400,
    { error: 'invalid_request', title: expect.any(String), errorCode: 'invalid_request' },
  ])
}

describe('an address that the application did not register', () => {
  const hosts = [
    'evil.example',
    'app.example.com.evil.example',
    'app.example.com@evil.example',
    'evilapp.example.com',
    'app.example.com:8443',
  ]
  const prefixes = [
    '//',
    '///',
    '/\\',
    '\\\\',
    'https:',
    'https:/',
    'https:\\\\',
    'https://',
    'http://',
    ' https://',
    '\thttps://',
    'https://user:pass@',
    '/%09/',
  ]
  const tricks = [
    ...prefixes.flatMap((prefix) => hosts.map((host) => `${prefix}${host}/home`)),
    'javascript:alert(1)//https://app.example.com/home',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'blob:https://app.example.com/home',
    `${APP_URL}`,
    `${APP_URL}/`,
    `${APP_URL}/homes`,
    `${APP_URL}/home/../admin`,
    `${APP_URL}/home%2f..%2fadmin`,
    `${APP_URL}/home/%2e%2e/admin`,
    `${APP_URL}/home/..%5cadmin`,
    'https://app.example.com\\@evil.example/home',
    'https://app.example.com\u3002evil.example/home',
    'https://ａpp.example.com/home',
    'https://app.example.com./home',
    'http://app.example.com/home',
    'https://user@app.example.com/home',
    `${OTHER_URL}/home`,
    `${APP_URL}/home\r\nSet-Cookie: a=b`,
    '/home',
    'home',
    '',
  ]

  it(`is refused when a sign-in begins: ${tricks.length} tricks`, async () => {
    expect(tricks.length).toBeGreaterThan(80)
    for (const redirectUrl of tricks) {
      const { response, answer } = await world.authenticate(world.browser(), { body: { redirectUrl } })
      expect([response.status, answer.errorCode, Object.keys(answer.fields)], redirectUrl).toEqual([
        400,
        'invalid_request',
        ['redirectUrl'],
      ])
    }
  })

  it('is refused at a sign-out, which signs out none the less', async () => {
    for (const target of tricks) {
      const response = await world.browser().navigate(`/logout?client_id=${APP}&redirect_uri=${encodeURIComponent(target)}`, 'same-site')
      expect([response.status, response.headers.get('location')], target).toEqual([400, null])
      const html = await response.text()
      expect(html).toContain('You are signed out')
      expect(html).not.toContain('evil')
    }
    for (const query of [`redirect_uri=${APP_URL}/home`, `redirect_uri=${APP_URL}/home&client_id=${OTHER}`, 'client_id=x&redirect_uri=/']) {
      const response = await world.browser().navigate(`/logout?${query}`, 'same-site')
      expect([response.status, response.headers.get('location')], query).toEqual([400, null])
    }
  })

  it('is refused in the browser’s own note of where it came from', async () => {
    const browser = world.browser()
    const { callbackUrl } = await world.signIn(browser, { body: CODE })
    const [name, note] = [...browser.cookies].find(([each]) => each.includes('hf_back_')) ?? []
    if (name === undefined || !note) throw new Error('There is no note.')
    const forged = encodeURIComponent(JSON.stringify({ requestId: 'x', applicationId: APP, redirectUrl: `${EVIL}/home` }))
    browser.cookies.set(name, { ...note, value: forged })
    const html = await (await browser.navigate(callbackUrl)).text()
    expect(html).not.toMatch(/evil|href=/)
  })
})

describe('a code', () => {
  it('is good once; the second time the session that it began ends as well', async () => {
    const browser = world.browser()
    const { asked, code } = await withCode(browser)
    const first = await world.redeem(browser, asked, code)
    const { access_token } = (await first.json()) as { access_token: string }
    await refused(await world.redeem(browser, asked, code))
    expect(await world.login.tokens.verify(access_token)).toBeUndefined()
  })

  it('is redeemed by one of many who come at once', async () => {
    const { asked, code } = await withCode(world.browser())
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.redeem(world.browser(), asked, code)))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
  })

  it.each([
    ['another verifier', { code_verifier: 'x'.repeat(226) }],
    ['a verifier that is too short', { code_verifier: 'x' }],
    ['another redirect URL', { redirect_uri: `${APP_URL}/home/other` }],
    ['another application', { client_id: OTHER }],
    ['an unknown application', { client_id: 'app_nobody' }],
    ['another request', { requestId: 'A'.repeat(43) }],
    ['another code', { code: 'A'.repeat(43) }],
  ])('is refused with %s, and spent by the attempt', async (_what, changes) => {
    const { asked, code } = await withCode(world.browser())
    await refused(await world.redeem(world.browser(), asked, code, changes))
    if (!('code' in changes) && !('requestId' in changes)) await refused(await world.redeem(world.browser(), asked, code))
  })

  it('of one request does not fit the nonce of another, though one browser made both', async () => {
    const browser = world.browser()
    const [first, second] = [await withCode(browser), await withCode(browser, 'bob')]
    await refused(await world.redeem(browser, first.asked, second.code))
    await refused(await world.redeem(browser, second.asked, first.code))
  })

  it('is too old after five minutes', async () => {
    const old = await loginWorld({ applications: [{ applicationId: APP, redirectUrls: [`${APP_URL}/`] }] })
    const browser = old.browser()
    const { asked, page } = await old.signIn(browser, { body: CODE })
    old.advance(5 * 60_000 + 1)
    await refused(await old.redeem(browser, asked, page.searchParams.get('code') ?? ''))
    await old.close()
  })

  it('is no good for the answer’s own parameters, repeated or missing', async () => {
    const { asked, code } = await withCode(world.browser())
    for (const changes of [{ grant_type: 'password' }, { code_verifier: undefined }, { code: ['a'] }, { client_id: 5 }]) {
      const response = await world.redeem(world.browser(), asked, code, changes)
      expect([response.status, ((await response.json()) as { errorCode: string }).errorCode]).toEqual([400, 'invalid_request'])
    }
  })
})

describe('the provider’s answer', () => {
  it('in another browser is refused: that one’s user is not signed in as whoever began', async () => {
    const [attacker, victim] = [world.browser(), world.browser()]
    const { answer } = await world.authenticate(attacker, { body: CODE })
    const onward = await attacker.navigate(answer.authenticationUrl, 'same-site')
    const callbackUrl = await consentByHttp(onward.headers.get('location') ?? '', { login: 'bob' })
    const requests = world.provider.tokenRequests.length
    const response = await victim.navigate(callbackUrl)
    expect([response.status, response.headers.get('location'), victim.cookies.has(SESSION)]).toEqual([400, null, false])
    expect(world.provider.tokenRequests).toHaveLength(requests)
    expect((await attacker.navigate(callbackUrl)).status).toBe(400)
  })

  it('of one provider is refused at the callback of the other, and with the `iss` of the other', async () => {
    const start = async (browser: LoginBrowser, connectionId: string): Promise<URL> => {
      const { answer } = await world.authenticate(browser, { body: { ...CODE, connectionId } })
      const onward = await browser.navigate(answer.authenticationUrl, 'same-site')
      return new URL(await consentByHttp(onward.headers.get('location') ?? '', { login: 'alice' }))
    }
    const browser = world.browser()
    const elsewhere = await start(browser, 'demo')
    elsewhere.pathname = '/connect/other/callback'
    const wrongIssuer = await start(browser, 'demo')
    wrongIssuer.searchParams.set('iss', world.otherProvider.issuer)
    const noIssuer = await start(browser, 'demo')
    noIssuer.searchParams.delete('iss')
    // The attacker's provider hands on a code of the honest one.
    const mixed = await start(browser, 'other')
    const honest = await start(world.browser(), 'demo')
    mixed.searchParams.set('code', honest.searchParams.get('code') ?? '')
    mixed.searchParams.set('iss', honest.searchParams.get('iss') ?? '')
    for (const url of [elsewhere, wrongIssuer, noIssuer, mixed]) {
      const requests = world.provider.tokenRequests.length + world.otherProvider.tokenRequests.length
      const response = await browser.navigate(url.href)
      expect([response.status, response.headers.get('location')], url.href).toEqual([400, null])
      expect(await response.text()).toContain('failed a check')
      expect(world.provider.tokenRequests.length + world.otherProvider.tokenRequests.length).toBe(requests)
    }
    expect(browser.cookies.has(SESSION)).toBe(false)
  })

  it('with an e-mail address of another user makes nobody that user', async () => {
    const [alice, stranger] = [await withCode(world.browser()), world.browser()]
    const own = (await (await world.redeem(world.browser(), alice.asked, alice.code)).json()) as { id_token: string }
    const { asked, page } = await world.signIn(stranger, { body: { ...CODE, connectionId: 'other' } })
    const other = (await (await world.redeem(stranger, asked, page.searchParams.get('code') ?? '')).json()) as { id_token: string }
    const [first, second] = [decodeJwt(own.id_token), decodeJwt(other.id_token)]
    expect(second['email']).toBe(first['email'])
    expect(second.sub).not.toBe(first.sub)
  })

  it('begins a session that nobody knew before, whatever cookie was there', async () => {
    const attacker = world.browser()
    await world.signIn(attacker, { body: CODE, as: 'bob' })
    const planted = attacker.cookies.get(SESSION)
    if (!planted) throw new Error('There is no session.')
    const victim = world.browser()
    victim.cookies.set(SESSION, planted)
    const { asked, page } = await world.signIn(victim, { body: CODE })
    const { access_token } = (await (await world.redeem(victim, asked, page.searchParams.get('code') ?? '')).json()) as {
      access_token: string
    }
    expect(victim.cookies.get(SESSION)?.value).not.toBe(planted.value)
    const fresh = await (await attacker.script(APP_URL, 'PATCH', '/api/session', { body: {} })).json()
    expect(decodeJwt((fresh as { access_token: string }).access_token).sub).not.toBe(decodeJwt(access_token).sub)
    for (const value of ['x', 'a.b.c', `${'A'.repeat(43)}.${'A'.repeat(22)}.${'A'.repeat(43)}`]) {
      victim.cookies.set(SESSION, { ...planted, value })
      expect((await victim.script(APP_URL, 'PATCH', '/api/session', { body: {} })).status).toBe(404)
    }
  })
})

describe('requests that another site makes in the user’s browser', () => {
  const asks = (browser: LoginBrowser, method: string, path: string, headers: Record<string, string>, body?: string): Promise<Response> => {
    // The worst case: a browser that sends every cookie along.
    const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
    return world.handler(
      new Request(VAULT_URL + path, { method, headers: { cookie, ...headers }, ...(body !== undefined && { body }) }),
      undefined,
    )
  }
  const json = { 'content-type': 'application/json' }
  const CHANGES = [
    ['PATCH', '/api/session', '{}'],
    ['DELETE', '/api/session', undefined],
    ['DELETE', '/api/session/identities/demo', undefined],
  ] as const

  it.each(CHANGES)('%s %s is refused from a foreign origin, from none, and as a form', async (method, path, body) => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    const origins = [
      EVIL,
      'null',
      'https://app.example.com.evil.example',
      'http://app.example.com',
      `${APP_URL}, ${EVIL}`,
      'https://auth.example.com:444',
    ]
    for (const origin of origins) expect((await asks(browser, method, path, { ...json, origin }, body)).status, origin).toBe(403)
    expect((await asks(browser, method, path, json, body)).status).toBe(403)
    expect((await asks(browser, method, path, { ...json, origin: VAULT_URL, 'sec-fetch-site': 'cross-site' }, body)).status).toBe(403)
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const response = await asks(browser, method, path, { 'content-type': type, origin: EVIL }, body)
      expect([403, 415]).toContain(response.status)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
    expect((await asks(browser, 'POST', path, { 'content-type': 'application/x-www-form-urlencoded' }, '_method=DELETE')).status).toBe(405)
    expect((await browser.script(APP_URL, 'PATCH', '/api/session', { body: {} })).status).toBe(200)
  })

  it('a sign-out is refused to a foreign origin also when it brings a token of its own', async () => {
    const [victim, attacker] = [world.browser(), world.browser()]
    await world.signIn(victim, { body: CODE })
    const { asked, code } = await withCode(attacker, 'bob')
    const { access_token } = (await (await world.redeem(attacker, asked, code)).json()) as { access_token: string }
    const headers = { ...json, origin: EVIL, authorization: `Bearer ${access_token}` }
    expect((await asks(victim, 'DELETE', '/api/session', headers)).status).toBe(403)
    expect((await victim.script(APP_URL, 'PATCH', '/api/session', { body: {} })).status).toBe(200)
  })

  it('a link is refused to a foreign origin, and needs a known one with the cookie', async () => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    const body = (): string => {
      const antiAbuseHash = proofOf(['other', APP], Date.now())
      return JSON.stringify({
        antiAbuseHash,
        applicationId: APP,
        redirectUrl: `${APP_URL}/home`,
        connectionId: 'other',
        linkIdentity: true,
      })
    }
    for (const origin of [EVIL, 'null', OTHER_URL]) {
      expect((await asks(browser, 'POST', '/api/authentication', { ...json, origin }, body())).status, origin).toBe(403)
    }
    expect((await asks(browser, 'POST', '/api/authentication', json, body())).status).toBe(403)
  })

  it('what a cookie opens is not read by a foreign origin', async () => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    for (const path of ['/api/session/credentials', '/api/session/profile']) {
      const response = await asks(browser, 'GET', path, { origin: EVIL })
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null])
    }
  })

  it('one application’s page gets no tokens of another’s session', async () => {
    const browser = world.browser()
    await world.signIn(browser, { body: CODE })
    expect((await browser.script(OTHER_URL, 'PATCH', '/api/session', { body: {} })).status).toBe(404)
    // Nor the provider's tokens, and it changes nothing.
    const refusal = { status: 403, body: { errorCode: 'permission_denied' } }
    const asked = async (origin: string, method: string, path: string) => {
      const response = await browser.script(origin, method, path)
      return { status: response.status, body: await response.json() }
    }
    for (const path of ['/api/session/credentials', '/api/session/profile']) {
      expect(await asked(OTHER_URL, 'GET', path), path).toMatchObject(refusal)
      for (const origin of [APP_URL, VAULT_URL]) expect((await asked(origin, 'GET', path)).status, `${path} of ${origin}`).toBe(200)
    }
    expect(await asked(OTHER_URL, 'DELETE', '/api/session/identities/demo')).toMatchObject(refusal)
    expect(await asked(APP_URL, 'DELETE', '/api/session/identities/demo')).toMatchObject({ status: 409 })
    const link = { applicationId: OTHER, redirectUrl: `${OTHER_URL}/`, connectionId: 'other', linkIdentity: true }
    const { response } = await world.authenticate(browser, { origin: OTHER_URL, body: link })
    expect(response.status).toBe(403)
    const { access_token } = await (await browser.script(APP_URL, 'PATCH', '/api/session', { body: {} })).json()
    const withToken = await browser.script(OTHER_URL, 'GET', '/api/session/credentials', {
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(withToken.status).toBe(200)
  })

  it('the form of the sign-in page is taken from that page alone', async () => {
    const browser = world.browser()
    const { answer } = await world.authenticate(browser, { body: { connectionId: undefined } })
    const request = new URL(answer.authenticationUrl).searchParams.get('request') ?? ''
    for (const from of [
      { site: 'cross-site' },
      { site: 'same-site' },
      { site: 'none' },
      { site: 'cross-site', origin: VAULT_URL },
    ] as const) {
      const response = await browser.submit('/login', { request, connection: 'demo' }, from)
      expect([response.status, response.headers.getSetCookie()]).toEqual([403, []])
    }
    const ofOldBrowser = (origin: string) =>
      new Request(`${VAULT_URL}/login`, { method: 'POST', headers: { origin }, body: new URLSearchParams({ request, connection: 'demo' }) })
    for (const origin of [EVIL, 'null']) expect((await world.handler(ofOldBrowser(origin), undefined)).status).toBe(403)
    expect((await world.handler(ofOldBrowser(VAULT_URL), undefined)).status).toBe(303)
  })
})

describe('a victim who is lured to somebody else’s link', () => {
  const luring = async (): Promise<string> => {
    const attacker = world.browser()
    const { asked, code } = await withCode(attacker, 'bob')
    const { access_token } = (await (await world.redeem(attacker, asked, code)).json()) as { access_token: string }
    const link = await world.authenticate(attacker, {
      body: { linkIdentity: true, connectionId: 'other' },
      headers: { authorization: `Bearer ${access_token}` },
    })
    return link.answer.authenticationUrl
  }
  const requestOf = (url: string): string => new URL(url).searchParams.get('request') ?? ''

  it('is told whose account it is for, and nothing happens before the page’s own form is sent', async () => {
    const [url, victim] = [await luring(), world.browser()]
    const response = await victim.navigate(url, 'cross-site')
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('<strong>Bob Brandt (bob@example.com)</strong>'),
    ])
    for (const site of ['cross-site', 'same-site'] as const) {
      const posted = await victim.submit('/login', { request: requestOf(url) }, { site, origin: EVIL })
      expect([posted.status, posted.headers.get('location')]).toEqual([403, null])
    }
  })

  it('is refused where he is signed in himself', async () => {
    const [url, victim] = [await luring(), world.browser()]
    await world.signIn(victim, { body: CODE })
    // Along with a link of another site the cookie does not come; with the form it does.
    expect((await victim.navigate(url, 'cross-site')).status).toBe(200)
    const posted = await victim.submit('/login', { request: requestOf(url) })
    expect([posted.status, await posted.text()]).toEqual([403, expect.stringContaining('Another user is signed in')])
    expect((await victim.navigate(url, 'same-site')).status).toBe(403)
  })
})

describe('a sealed request', () => {
  it('that was changed in any character opens nothing', async () => {
    const browser = world.browser()
    const { answer } = await world.authenticate(browser)
    const sealed = new URL(answer.authenticationUrl).searchParams.get('request') ?? ''
    const positions = [0, 1, 10, Math.floor(sealed.length / 2), sealed.length - 2]
    const changed = positions.map((at) => sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1))
    for (const request of [...changed, sealed.slice(0, -1), sealed.slice(4), `${sealed}A`, 'x', '', `${sealed}.${sealed}`]) {
      const response = await browser.navigate(`/login?request=${request}`, 'same-site')
      expect([response.status, response.headers.get('location'), response.headers.getSetCookie()], request).toEqual([400, null, []])
    }
    const elsewhere = await loginWorld()
    expect((await elsewhere.browser().navigate(`/login?request=${sealed}`, 'same-site')).status).toBe(400)
    await elsewhere.close()
  })
})

describe('the proof of work', () => {
  const send = (hash: string | undefined, changes: object = {}): Promise<Response> => {
    const body = {
      antiAbuseHash: hash,
      applicationId: APP,
      redirectUrl: `${APP_URL}/home`,
      connectionId: 'demo',
      codeChallenge: sha256('x'),
      ...changes,
    }
    return world.browser().script(APP_URL, 'POST', '/api/authentication', { body })
  }

  it('must be there, right, fresh, and for this request; a repeated request passes', async () => {
    const nowMs = Date.now()
    const good = proofOf(['demo', APP], nowMs)
    expect((await send(good)).status).toBe(200)
    expect((await send(good)).status).toBe(200)
    const bad: [string, string | undefined, object?][] = [
      ['missing', undefined],
      ['empty', ''],
      ['nonsense', 'v2;1;1;00'],
      ['for other values', proofOf(['other', APP], nowMs)],
      ['old', proofOf(['demo', APP], nowMs - 6 * 60_000)],
      ['from the future', proofOf(['demo', APP], nowMs + 6 * 60_000)],
      ['not worked for', `v2;${nowMs};1;${sha256(`${nowMs};1;demo|${APP}`)}`],
      ['replayed for another address', good, { redirectUrl: `${APP_URL}/home/other` }],
      ['replayed for other properties', good, { connectionProperties: { scope: 'openid' } }],
      ['replayed for another challenge', good, { codeChallenge: sha256('y') }],
    ]
    for (const [what, hash, changes] of bad) {
      const response = await send(hash, changes)
      expect([response.status, ((await response.json()) as { fields?: object }).fields], what).toEqual([
        400,
        { antiAbuseHash: expect.any(String) },
      ])
    }
  })

  it('is asked for with a code, too', async () => {
    const { asked, code } = await withCode(world.browser())
    const response = await world.browser().script(APP_URL, 'POST', `/api/authentication/${asked.answer.authenticationRequestId}/tokens`, {
      body: { grant_type: 'authorization_code', redirect_uri: asked.redirectUrl, client_id: APP, code, code_verifier: asked.codeVerifier },
    })
    expect([response.status, ((await response.json()) as { fields?: object }).fields]).toEqual([400, { antiAbuseHash: expect.any(String) }])
    expect((await world.redeem(world.browser(), asked, code)).status).toBe(200)
  })
})

describe('tokens and codes', () => {
  it('are told to nobody by way of a referrer, nor kept by a cache, on any step of the way', async () => {
    const browser = world.browser()
    const { answer } = await world.authenticate(browser, { body: { ...CODE, connectionId: undefined } })
    const page = await browser.navigate(answer.authenticationUrl, 'same-site')
    const request = /name="request" value="([^"]+)"/.exec(await page.clone().text())?.[1] ?? ''
    const onward = await browser.submit('/login', { request, connection: 'demo' })
    const callback = await world.consent(browser, onward.headers.get('location') ?? '')
    const stale = await browser.navigate('/connect/demo/callback?state=x&code=y')
    const proceed = await browser.script(APP_URL, 'PATCH', '/api/session', { body: {} })
    const out = await browser.navigate('/logout', 'cross-site')
    const left = await browser.navigate(`/logout?client_id=${APP}&redirect_uri=${APP_URL}/home`, 'same-site')
    const broken = await browser.navigate('/login?request=x', 'same-site')
    for (const response of [page, onward, callback, stale, proceed, out, left, broken]) {
      const { headers } = response
      // The form of the page goes to the vault itself.
      const policy = response === page ? 'same-origin' : 'no-referrer'
      expect([headers.get('referrer-policy'), headers.get('cache-control')], response.url).toEqual([policy, 'no-store'])
      if (!(headers.get('content-type') ?? '').includes('html')) continue
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    }
  })

  it('stand in no log', async () => {
    const local = 'http://localhost:3000'
    const logged = await loginWorld({
      publicUrl: 'http://localhost:4000',
      applications: [{ applicationId: APP, redirectUrls: [`${local}/`] }],
    })
    const browser = logged.browser()
    const asking = { origin: local, credentials: false, body: { redirectUrl: `${local}/?secret=canary-query` } }
    const { asked, page, callbackUrl } = await logged.signIn(browser, asking)
    await browser.navigate(callbackUrl)
    const again = await logged.authenticate(browser, asking)
    await logged.consent(browser, again.answer.authenticationUrl, 'alice', { deny: true })
    await logged.redeem(browser, asked, 'canary-code')
    await browser.script(local, 'GET', '/api/session/credentials', { headers: { authorization: 'Bearer canary.canary.canary' } })
    const text = JSON.stringify(logged.logLines, (_key, value: unknown) =>
      value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value,
    )
    expect(logged.logLines.length).toBeGreaterThan(0)
    const secrets = [
      page.searchParams.get('access_token'),
      page.searchParams.get('id_token'),
      asked.codeVerifier,
      new URL(callbackUrl).searchParams.get('code'),
    ]
    for (const secret of [...secrets, ...[...browser.cookies.values()].map(({ value }) => value), 'canary']) {
      expect(text).not.toContain(secret ?? 'missing')
    }
    await logged.close()
  })

  it('that look like the vault’s own are taken only when it signed them, and never shown to the host', async () => {
    const shown: string[] = []
    const hosted = await loginWorld({
      handler: {
        verifyUserToken: (token) => {
          shown.push(token)
          return 'usr_victim'
        },
      },
    })
    const browser = hosted.browser()
    const { asked, page } = await hosted.signIn(browser, { body: CODE })
    const tokens = (await (await hosted.redeem(browser, asked, page.searchParams.get('code') ?? '')).json()) as Record<string, string>
    const { access_token = '', id_token = '' } = tokens
    const claims = decodeJwt(access_token)
    const forged = await new SignJWT({ ...claims, sub: 'usr_victim' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .sign(new Uint8Array(32))
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${access_token.split('.')[1]}.x`
    const statusOf = async (token: string): Promise<number> => {
      const url = `${VAULT_URL}/v1/connections/demo/users/${claims.sub}/credentials`
      return (await hosted.handler(new Request(url, { headers: { authorization: `Bearer ${token}` } }), undefined)).status
    }
    expect(await statusOf(access_token)).toBe(200)
    for (const token of [forged, unsigned, id_token]) expect(await statusOf(token)).toBe(401)
    await hosted.login.sessions.endAll(claims.sub ?? '')
    expect(await statusOf(access_token)).toBe(401)
    expect(shown).toEqual([])
    const foreign = await new SignJWT({ iss: 'https://host.example' }).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32))
    expect([await statusOf(foreign), shown]).toEqual([403, [foreign]])
    await hosted.close()
  })
})
