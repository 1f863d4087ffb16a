import { consentByHttp } from '@holdfast/demo-provider'
import { afterEach, describe, expect, it } from 'vitest'
import type { RateLimitRequest } from '../../src/index.js'
import type { LoginBrowser } from './login-browser.js'
import { APP, APP_URL, type LoginWorld, type LoginWorldOptions, loginWorld, VAULT_URL } from './login-world.js'

let world: LoginWorld | undefined
afterEach(() => world?.close())

const worldOf = async (options: LoginWorldOptions): Promise<LoginWorld> => {
  world = await loginWorld(options)
  return world
}

describe('the host’s own users', () => {
  it('connect accounts as they do without a login', async () => {
    const { handler, vault, browser: newBrowser } = await worldOf({ handler: { identify: () => 'host-user' } })
    const browser = newBrowser()
    const connect = async (path: string, deny = false): Promise<Response> => {
      const onward = await browser.navigate(path, 'same-origin')
      return browser.navigate(await consentByHttp(onward.headers.get('location') ?? '', { deny }))
    }
    const done = await connect('/connect/demo')
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('The account is connected')])
    expect((await connect('/connect/demo?return_to=/files')).headers.get('location')).toBe(`${VAULT_URL}/files`)
    const denied = await connect('/connect/demo?return_to=/files', true)
    expect(denied.headers.get('location')).toBe(`${VAULT_URL}/files?connect_error=authorization_denied`)
    const { items } = await vault.listCredentials()
    expect(items.map(({ userId, connectionId }) => [userId, connectionId])).toEqual([['host-user', 'demo']])
    expect(browser.cookies.has('__Host-holdfast-session_app_default')).toBe(false)
    const stale = await handler(new Request(`${VAULT_URL}/connect/demo/callback?state=x&code=y`), undefined)
    expect(await stale.text()).toContain('This link is no longer good')
  })

  it('are those that sign in, where the host says so, and what they connected before stays theirs', async () => {
    const here = await worldOf({
      login: { resolveUser: ({ providerUserId }) => `host-${providerUserId}` },
      handler: { identify: () => 'host-alice' },
    })
    const connecting = here.browser()
    const onward = await connecting.navigate('/connect/demo', 'same-origin')
    await connecting.navigate(await consentByHttp(onward.headers.get('location') ?? ''))
    const before = await here.vault.listCredentials()
    expect(before.items.map(({ userId }) => userId)).toEqual(['host-alice'])
    const { page, asked } = await here.signIn(here.browser(), { body: { flowType: 'code', responseLocation: 'query' } })
    const redeemed = await here.redeem(here.browser(), asked, page.searchParams.get('code') ?? '')
    const { access_token } = (await redeemed.json()) as { access_token: string }
    expect((await here.login.tokens.verify(access_token))?.userId).toBe('host-alice')
    const { items } = await here.vault.listCredentials()
    expect(items.map(({ userId, connectionId }) => [userId, connectionId])).toEqual([['host-alice', 'demo']])
  })

  it('cannot be signed in by a flow that the host began for itself', async () => {
    const here = await worldOf({})
    const { authorizationUrl, flowBinding, state } = await here.vault.authorization.start({
      connectionId: 'demo',
      redirectUri: `${VAULT_URL}/connect/demo/callback`,
      context: JSON.stringify({ mine: true }),
    })
    const callbackUrl = await consentByHttp(authorizationUrl)
    const cookie = `__Host-hf_tx_${state.slice(0, 12)}=${flowBinding}`
    const response = await here.handler(new Request(callbackUrl, { headers: { cookie } }), undefined)
    expect([response.status, response.headers.get('location'), (await here.vault.listCredentials()).items]).toEqual([400, null, []])
  })
})

describe('rate limits', () => {
  const asked: RateLimitRequest[] = []
  const limited = (allowed: boolean): LoginWorldOptions => ({
    handler: {
      rateLimit: (request) => {
        asked.push(request)
        return allowed ? { allowed } : { allowed, retryAfterMs: 5_000 }
      },
      clientAddress: () => '203.0.113.9',
    },
  })
  const keysOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    asked.length = 0
    await work()
    return asked.map(({ key, route }) => `${key} ${route}`)
  }

  it('count those who prove nothing by their address, and whoever is signed in by his id', async () => {
    const here = await worldOf(limited(true))
    const browser = here.browser()
    const script = (of: LoginBrowser, method: string, path: string): Promise<Response> =>
      of.script(APP_URL, method, path, method === 'PATCH' ? { body: {} } : {})
    const stranger = 'address:203.0.113.9'
    expect(await keysOf(() => here.signIn(browser))).toEqual([
      `${stranger} POST /api/authentication`,
      `${stranger} GET /login`,
      `${stranger} GET /connect/{connectionId}/callback`,
    ])
    expect(await keysOf(() => script(browser, 'PATCH', '/api/session'))).toEqual([])
    expect(await keysOf(() => script(browser, 'GET', '/api/session/profile'))).toEqual([
      expect.stringMatching(/^user:usr_\S+ GET \/api\/session\/profile$/),
    ])
    expect(await keysOf(() => script(here.browser(), 'PATCH', '/api/session'))).toEqual([`${stranger} PATCH /api/session`])
    expect(await keysOf(() => script(here.browser(), 'DELETE', '/api/session'))).toEqual([`${stranger} DELETE /api/session`])
    expect(await keysOf(() => script(here.browser(), 'GET', '/api/session/credentials'))).toEqual([
      `${stranger} GET /api/session/credentials`,
    ])
    expect(await keysOf(() => here.browser().navigate('/logout'))).toEqual([`${stranger} GET /logout`])
    expect(await keysOf(() => here.browser().submit('/login', {}))).toEqual([`${stranger} POST /login`])
    expect(await keysOf(() => script(here.browser(), 'GET', '/api/session/devices'))).toEqual([`${stranger} GET /api/session/devices`])
    const tokens = `/api/authentication/x/tokens`
    const body = { grant_type: 'authorization_code', client_id: APP, redirect_uri: APP_URL, code: 'x', code_verifier: 'x' }
    expect(await keysOf(() => here.browser().script(APP_URL, 'POST', tokens, { body }))).toEqual([
      `${stranger} POST /api/authentication/{requestId}/tokens`,
    ])
  })

  it('are told as JSON to scripts, and on a page to people', async () => {
    const here = await worldOf(limited(false))
    const { response, answer } = await here.authenticate(here.browser())
    expect([response.status, answer.errorCode, response.headers.get('retry-after')]).toEqual([429, 'rate_limited', '5'])
    for (const path of ['/login?request=x', '/logout', '/connect/demo/callback?state=x&code=x']) {
      const page = await here.browser().navigate(path)
      const found = [page.status, page.headers.get('retry-after'), await page.text()]
      expect(found, path).toEqual([429, '5', expect.stringContaining('There were too many attempts')])
    }
  })
})
