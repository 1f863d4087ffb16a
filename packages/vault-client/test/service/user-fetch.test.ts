import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiThat } from './api-that.js'
import { ALICE, BOB, failure, faultyVault, token, URL_OF_VAULT } from './faulty-vault.js'
import { type ServiceWorld, serviceWorld } from './service-world.js'

let world: ServiceWorld

beforeAll(async () => {
  world = await serviceWorld()
  await world.connect('alice')
})
afterAll(() => world.close())

const CAROL = { connectionId: 'demo', userId: 'carol' }

describe('a fetch for a user', () => {
  it('reads what is his from the provider’s API', async () => {
    const fetchForAlice = world.client().fetch(ALICE)
    const response = await fetchForAlice(new URL('me', world.provider.apiUrl))
    expect(await response.json()).toMatchObject({ sub: 'alice' })
  })

  it('asks for another token when the API refuses the one that is held, and repeats the request', async () => {
    const client = world.client()
    await world.connect('carol', 'carol')
    const fetchForCarol = client.fetch(CAROL)
    const files = () => fetchForCarol(new URL('files', world.provider.apiUrl))
    expect((await files()).status).toBe(200)
    await world.provider.revokeGrantsOf('carol')
    await world.connect('carol', 'carol')
    const before = world.requests.length
    expect((await files()).status).toBe(200)
    expect(world.requests.length - before).toBe(1)
    expect((await files()).status).toBe(200)
    expect(world.requests.length - before).toBe(1)
  })

  it('returns the API’s 401 when the vault has no other token', async () => {
    const client = world.client()
    await world.connect('bob', 'bob')
    const fetchForBob = client.fetch(BOB)
    const files = () => fetchForBob(new URL('files', world.provider.apiUrl))
    expect((await files()).status).toBe(200)
    await world.provider.revokeGrantsOf('bob')
    const before = world.requests.length
    const refusal = await files()
    expect(refusal.status).toBe(401)
    expect(await refusal.json()).toEqual({ error: 'invalid_token' })
    expect(world.requests.length - before).toBe(1)
  })

  it('throws what the vault says before anything is sent to the API', async () => {
    const api = await apiThat((_request, response) => response.end())
    const reading = world.client().fetch({ connectionId: 'demo', userId: 'nobody' })(api.url)
    await expect(reading).rejects.toMatchObject({ code: 'credential_not_found' })
    expect(api.requests).toHaveLength(0)
  })

  it('takes its signal for the vault, too', async () => {
    const { fetch, vault } = userFetch(() => new Promise(() => undefined))
    const caller = new AbortController()
    const reading = fetch('https://api.example.com/', { signal: caller.signal })
    await expect.poll(() => vault.requests.length).toBe(1)
    caller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})

describe('what the API is sent', () => {
  it.each([
    ['text', () => ({ body: 'hällo' }), 'hällo', 'text/plain;charset=UTF-8'],
    ['bytes', () => ({ body: new TextEncoder().encode('bytes') }), 'bytes', undefined],
    ['a form', () => ({ body: new URLSearchParams({ a: 'b c' }) }), 'a=b+c', 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['JSON', () => ({ body: '{}', headers: { 'content-type': 'application/json' } }), '{}', 'application/json'],
  ])('is the caller’s own, first with the one token and then with the other: %s', async (_name, init, body, type) => {
    const api = await apiThat((request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer token-1' ? 401 : 200
      response.end()
    })
    const { fetch } = userFetch((_request, n) => token(`token-${n}`))
    const asRequest = async (): Promise<Response> => fetch(new Request(api.url, { method: 'POST', ...init() }))
    for (const send of [() => fetch(api.url, { method: 'POST', ...init() }), asRequest]) {
      expect((await send()).status).toBe(200)
      const sent = api.requests.splice(0)
      expect(sent.map(({ method, headers, text }) => [method, text, headers['content-type']])).toContainEqual(['POST', body, type])
      for (const { headers, text } of sent) expect([headers['content-length'], text]).toEqual([String(Buffer.byteLength(body)), body])
    }
  })

  it('is a stream once: the 401 is returned', async () => {
    const api = await apiThat((_request, response) => response.writeHead(401).end('refused'))
    const { fetch, vault } = userFetch((_request, n) => token(`token-${n}`))
    const body = new Blob(['streamed']).stream()
    const response = await fetch(api.url, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect([response.status, await response.text()]).toEqual([401, 'refused'])
    expect(api.requests.map(({ text }) => text)).toEqual(['streamed'])
    expect(vault.requests).toHaveLength(1)
  })

  it('is repeated once: a second refusal is returned', async () => {
    const api = await apiThat((_request, response) => response.writeHead(401).end())
    const { fetch, vault } = userFetch((_request, n) => token(`token-${n}`))
    expect((await fetch(api.url)).status).toBe(401)
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2'])
    expect(vault.requests).toHaveLength(2)
  })

  it('is not repeated with the token that was refused', async () => {
    const api = await apiThat((_request, response) => response.writeHead(401).end('refused'))
    const { fetch, vault } = userFetch(() => token('the same'))
    expect(await (await fetch(api.url)).text()).toBe('refused')
    expect(api.requests).toHaveLength(1)
    expect(vault.requests).toHaveLength(2)
  })

  it('is let go of when the vault has something to say instead', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    // An answer without end, which would hold the connection.
    const api = await apiThat((_request, response) => response.on('close', resolve).writeHead(401).write('refused'))
    const vault = faultyVault((_request, n) => (n < 2 ? token('old') : failure(404, 'reauthorization_required')))
    const client = vault.client({ fetch: (input, init) => (String(input).startsWith(URL_OF_VAULT) ? vault.fetch : fetch)(input, init) })
    await expect(client.fetch(ALICE)(api.url)).rejects.toMatchObject({ code: 'reauthorization_required' })
    // Soon, not when its garbage is collected.
    await closed
  }, 3_000)

  it('costs one more reading when many are refused at once', async () => {
    const api = await apiThat((request, response) =>
      response.writeHead(request.headers.authorization === 'Bearer token-1' ? 401 : 200).end(),
    )
    const { fetch, vault } = userFetch((_request, n) => token(`token-${n}`))
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(api.url)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(vault.requests).toHaveLength(2)
  })

  it.each([
    ['bearer', 'Bearer tok'],
    ['DPoP', 'DPoP tok'],
  ])('names the token’s type %s as %s, over any header of the caller’s', async (tokenType, header) => {
    const api = await apiThat((_request, response) => response.end())
    const { fetch } = userFetch(() => Response.json({ accessToken: 'tok', tokenType }))
    await fetch(api.url, { headers: { authorization: 'Bearer mine', 'x-other': 'kept' } })
    expect(api.requests[0]?.headers).toMatchObject({ authorization: header, 'x-other': 'kept' })
  })

  it.each(['http://api.example.com/', 'http://127.0.0.2/', 'http://localhost.example.com/', 'http://notlocalhost/', 'ftp://127.0.0.1/'])(
    'does not go to %s, where others could read it',
    async (url) => {
      const { fetch, vault } = userFetch(() => token('tok'))
      await expect(fetch(url)).rejects.toMatchObject({ code: 'invalid_request' })
      expect(vault.requests).toHaveLength(0)
    },
  )
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i to another origin is followed without the token and the cookies', async (status) => {
    const other = await apiThat((_request, response) => response.end('from elsewhere'))
    const api = await apiThat((_request, response) => response.writeHead(status, { location: `${other.url}there?x=1` }).end())
    const { fetch } = userFetch(() => token('tok'))
    const response = await fetch(api.url, { headers: { cookie: 'a=b', 'x-other': 'kept' } })
    expect([response.status, await response.text(), response.url]).toEqual([200, 'from elsewhere', `${other.url}there?x=1`])
    expect(api.requests[0]?.headers).toMatchObject({ authorization: 'Bearer tok', cookie: 'a=b' })
    expect(other.requests[0]?.url).toBe('/there?x=1')
    expect(other.requests[0]?.headers).toMatchObject({ 'x-other': 'kept' })
    expect(Object.keys(other.requests[0]?.headers ?? {})).not.toContain('authorization')
    expect(Object.keys(other.requests[0]?.headers ?? {})).not.toContain('cookie')
  })

  it('back to the first origin does not bring the token back', async () => {
    const api = await apiThat((request, response) =>
      request.url === '/' ? response.writeHead(302, { location: other.url }).end() : response.end(),
    )
    const other = await apiThat((_request, response) => response.writeHead(302, { location: `${api.url}again` }).end())
    const { fetch } = userFetch(() => token('tok'))
    await fetch(api.url)
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer tok', undefined])
  })

  it('whose place refuses the token is not begun again: what the API did before it redirected is done', async () => {
    const api = await apiThat((request, response) => {
      if (request.url === '/') response.writeHead(303, { location: '/orders/1' }).end()
      else response.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401).end()
    })
    const { fetch } = userFetch((_request, times) => token(times === 1 ? 'old' : 'new'))
    expect((await fetch(api.url, { method: 'POST', body: 'an order' })).status).toBe(200)
    expect(api.requests.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ['POST', '/', 'Bearer old'],
      ['GET', '/orders/1', 'Bearer old'],
      ['GET', '/orders/1', 'Bearer new'],
    ])
  })

  it('on the same origin keeps the token', async () => {
    const api = await apiThat((request, response) =>
      request.url === '/' ? response.writeHead(302, { location: '/next' }).end() : response.end(),
    )
    const { fetch } = userFetch(() => token('tok'))
    await fetch(api.url)
    expect(api.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/', 'Bearer tok'],
      ['/next', 'Bearer tok'],
    ])
  })

  it('elsewhere that ends in 401 says nothing of the token', async () => {
    const other = await apiThat((_request, response) => response.writeHead(401).end())
    const api = await apiThat((_request, response) => response.writeHead(302, { location: other.url }).end())
    const { fetch, vault } = userFetch((_request, n) => token(`token-${n}`))
    expect((await fetch(api.url)).status).toBe(401)
    expect(vault.requests).toHaveLength(1)
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
    const api = await apiThat((request, response) =>
      request.url === '/' ? response.writeHead(status, { location: '/next' }).end() : response.end(),
    )
    const { fetch } = userFetch(() => token('tok'))
    await fetch(api.url, { method, ...(/^P/.test(method) && { body: 'text' }) })
    expect(api.requests[1]).toMatchObject({ method: nextMethod, text: nextText })
    expect('content-type' in (api.requests[1]?.headers ?? {})).toBe(nextText !== '')
  })

  it('of a stream that would have to be sent again is an error', async () => {
    const api = await apiThat((_request, response) => response.writeHead(307, { location: '/next' }).end())
    const { fetch } = userFetch(() => token('tok'))
    const sending = fetch(api.url, { method: 'POST', body: new Blob(['streamed']).stream(), duplex: 'half' } as RequestInit)
    await expect(sending).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('is left to a caller who wants to see it', async () => {
    const api = await apiThat((_request, response) => response.writeHead(302, { location: '/next' }).end())
    const { fetch } = userFetch(() => token('tok'))
    expect((await fetch(api.url, { redirect: 'manual' })).status).toBe(302)
    await expect(fetch(api.url, { redirect: 'error' })).rejects.toThrow(TypeError)
    expect(api.requests).toHaveLength(2)
  })

  it('without end is ended', async () => {
    const api = await apiThat((_request, response) => response.writeHead(302, { location: '/' }).end())
    const { fetch } = userFetch(() => token('tok'))
    await expect(fetch(api.url)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(api.requests).toHaveLength(21)
  })
})

/** A fetch for a user whose tokens come from a vault that does as it is told, and whose requests to all others go out. */
function userFetch(answer: Parameters<typeof faultyVault>[0]) {
  const vault = faultyVault(answer)
  const toVault = vault.fetch
  const fetch: typeof globalThis.fetch = (input, init) =>
    (input instanceof Request ? input.url : String(input)).startsWith(URL_OF_VAULT) ? toVault(input, init) : globalThis.fetch(input, init)
  return { vault, fetch: vault.client({ fetch }).fetch(ALICE) }
}
