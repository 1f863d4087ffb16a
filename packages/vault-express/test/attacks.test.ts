import { inspect } from 'node:util'
import { consentByHttp } from '@holdfast/demo-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppWorld, appWorld, type Browser } from './fixtures/app-world.js'

// What somebody tries who wants another's account connected to his own, or his own to another's.
let world: AppWorld

beforeAll(async () => {
  world = await appWorld()
})
afterAll(() => world.close())

const tokenRequests = (): number => world.provider.tokenRequests.length

async function begin(browser: Browser, path = '/connect/demo'): Promise<string> {
  const started = await browser(path)
  expect(started.status).toBe(303)
  return started.headers.get('location') ?? ''
}

const consent = async (browser: Browser, path?: string): Promise<string> => consentByHttp(await begin(browser, path))

/** The answer to a callback that must change nothing. */
async function expectRefused(answer: Promise<Response>, userId: string): Promise<Response> {
  const before = tokenRequests()
  const response = await answer
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(tokenRequests()).toBe(before)
  await expect(world.vault.getCredentials({ connectionId: 'demo', userId })).rejects.toMatchObject({ code: 'credential_not_found' })
  return response
}

describe('a callback', () => {
  it('whose flow was begun in another browser is refused, and the provider is not asked', async () => {
    const callbackUrl = await consent(world.browser('mallory'))
    const answer = await expectRefused(world.browser('victim')(callbackUrl), 'victim')
    expect(await answer.text()).toContain('no longer good')
  })

  it('whose flow was begun in another browser, by the same user, is refused too', async () => {
    await expectRefused(world.browser('twice')(await consent(world.browser('twice'))), 'twice')
  })

  it('with a flow cookie of another flow is refused', async () => {
    const browser = world.browser('dora')
    const callbackUrl = await consent(world.browser('mallory'))
    await begin(browser)
    await expectRefused(browser(callbackUrl), 'dora')
  })

  it('while another user is signed in is refused', async () => {
    const started = await world.browser('eve')('/connect/demo')
    const cookie = started.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const callbackUrl = await consentByHttp(started.headers.get('location') ?? '')
    await expectRefused(world.browser('frank')(callbackUrl, { headers: { cookie } }), 'frank')
  })

  it('is good once: a replay is refused', async () => {
    const browser = world.browser('grace')
    const started = await browser('/connect/demo')
    const cookie = started.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const callbackUrl = await consentByHttp(started.headers.get('location') ?? '')
    expect((await browser(callbackUrl)).status).toBe(200)
    const before = tokenRequests()
    expect((await browser(callbackUrl, { headers: { cookie } })).status).toBe(400)
    expect(tokenRequests()).toBe(before)
  })

  it('repeated 50 times at once leads to one token request', async () => {
    const started = await world.browser('heidi')('/connect/demo')
    const cookie = started.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const callbackUrl = await consentByHttp(started.headers.get('location') ?? '')
    const before = tokenRequests()
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.browser('heidi')(callbackUrl, { headers: { cookie } })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(tokenRequests() - before).toBe(1)
  })

  it.each([
    ['names another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['names the issuer with a slash behind it', (url: URL) => url.searchParams.set('iss', `${world.provider.issuer}/`)],
    ['names no issuer, though the provider always does', (url: URL) => url.searchParams.delete('iss')],
    ['has no code', (url: URL) => url.searchParams.delete('code')],
    ['has the code twice', (url: URL) => url.searchParams.append('code', 'another')],
    ['has no state', (url: URL) => url.searchParams.delete('state')],
    ['has another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['has the state twice', (url: URL) => url.searchParams.append('state', 'x'.repeat(43))],
    ['comes to another connection', (url: URL) => Object.assign(url, { pathname: '/connect/other/callback' })],
  ])('that %s is refused', async (_name, change) => {
    const browser = world.browser('ivan')
    const url = new URL(await consent(browser))
    change(url)
    await expectRefused(browser(url.href), 'ivan')
  })

  it('with a code that was made up stores nothing', async () => {
    const browser = world.browser('judy')
    const url = new URL(await consent(browser))
    url.searchParams.set('code', 'made-up')
    expect((await browser(url.href)).status).toBe(400)
    await expect(world.vault.getCredentials({ connectionId: 'demo', userId: 'judy' })).rejects.toMatchObject({
      code: 'credential_not_found',
    })
  })

  it('that says no goes back to where the user wanted to go, with the code of the refusal', async () => {
    const browser = world.browser('kim')
    const url = await consentByHttp(await begin(browser, '/connect/demo?return_to=/settings%3Ftab%3D2'), { deny: true })
    const answer = await browser(url)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`${world.origin}/settings?tab=2&connect_error=authorization_denied`)
  })

  it('that fails tells the log why, and not where the user wanted to go or what the application gave along', async () => {
    const { authorizationUrl, flowBinding, state } = await world.vault.authorization.start({
      connectionId: 'demo',
      userId: 'nils',
      redirectUri: `${world.origin}/connect/demo/callback`,
      returnTo: `${world.origin}/invites?key=canary-return`,
      context: 'canary-context',
    })
    const logged = world.logLines.length
    const url = await consentByHttp(authorizationUrl, { deny: true })
    const answer = await world.browser('nils')(url, { headers: { cookie: `hf_tx_${state.slice(0, 12)}=${flowBinding}` } })
    expect(answer.headers.get('location')).toBe(`${world.origin}/invites?key=canary-return&connect_error=authorization_denied`)
    const lines = inspect(world.logLines.slice(logged), { depth: 9 })
    expect(lines).toContain("code: 'authorization_denied'")
    expect(lines).toContain("connectionId: 'demo'")
    expect(lines).not.toContain('canary')
  })

  it('that succeeds leads to a clean address, with headers that keep the code to itself', async () => {
    const browser = world.browser('leo')
    const answer = await browser(await consent(browser, '/connect/demo?return_to=/settings'))
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`${world.origin}/settings`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.getSetCookie().join()).toContain('Max-Age=0')
  })

  it('is answered with a page that loads and runs nothing', async () => {
    const browser = world.browser('mia')
    const answer = await browser(await consent(browser))
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.text()).not.toMatch(/<script|src=|href=/)
  })
})

describe('a flow', () => {
  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', 'http://127.0.0.1:1/x'])(
    'is not begun for a target outside the allow-list: %s',
    async (target) => {
      const answer = await world.browser('nina')(`/connect/demo?return_to=${encodeURIComponent(target)}`)
      expect(answer.status).toBe(400)
      expect(answer.headers.get('location')).toBeNull()
      expect(answer.headers.getSetCookie()).toEqual([])
    },
  )

  it('that another site wants to begin is not begun: a page asks first', async () => {
    const answer = await world.browser('olga')('/connect/demo?return_to=/x', {
      headers: { 'sec-fetch-site': 'cross-site', accept: 'text/html' },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await answer.text()).toContain('<form method="post" action="/connect/demo?return_to=/x"')
  })

  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['from another origin, by an old browser', { origin: 'https://evil.example' }],
    ['with an opaque origin', { origin: 'null' }],
    ['without any origin', {}],
  ])('is not begun by a POST %s', async (_name, headers: Record<string, string>) => {
    const answer = await world.browser('pia')('/connect/demo', { method: 'POST', headers })
    expect(answer.status).toBe(403)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it.each([
    ['fetch metadata', { 'sec-fetch-site': 'same-origin' }],
    ['the origin', { origin: '' }],
  ])('is begun by the application’s own POST, told by %s', async (_name, headers: Record<string, string>) => {
    const own = 'origin' in headers ? { origin: world.origin } : headers
    expect((await world.browser('quin')('/connect/demo', { method: 'POST', headers: own })).status).toBe(303)
  })

  it('needs a signed-in user', async () => {
    const page = await world.browser()('/connect/demo', { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8'])
    const json = await world.browser()('/connect/demo')
    expect([json.status, await json.json()]).toMatchObject([401, { errorCode: 'unauthenticated' }])
  })

  it('of a user who would pass for a service client is not begun', async () => {
    const answer = await world.browser('sc_admin')('/connect/demo')
    expect(answer.status).toBe(424)
    expect(await answer.text()).not.toContain('sc_admin')
  })

  it('binds the browser with a cookie that scripts and other sites do not get', async () => {
    const [cookie = ''] = (await world.browser('rosa')('/connect/demo')).headers.getSetCookie()
    expect(cookie).toMatch(/^hf_tx_[\w-]{12}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/)
  })

  it('drops the cookie of an old one when a browser begins more than five', async () => {
    const browser = world.browser('sam')
    for (let n = 0; n < 5; n++) expect((await browser('/connect/demo')).headers.getSetCookie()).toHaveLength(1)
    const [dropped, added] = (await browser('/connect/demo')).headers.getSetCookie()
    expect(dropped).toContain('Max-Age=0')
    expect(added).toContain('Max-Age=600')
  })

  it('keeps its address free of all but what the protocol needs', async () => {
    const url = new URL(await begin(world.browser('tom')))
    expect([...url.searchParams.keys()].sort()).toEqual(
      ['client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'prompt', 'redirect_uri', 'response_type', 'scope', 'state'].sort(),
    )
  })
})

describe('the log', () => {
  it('holds no code, state, cookie or token of all this', async () => {
    const text = JSON.stringify(world.logLines)
    expect(world.logLines.length).toBeGreaterThan(5)
    expect(text).not.toMatch(/code=|state=|hf_tx_|[?&]iss=/)
    expect(text).not.toContain(world.provider.clientSecret)
  })
})
