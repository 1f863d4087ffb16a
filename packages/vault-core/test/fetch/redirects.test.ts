import { describe, expect, it } from 'vitest'
import { ALICE } from '../fixtures/vault-world.js'
import { API, faultyApi, redirectTo } from './faulty-api.js'

const ELSEWHERE = 'https://elsewhere.example'
const REFUSED = { code: 'invalid_request', facts: { reason: 'redirect_refused' } }

/** The API redirects once, from `/`; all else answers. */
const redirecting =
  (location: string, status = 302): Parameters<typeof faultyApi>[0] =>
  ({ url }) =>
    url.replace(/\?.*/, '') === `${API}/` ? redirectTo(location, status) : new Response('there')

const tokens = (sent: readonly { readonly url: string; readonly headers: Readonly<Record<string, string>> }[]): readonly unknown[] =>
  sent.map(({ url, headers }) => [url, headers.authorization])

describe('a redirect', () => {
  it.each(['/next', 'next', `${API}/next`, '//api.example/next'])('within the origin keeps the token: %s', async (location) => {
    const api = faultyApi(redirecting(location))
    const vault = await api.connected()
    const response = await vault.fetch(ALICE, API, { headers: { cookie: 'a=b' } })
    expect([response.redirected, await response.text()]).toEqual([true, 'there'])
    expect(tokens(api.sent)).toEqual([
      [`${API}/`, 'Bearer canary-access-1'],
      [`${API}/next`, 'Bearer canary-access-1'],
    ])
    expect(api.sent[1]?.headers.cookie).toBe('a=b')
  })

  it('is shown to an instrumentation without its query, in which an API may write a key to what it leads to', async () => {
    const urls: string[] = []
    const api = faultyApi(redirecting(`${ELSEWHERE}/there?X-Amz-Signature=canary-of-the-store`))
    const vault = await api.connected({
      instrumentation: {
        measure(work, run) {
          if (work.name === 'request' && work.purpose === 'api') urls.push(work.url)
          return run(() => undefined)
        },
      },
    })
    expect(await (await vault.fetch(ALICE, `${API}/?page=2`)).text()).toBe('there')
    expect(api.sent.at(-1)?.url).toBe(`${ELSEWHERE}/there?X-Amz-Signature=canary-of-the-store`)
    expect(urls).toEqual([`${API}/?page=2`, `${ELSEWHERE}/there`])
  })

  it('to another API origin keeps the token, and not what the caller sent to the first alone', async () => {
    const api = faultyApi(redirecting('https://files.example/x'), { apiOrigins: [API, 'https://files.example'] })
    const vault = await api.connected()
    await vault.fetch(ALICE, API, { headers: { cookie: 'a=b', 'x-other': 'kept' } })
    expect(tokens(api.sent).at(-1)).toEqual(['https://files.example/x', 'Bearer canary-access-1'])
    expect(api.sent[1]?.headers).toMatchObject({ 'x-other': 'kept' })
    expect(api.sent[1]?.headers.cookie).toBeUndefined()
  })

  it.each([301, 302, 303, 307, 308])('%i to elsewhere is followed without the token and what else is private', async (status) => {
    const api = faultyApi(redirecting(`${ELSEWHERE}/there?x=1`, status), { apiTokenHeader: { name: 'x-token' } })
    const vault = await api.connected()
    const headers = { cookie: 'a=b', authorization: 'Basic abc', 'x-token': 'of the caller', 'x-other': 'kept' }
    const response = await vault.fetch(ALICE, API, { headers })
    expect(await response.text()).toBe('there')
    expect(api.sent[0]?.headers).toMatchObject({ 'x-token': 'canary-access-1', cookie: 'a=b', authorization: 'Basic abc' })
    expect(api.sent[1]).toMatchObject({ url: `${ELSEWHERE}/there?x=1`, headers: { 'x-other': 'kept' }, isGuarded: true })
    expect(Object.keys(api.sent[1]?.headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/token|cookie|authorization/)]),
    )
  })

  it.each<[string, Response]>([
    ['another token', new Response(null, { status: 401 })],
    ['more time', new Response(null, { status: 429, headers: { 'retry-after': '0' } })],
  ])('whose place wants %s is not begun again: what the API did before it redirected is done', async (_what, refusal) => {
    const api = faultyApi(({ url }, times) =>
      url.replace(/\?.*/, '') === `${API}/` ? redirectTo('/orders/1', 303) : times === 2 ? refusal : new Response('there'),
    )
    const vault = await api.connected()
    await api.clock.advance(60_000)
    const answer = vault.fetch({ ...ALICE, retry: { maxWaitMs: 5_000 } }, API, { method: 'POST', body: 'an order' })
    await api.clock.advance(5_000)
    const response = await answer
    expect([response.status, response.redirected]).toEqual([200, true])
    expect(api.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${API}/`, `GET ${API}/orders/1`, `GET ${API}/orders/1`])
  })

  it('back from elsewhere does not bring the token back', async () => {
    const api = faultyApi(({ url }) =>
      url === `${API}/`
        ? redirectTo(`${ELSEWHERE}/`)
        : url === `${ELSEWHERE}/`
          ? redirectTo(`${API}/transfer?all=1`)
          : new Response('there'),
    )
    const vault = await api.connected()
    await vault.fetch(ALICE, API)
    expect(tokens(api.sent)).toEqual([
      [`${API}/`, 'Bearer canary-access-1'],
      [`${ELSEWHERE}/`, undefined],
      [`${API}/transfer?all=1`, undefined],
    ])
  })

  it('to elsewhere that ends in 401 says nothing of the token', async () => {
    const api = faultyApi(({ url }) => (url === `${API}/` ? redirectTo(ELSEWHERE) : new Response(null, { status: 401 })))
    const vault = await api.connected()
    await api.clock.advance(60_000)
    expect((await vault.fetch(ALICE, API)).status).toBe(401)
    expect([api.sent.length, api.provider.refreshes()]).toEqual([2, 0])
  })

  it.each([
    'http://elsewhere.example/',
    'http://api.example/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0/',
    'https://user:password@elsewhere.example/',
    'ftp://elsewhere.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:alert(1)',
  ])('to %s is refused', async (location) => {
    const api = faultyApi(redirecting(location))
    const vault = await api.connected()
    await expect(vault.fetch(ALICE, API)).rejects.toMatchObject(REFUSED)
    expect(api.sent).toHaveLength(1)
  })

  it.each([
    ['a POST', 302, 'POST', 'GET', ''],
    ['a POST', 303, 'POST', 'GET', ''],
    ['a PUT', 303, 'PUT', 'GET', ''],
    ['a DELETE without a body', 307, 'DELETE', 'DELETE', ''],
    ['a HEAD', 303, 'HEAD', 'HEAD', ''],
    ['a PUT', 302, 'PUT', 'PUT', 'text'],
    ['a POST', 307, 'POST', 'POST', 'text'],
    ['a POST', 308, 'POST', 'POST', 'text'],
  ])('of %s by %i follows as the fetch standard says', async (_name, status, method, nextMethod, nextText) => {
    const api = faultyApi(redirecting('/next', status))
    const vault = await api.connected()
    const headers = { 'content-type': 'text/plain' }
    await vault.fetch(ALICE, API, { method, ...(/^P/.test(method) && { body: 'text', headers }) })
    expect(api.sent[1]).toMatchObject({ method: nextMethod, body: nextText })
    expect('content-type' in (api.sent[1]?.headers ?? {})).toBe(nextText !== '')
  })

  it('that wants the body is refused for a stream, and to elsewhere', async () => {
    const within = faultyApi(redirecting('/next', 307))
    const stream = { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' } as RequestInit
    await expect((await within.connected()).fetch(ALICE, API, stream)).rejects.toMatchObject(REFUSED)
    const beyond = faultyApi(redirecting(ELSEWHERE, 307))
    await expect((await beyond.connected()).fetch(ALICE, API, { method: 'POST', body: 'private' })).rejects.toMatchObject(REFUSED)
    expect([within.sent.length, beyond.sent.length]).toEqual([1, 1])
  })

  it('without end is ended after five', async () => {
    const api = faultyApi(() => redirectTo('/'))
    const vault = await api.connected()
    await expect(vault.fetch(ALICE, API)).rejects.toMatchObject(REFUSED)
    expect(api.sent).toHaveLength(6)
  })

  it('is left to a caller who wants to see it', async () => {
    const api = faultyApi(redirecting('/next'))
    const vault = await api.connected()
    expect((await vault.fetch(ALICE, API, { redirect: 'manual' })).status).toBe(302)
    expect(api.sent).toHaveLength(1)
  })

  it('without a place to go to is an answer', async () => {
    const api = faultyApi(() => new Response('choose', { status: 300, headers: { location: '/a' } }))
    const vault = await api.connected()
    expect(await (await vault.fetch(ALICE, API)).text()).toBe('choose')
  })
})

describe('which `fetch` is used', () => {
  it.each<[string, Parameters<typeof faultyApi>[1], string, boolean]>([
    ['an origin on the internet', {}, API, true],
    ['loopback that the code declares', { apiOrigins: ['http://127.0.0.1:9'] }, 'http://127.0.0.1:9', false],
    ['an API in a private network', { apiOrigins: ['https://10.0.0.5'], apiAllowPrivateAddresses: true }, 'https://10.0.0.5', false],
  ])('%s', async (_what, overrides, url, isGuarded) => {
    const api = faultyApi(undefined, overrides)
    const vault = await api.connected()
    await vault.fetch(ALICE, url)
    expect(api.sent.map((sent) => sent.isGuarded)).toEqual([isGuarded])
  })

  it('for a connection in the store it is the guarded one, whatever stands there', async () => {
    const api = faultyApi()
    const vault = await api.connected()
    const { connectionId: _id, ...rest } = api.connection
    await vault.connections.create({ ...rest, connectionId: 'stored', apiOrigins: ['http://127.0.0.1:9'] })
    const redirectUri = 'https://app.example/callback'
    const flow = await vault.authorization.start({ connectionId: 'stored', userId: 'alice', redirectUri })
    await vault.authorization.complete({ callbackUrl: `${redirectUri}?code=c&state=${flow.state}`, flowBinding: flow.flowBinding })
    await vault.fetch({ connectionId: 'stored', userId: 'alice' }, 'http://127.0.0.1:9/')
    expect(api.sent.map(({ isGuarded }) => isGuarded)).toEqual([true])
  })

  it('what that refuses is told, with what to do', async () => {
    const api = faultyApi(() => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ERR_ADDRESS_NOT_PUBLIC' }) })
    })
    const vault = await api.connected()
    await expect(vault.fetch(ALICE, API)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('apiAllowPrivateAddresses'),
      facts: { reason: 'address_not_public' },
    })
  })

  it('what else fails is what `fetch` throws', async () => {
    const failure = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })
    const api = faultyApi(() => {
      throw failure
    })
    const vault = await api.connected()
    await expect(vault.fetch(ALICE, API)).rejects.toBe(failure)
  })
})
