import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoginBrowser } from './login-browser.js'
import { APP_URL, type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

const SESSION = '__Host-holdfast-session_app_default'
const MINUTE = 60_000
const DAY = 86_400_000

let world: LoginWorld
// Each with a clock of its own, which the provider does not share: who signs in later than it says is refused.
beforeEach(async () => {
  world = await loginWorld({ handler: { cookieDomain: 'example.com' } })
})
afterEach(() => world.close())

const signedIn = async (): Promise<LoginBrowser> => {
  const browser = world.browser()
  await world.signIn(browser)
  return browser
}
const proceed = (browser: LoginBrowser): Promise<Response> => browser.script(APP_URL, 'PATCH', '/api/session', { body: {} })

describe('PATCH /api/session', () => {
  it('continues the session of a browser that has lost all else, with fresh cookies and a token of its own that is new', async () => {
    const browser = await signedIn()
    const before = browser.cookies.get(SESSION)
    for (const name of ['user', 'authorization']) browser.cookies.delete(name)
    const response = await proceed(browser)
    expect([response.status, await response.json()]).toEqual([200, {}])
    expect(decodeJwt(browser.cookies.get('user')?.value ?? '')).toMatchObject({ name: 'Alice Alvarez' })
    expect(browser.cookies.get(SESSION)).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', domain: undefined })
    expect(browser.cookies.get(SESSION)?.value).not.toBe(before?.value)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('gives a page the tokens themselves when it asks for them', async () => {
    const browser = await signedIn()
    const response = await browser.script(APP_URL, 'PATCH', '/api/session', { body: { responseLocation: 'body' } })
    const tokens = await response.json()
    expect([response.status, tokens]).toEqual([
      200,
      { access_token: expect.any(String), id_token: expect.any(String), token_type: 'Bearer', expires_in: expect.any(Number) },
    ])
    expect(decodeJwt(tokens.id_token)).toMatchObject({ name: 'Alice Alvarez' })
    const elsewhere = await browser.script(APP_URL, 'PATCH', '/api/session', { body: { responseLocation: 'elsewhere' } })
    expect(elsewhere.status).toBe(400)
  })

  it('serves two tabs at once, and ends the session of a token that comes too late', async () => {
    const browser = await signedIn()
    const stolen = new Map(browser.cookies)
    const [first, second] = await Promise.all([proceed(browser), proceed(browser)])
    expect([first.status, second.status]).toEqual([200, 200])
    world.advance(2 * MINUTE)
    expect((await proceed(browser)).status).toBe(200)
    world.advance(2 * MINUTE)
    const thief = world.browser()
    for (const [name, cookie] of stolen) thief.cookies.set(name, cookie)
    expect((await proceed(thief)).status).toBe(404)
    expect((await proceed(browser)).status).toBe(404)
  })

  it('ends by itself when nobody comes for thirty days, or after ninety in any case', async () => {
    const [idle, busy] = [await signedIn(), await signedIn()]
    for (let days = 0; days < 80; days += 20) {
      world.advance(20 * DAY)
      expect((await proceed(busy)).status).toBe(200)
    }
    expect((await proceed(idle)).status).toBe(404)
    world.advance(11 * DAY)
    expect((await proceed(busy)).status).toBe(404)
  })

  it('knows nothing of a browser without a session, and says so in the way that the SDK expects', async () => {
    const response = await proceed(world.browser())
    expect([response.status, await response.json()]).toEqual([404, { title: expect.any(String), errorCode: 'not_found' }])
  })
})

describe('DELETE /api/session', () => {
  it('ends the session for good, removes every cookie, and does no harm when repeated', async () => {
    const browser = await signedIn()
    const token = browser.cookies.get('authorization')?.value ?? ''
    const kept = new Map(browser.cookies)
    const response = await browser.script(APP_URL, 'DELETE', '/api/session')
    expect([response.status, browser.cookies.size]).toEqual([200, [...kept.keys()].filter((name) => name.includes('hf_back_')).length])
    expect(await world.login.tokens.verify(token)).toBeUndefined()
    for (const [name, cookie] of kept) browser.cookies.set(name, cookie)
    expect((await proceed(browser)).status).toBe(404)
    expect((await browser.script(APP_URL, 'DELETE', '/api/session')).status).toBe(200)
  })

  it('ends that of an access token, for pages that send no cookie', async () => {
    const browser = await signedIn()
    const authorization = `Bearer ${browser.cookies.get('authorization')?.value}`
    const elsewhere = world.browser()
    const ended = await elsewhere.script(APP_URL, 'DELETE', '/api/session', { headers: { authorization }, credentials: false })
    expect([ended.status, (await proceed(browser)).status]).toEqual([200, 404])
  })
})

describe('GET /logout', () => {
  const leave = (browser: LoginBrowser, redirectUri: string, clientId = 'app_default', site: 'cross-site' | 'same-site' = 'same-site') =>
    browser.navigate(`/logout?redirect_uri=${encodeURIComponent(redirectUri)}&client_id=${clientId}`, site)

  it('ends the session, and goes where the application registered', async () => {
    const browser = await signedIn()
    const kept = new Map(browser.cookies)
    const response = await leave(browser, `${APP_URL}/goodbye?a=1`)
    expect([response.status, response.headers.get('location')]).toEqual([303, `${APP_URL}/goodbye?a=1`])
    expect(browser.cookies.has(SESSION) || browser.cookies.has('user') || browser.cookies.has('authorization')).toBe(false)
    for (const [name, cookie] of kept) browser.cookies.set(name, cookie)
    expect((await proceed(browser)).status).toBe(404)
  })

  it('ends it for a page of another site, too, whose link does not bring the cookie: by one step of its own', async () => {
    const browser = await signedIn()
    const kept = new Map(browser.cookies)
    const step = await leave(browser, `${APP_URL}/goodbye`, 'app_default', 'cross-site')
    const html = await step.text()
    const onward = /<meta http-equiv="refresh" content="0;url=([^"]+)">/.exec(html)?.[1]?.replaceAll('&#38;', '&') ?? ''
    expect([step.status, step.headers.getSetCookie()]).toEqual([200, []])
    const response = await browser.navigate(onward, 'same-origin')
    expect([response.status, response.headers.get('location')]).toEqual([303, `${APP_URL}/goodbye`])
    for (const [name, cookie] of kept) browser.cookies.set(name, cookie)
    expect((await proceed(browser)).status).toBe(404)
  })

  it('goes on where there is nothing to end', async () => {
    const response = await leave(world.browser(), `${APP_URL}/`)
    expect(response.headers.get('location')).toBe(`${APP_URL}/`)
  })

  it.each([
    ['images and scripts', { 'sec-fetch-mode': 'no-cors' }],
    ['browsers that fetch ahead what a link leads to', { 'sec-fetch-mode': 'navigate', 'sec-purpose': 'prefetch' }],
    ['browsers that show ahead what a link leads to', { 'sec-fetch-mode': 'navigate', 'sec-purpose': 'prefetch;prerender' }],
  ])('is no address for %s', async (_whom, from) => {
    const browser = await signedIn()
    const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
    const headers = { cookie, 'sec-fetch-site': 'same-site', ...from }
    const response = await world.handler(new Request(`${VAULT_URL}/logout`, { headers }), undefined)
    expect([response.status, (await proceed(browser)).status]).toEqual([403, 200])
  })
})

describe('GET /api/session/credentials', () => {
  it('answers the cookie where no token comes along', async () => {
    const browser = await signedIn()
    const response = await browser.script(APP_URL, 'GET', '/api/session/credentials', { headers: { authorization: 'null' } })
    expect(await response.json()).toMatchObject({ accessToken: expect.any(String), tokenType: expect.stringMatching(/bearer/i) })
  })

  it('does not fall back to the cookie when the token is bad', async () => {
    const browser = await signedIn()
    const headers = { authorization: 'Bearer a.b.c' }
    expect((await browser.script(APP_URL, 'GET', '/api/session/credentials', { headers })).status).toBe(401)
  })

  it('gives a live token again after the provider’s has expired', async () => {
    const browser = await signedIn()
    const tokenOf = async (): Promise<string> =>
      ((await (await browser.script(APP_URL, 'GET', '/api/session/credentials')).json()) as { accessToken: string }).accessToken
    const first = await tokenOf()
    world.advance(2 * MINUTE)
    const second = await tokenOf()
    expect(second).not.toBe(first)
    const files = await fetch(new URL('files', world.provider.apiUrl), { headers: { authorization: `Bearer ${second}` } })
    expect(files.status).toBe(200)
  })
})
