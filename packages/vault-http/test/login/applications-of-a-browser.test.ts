import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LoginBrowser } from './login-browser.js'
import { APP, APP_URL, type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

const WIKI_URL = 'https://wiki.example.com'
const WIKI = 'team:wiki'
const MINUTE = 60_000

let world: LoginWorld
beforeEach(async () => {
  world = await loginWorld({
    applications: [
      { applicationId: APP, redirectUrls: [`${APP_URL}/`] },
      { applicationId: WIKI, name: 'Wiki', redirectUrls: [`${WIKI_URL}/`] },
    ],
  })
})
afterEach(() => world.close())

const signIn = (browser: LoginBrowser, origin: string, applicationId: string, as = 'alice') =>
  world.signIn(browser, { origin, as, body: { applicationId, redirectUrl: `${origin}/home`, flowType: 'code' } })
const proceed = (browser: LoginBrowser, origin: string) => browser.script(origin, 'PATCH', '/api/session', { body: {} })
const tokensOf = async (response: Response): Promise<{ access_token: string }> => response.json()

/** Both, in this order. */
const signedInToBoth = async (users: readonly [string, string] = ['alice', 'alice']): Promise<LoginBrowser> => {
  const browser = world.browser()
  await signIn(browser, APP_URL, APP, users[0])
  await signIn(browser, WIKI_URL, WIKI, users[1])
  return browser
}

describe('a browser that is signed in to two applications', () => {
  it('stays signed in to both, as often as each page continues its session', async () => {
    const browser = await signedInToBoth()
    for (const round of [1, 2, 3]) {
      for (const [origin, client] of [
        [APP_URL, APP],
        [WIKI_URL, WIKI],
      ] as const) {
        const response = await proceed(browser, origin)
        expect([response.status, decodeJwt((await tokensOf(response)).access_token)['client_id']], `round ${round}`).toEqual([200, client])
      }
      world.advance(2 * MINUTE)
    }
  })

  it('answers each page about the user who is signed in there', async () => {
    const browser = await signedInToBoth(['alice', 'bob'])
    const nameFor = async (origin: string) => (await (await browser.script(origin, 'GET', '/api/session/profile')).json()).name
    expect([await nameFor(APP_URL), await nameFor(WIKI_URL)]).toEqual(['Alice Alvarez', 'Bob Brandt'])
  })

  it.each([
    ['DELETE /api/session', (browser: LoginBrowser) => browser.script(WIKI_URL, 'DELETE', '/api/session')],
    ['GET /logout', (browser: LoginBrowser) => browser.navigate(`/logout?client_id=${WIKI}`, 'same-site')],
  ])('is signed out of both by %s, so that neither signs it in again unasked', async (_name, signOut) => {
    const browser = await signedInToBoth()
    const kept = new Map(browser.cookies)
    const issued = await Promise.all([APP_URL, WIKI_URL].map(async (origin) => tokensOf(await proceed(browser, origin))))
    expect((await signOut(browser)).status).toBe(200)
    expect([...browser.cookies.keys()].filter((name) => name.includes('session'))).toEqual([])
    for (const { access_token } of issued) expect(await world.login.tokens.verify(access_token)).toBeUndefined()
    for (const [name, cookie] of kept) browser.cookies.set(name, cookie)
    for (const origin of [APP_URL, WIKI_URL]) expect((await proceed(browser, origin)).status).toBe(404)
  })

  it('links an account to the user of the application that asks, and to nobody else’s', async () => {
    const browser = await signedInToBoth(['alice', 'bob'])
    const link = async (origin: string, applicationId: string) => {
      const body = { applicationId, redirectUrl: `${origin}/`, connectionId: 'other', linkIdentity: true }
      const { answer } = await world.authenticate(browser, { origin, body })
      return answer.authenticationUrl as string
    }
    const [ofAlice, ofBob] = [await link(APP_URL, APP), await link(WIKI_URL, WIKI)]
    for (const url of [ofAlice, ofBob])
      expect((await browser.navigate(url, 'same-site')).headers.get('location')).toContain(world.otherProvider.issuer)
    // Bob alone is signed in there: a link of Alice’s is not followed, though she is in this browser, too.
    const wiki = world.browser()
    for (const [name, cookie] of browser.cookies) if (!name.endsWith(APP)) wiki.cookies.set(name, cookie)
    expect((await wiki.navigate(ofAlice, 'same-site')).status).toBe(403)
  })

  it('is looked up for those alone that are registered, whatever cookies it makes up', async () => {
    const browser = await signedInToBoth()
    const shown = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`)
    const madeUp = shown.flatMap((pair) => [1, 2, 3].map((number) => pair.replace('session_', `session_made_up_${number}_`)))
    const find = vi.spyOn(world.login.sessions, 'find')
    const headers = { cookie: [...shown, ...madeUp].join('; '), origin: WIKI_URL, 'content-type': 'application/json' }
    const response = await world.handler(new Request(`${VAULT_URL}/api/session`, { method: 'PATCH', headers, body: '{}' }), undefined)
    expect([response.status, find.mock.calls.length]).toEqual([200, 2])
  })
})
