import { gzipSync } from 'node:zlib'
import { ServiceClientTokenProvider } from '@authress/sdk'
import express from 'express'
import express4 from 'express4'
import { afterEach, describe, expect, it } from 'vitest'
import { vaultRouter } from '../../src/index.js'
import { type AppWorld, appWorld } from '../fixtures/app-world.js'
import { CREDENTIALS_OF_ALL, type ProxyWorld, proxyWorld, recorder } from './proxy-world.js'

let open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const world of open) await world.close()
  open = []
})
const kept = <W extends { close(): Promise<void> }>(world: W): W => {
  open.push(world)
  return world
}
const start = async (...args: Parameters<typeof proxyWorld>): Promise<ProxyWorld> => kept(await proxyWorld(...args))

const json = async (response: Response): Promise<Record<string, unknown>> => (await response.json()) as Record<string, unknown>

describe('a service client with the published SDK’s token', () => {
  let world: AppWorld
  async function demoWorld(methods: readonly 'GET'[] = ['GET']): Promise<string> {
    world = kept(
      await appWorld({
        connection: ({ issuer }) => ({ apiOrigins: [issuer] }),
        build: (app, parts) => app.use(vaultRouter({ ...parts, proxy: { connections: { demo: { methods } } } })),
      }),
    )
    await world.connect('alice')
    const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
    const { accessKey } = await world.vault.serviceClients.createAccessKey(clientId)
    const statements = [{ roles: ['Authress:ApiCaller'], resources: [{ resourceUri: CREDENTIALS_OF_ALL.replace('Vault:', 'Authress:') }] }]
    await world.vault.accessRecords.create({ name: 'calls', users: [{ userId: clientId }], statements })
    return `Bearer ${await new ServiceClientTokenProvider(accessKey, world.origin).getToken()}`
  }

  it('calls the real provider’s API for a user who is not there, and never sees his token', async () => {
    const authorization = await demoWorld()
    const response = await fetch(`${world.origin}/v1/connections/demo/users/alice/proxy/api/files`, { headers: { authorization } })
    expect(response.status).toBe(200)
    expect(response.headers.get('holdfast-answered-by')).toBe('api')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ files: expect.any(Array) })
    const { accessToken } = await world.vault.getCredentials({ connectionId: 'demo', userId: 'alice' })
    expect(text + JSON.stringify([...response.headers])).not.toContain(accessToken)
    expect(world.events.filter(({ type }) => type === 'accessed')).toMatchObject([{ actor: { kind: 'service_client' } }, {}])
    // The same right reads no token.
    const credentials = await fetch(`${world.origin}/v1/connections/demo/users/alice/credentials`, { headers: { authorization } })
    expect(credentials.status).toBe(403)
  })

  it('gets the API’s own answers, and can tell them from the vault’s', async () => {
    const authorization = await demoWorld()
    const ask = (path: string): Promise<Response> =>
      fetch(`${world.origin}/v1/connections/demo/users/${path}`, { headers: { authorization } })
    const unknown = await ask('alice/proxy/api/nothing')
    expect([unknown.status, unknown.headers.get('holdfast-answered-by'), await unknown.json()]).toEqual([
      404,
      'api',
      { error: 'not_found' },
    ])
    const nobody = await ask('nobody/proxy/api/files')
    expect([nobody.status, nobody.headers.get('holdfast-answered-by')]).toEqual([404, null])
    expect(await nobody.json()).toMatchObject({ errorCode: 'credential_not_found' })
  })
})

describe('what the API gets', () => {
  it('is method, path, query and body as they came', async () => {
    const api = recorder()
    const world = await start(api.listener)
    const path = '/v1/a%2Fb/c;d=1/~x/(y)/%E5%90%8D/e:f@g/?q=a%26b&q=%2F..%2F&empty=&r=[1]'
    await world.call(path, { method: 'PATCH', body: '{"a":1}', headers: { 'content-type': 'application/json' } })
    await world.call('/', { method: 'DELETE' })
    await world.call('/no-query?')
    expect((await world.call('/head', { method: 'HEAD' })).status).toBe(200)
    expect(api.seen.map(({ method, url, text }) => [method, url, text])).toEqual([
      ['PATCH', path, '{"a":1}'],
      ['DELETE', '/', ''],
      ['GET', '/no-query', ''],
      ['HEAD', '/head', ''],
    ])
    expect(api.seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '7' })
    // Each is a use of the credential, and none a change of the vault.
    expect(world.events.filter(({ type }) => type === 'accessed')).toHaveLength(4)
    expect(world.events.filter(({ type }) => type === 'administered')).toEqual([])
  })

  it('is the headers that every API knows, and those that the operator named, and no others', async () => {
    const api = recorder()
    const world = await start(api.listener, { proxied: { headers: ['X-Api-Version'] } })
    const passed = {
      accept: 'text/x',
      'accept-language': 'da',
      'if-none-match': '"e"',
      range: 'bytes=0-1',
      'idempotency-key': 'k',
      prefer: 'return=minimal',
      'user-agent': 'job/1',
      'x-api-version': '7',
    }
    const dropped = {
      cookie: 'session=1',
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-http-method-override': 'DELETE',
      'x-real-ip': '10.0.0.1',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
      'x-other': '1',
      referer: 'https://inside.example/secret',
      origin: 'https://evil.example',
      'holdfast-account-id': 'default',
    }
    const response = await world.call('/x', { headers: { ...passed, ...dropped } })
    expect(response.status).toBe(200)
    const got = api.seen[0]?.headers ?? {}
    expect(got).toMatchObject(passed)
    expect(got.host).toBe(new URL(world.api.origin).host)
    const { accessToken } = await world.vault.getCredentials({ connectionId: 'demo', userId: 'alice' })
    expect(got.authorization).toBe(`Bearer ${accessToken}`)
    for (const name of Object.keys(dropped)) expect(got, name).not.toHaveProperty(name)
  })

  it.each<[string, typeof express, readonly express.RequestHandler[]]>([
    ['nobody has read, on Express 5', express, []],
    ['nobody has read, on Express 4', express4 as unknown as typeof express, []],
    ['express.json() has read', express, [express.json()]],
    ['express.raw() has read', express, [express.raw({ type: '*/*' })]],
  ])('is a whole body that %s, with its length', async (_what, createApp, parsers) => {
    const api = recorder()
    const world = await start(api.listener, {
      createApp,
      before: (app) => {
        for (const parser of parsers) app.use(parser)
      },
    })
    const body = JSON.stringify({ name: 'Læser 名前' })
    await world.call('/x', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect(api.seen.map(({ text, headers }) => [Buffer.from(text, 'latin1').toString(), headers['content-length']])).toEqual([
      [body, String(Buffer.byteLength(body))],
    ])
  })

  it('is sent again with another token when it refuses the one, if the body is small', async () => {
    let refusals = 0
    const api = recorder((_request, response, text) => {
      if (text !== '' && refusals++ === 0) response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end('refused')
      else response.end('fine')
    })
    // The real provider, whose tokens of a minute ago are old: another may be asked for.
    let aheadMs = 0
    const world = await start(api.listener, {
      accessTokenTtlS: 3_600,
      clock: {
        now: () => Date.now() + aheadMs,
        monotonic: () => performance.now() + aheadMs,
        sleep: () => new Promise<void>(() => undefined),
      },
    })
    aheadMs = 60_000
    const response = await world.call('/x', { method: 'PUT', body: 'text' })
    expect([response.status, await response.text()]).toEqual([200, 'fine'])
    expect(api.seen.map(({ text }) => text)).toEqual(['text', 'text'])
    expect(new Set(api.seen.map(({ headers }) => headers.authorization)).size).toBe(2)
    refusals = 0
    aheadMs = 120_000
    const streamed = await world.call('/x', { method: 'PUT', body: new Blob(['text']).stream(), duplex: 'half' })
    expect([streamed.status, await streamed.text(), streamed.headers.get('www-authenticate')]).toEqual([
      401,
      'refused',
      'Bearer error="invalid_token"',
    ])
  })
})

describe('what the caller gets', () => {
  it('is status, body and the headers that every client knows, and those that the operator named', async () => {
    const world = await start(
      (_request, response) => {
        response.writeHead(418, {
          'content-type': 'text/html; charset=latin1',
          etag: '"e"',
          link: '<https://api.example/?page=2>; rel="next"',
          'retry-after': '7',
          'x-ratelimit-remaining': '5',
          'ratelimit-policy': '10;w=1',
          'x-oauth-scopes': 'repo',
          'x-other': '1',
          'set-cookie': ['a=1; Domain=example.com', 'b=2'],
          'access-control-allow-origin': '*',
          'cache-control': 'public, max-age=3600',
          'content-security-policy': "script-src 'unsafe-inline'",
          'strict-transport-security': 'max-age=0',
          'clear-site-data': '"*"',
          'x-accel-redirect': '/etc/passwd',
          'x-sendfile': '/etc/passwd',
          refresh: '0; url=https://evil.example',
          'service-worker-allowed': '/',
          'holdfast-answered-by': 'me',
          connection: 'x-other',
        })
        response.end('<p>hi')
      },
      { proxied: { answerHeaders: ['X-OAuth-Scopes'] } },
    )
    const response = await world.call('/x')
    expect([response.status, await response.text()]).toEqual([418, '<p>hi'])
    const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...headers } = Object.fromEntries(response.headers)
    expect(headers).toEqual({
      'content-type': 'text/html; charset=latin1',
      etag: '"e"',
      link: '<https://api.example/?page=2>; rel="next"',
      'retry-after': '7',
      'x-ratelimit-remaining': '5',
      'ratelimit-policy': '10;w=1',
      'x-oauth-scopes': 'repo',
      'transfer-encoding': 'chunked',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; sandbox",
      'holdfast-answered-by': 'api',
      'x-powered-by': 'Express',
    })
  })

  it('is decoded, with its length where that is still true', async () => {
    const text = 'compressed '.repeat(1_000)
    const world = await start((request, response) => {
      const gzipped = gzipSync(text)
      if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': gzipped.length }).end(gzipped)
      else response.writeHead(200, { 'content-length': Buffer.byteLength(text) }).end(text)
    })
    const plain = await world.call('/plain')
    expect([await plain.text(), plain.headers.get('content-length')]).toEqual([text, '11000'])
    const gzip = await world.call('/gzip')
    expect([await gzip.text(), gzip.headers.get('content-length'), gzip.headers.get('content-encoding')]).toEqual([text, null, null])
  })

  it.each([204, 205, 304, 206, 599, 999])('may be of status %i', async (status) => {
    const world = await start((_request, response) => response.writeHead(status, { etag: '"e"' }).end())
    const response = await world.call('/x')
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([status === 999 ? 502 : status, '', '"e"'])
  })

  it.each([
    ['/v1/clients/sc_1', (api: string) => `${api}/v1/clients/sc_1`],
    ['next?a=b', (api: string) => `${api}/v2/next?a=b`],
    ['https://elsewhere.example/x', () => 'https://elsewhere.example/x'],
    ['//elsewhere.example/x', () => 'http://elsewhere.example/x'],
  ])('is a redirect that is not followed, and leads to no path of the vault: %s', async (location, expected) => {
    const api = recorder((_request, response) => response.writeHead(307, { location }).end())
    const world = await start(api.listener)
    const response = await world.call('/v2/x', { method: 'DELETE' })
    expect([response.status, response.headers.get('location')]).toEqual([307, expected(world.api.origin)])
    expect(api.seen).toHaveLength(1)
  })

  it('has no header in which the API sends the token back', async () => {
    const world = await start((request, response) => {
      response.setHeader('x-request-id', String(request.headers.authorization))
      response.setHeader('etag', `"${request.headers.authorization?.slice(7)}"`)
      response.setHeader('location', `/?t=${request.headers.authorization?.slice(7)}`)
      response.writeHead(201).end('made')
    })
    const response = await world.call('/x', { method: 'POST' })
    expect([response.status, await response.text()]).toEqual([201, 'made'])
    const { accessToken } = await world.vault.getCredentials({ connectionId: 'demo', userId: 'alice' })
    expect(JSON.stringify([...response.headers])).not.toContain(accessToken)
    for (const name of ['x-request-id', 'etag', 'location']) expect(response.headers.has(name)).toBe(false)
  })
})

describe('the proxy refuses', () => {
  it('everything unless it is switched on', async () => {
    const world = kept(await appWorld())
    const response = await fetch(`${world.origin}/v1/connections/demo/users/alice/proxy/x`)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('Cannot GET')
  })

  it('connections that are not named, and methods that are not', async () => {
    const api = recorder()
    const world = await start(api.listener, { proxied: { methods: ['GET', 'POST'] } })
    await world.vault.connections.create({
      connectionId: 'other',
      issuer: world.provider.issuer,
      clientId: 'c',
      apiOrigins: [world.api.origin],
    })
    const ask = (connectionId: string, method: string): Promise<Response> =>
      fetch(`${world.origin}/v1/connections/${connectionId}/users/alice/proxy/x`, { method, headers: { authorization: world.token } })
    for (const connectionId of ['other', 'unknown', 'constructor', '__proto__', 'toString']) {
      const response = await ask(connectionId, 'GET')
      expect([response.status, (await json(response)).errorCode]).toEqual([404, 'not_supported'])
    }
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const response = await ask('demo', method)
      expect([method, response.status, (await json(response)).errorCode, response.headers.get('allow')]).toEqual([
        method,
        405,
        'method_not_allowed',
        'GET, POST',
      ])
    }
    expect(api.seen).toEqual([])
  })

  it('methods that only another connection has', async () => {
    const api = recorder()
    const world = await start(api.listener, {
      router: { proxy: { connections: { demo: { methods: ['GET'] }, more: { methods: ['DELETE'] } } } },
    })
    const response = await world.call('/x', { method: 'DELETE' })
    expect([response.status, (await json(response)).errorCode, response.headers.get('allow')]).toEqual([405, 'method_not_allowed', 'GET'])
    expect(api.seen).toEqual([])
  })

  it.each<[string, Parameters<typeof proxyWorld>[1]]>([
    ['the connection declares no origin', { connection: () => ({ apiOrigins: [] }) }],
    ['it does not declare the one that is named', { proxied: { origin: 'https://elsewhere.example' } }],
    ['its origin is at no public address', { connection: () => ({ apiOrigins: ['https://api.example'] }), fetch: refusing() }],
  ])('when %s, and tells the operator', async (_why, options) => {
    const api = recorder()
    const world = await start(api.listener, options)
    const response = await world.call('/x')
    const body = await json(response)
    expect([response.status, body.errorCode]).toEqual([424, 'invalid_configuration'])
    expect(body.title).toBe('The vault is not configured for this. Its log says more.')
    expect(JSON.stringify(world.logLines)).toContain(String(body.errorId))
    expect(api.seen).toEqual([])
  })

  it('when the API does not answer, without a word of what was sent', async () => {
    const world = await start((request) => request.socket.destroy())
    const response = await world.call('/x?secret=canary-query')
    expect([response.status, await json(response)]).toEqual([
      502,
      { title: 'The provider’s API did not answer. Ask again later.', errorCode: 'api_unreachable', errorId: expect.any(String) },
    ])
    expect(
      JSON.stringify(world.logLines, (_key, value) => (value instanceof Error ? `${value.stack} ${value.cause}` : value)),
    ).not.toContain('canary')
  })

  it('an account id that is not encoded, and users of whom there is no such account', async () => {
    const api = recorder()
    const world = await start(api.listener)
    const bad = await world.call('/x', { headers: { 'holdfast-account-id': '%' } })
    expect([bad.status, await json(bad)]).toMatchObject([400, { fields: { 'holdfast-account-id': 'must be URL-encoded' } }])
    const other = await world.call('/x', { headers: { 'holdfast-account-id': 'another%20one' } })
    expect([other.status, (await json(other)).errorCode]).toEqual([404, 'credential_not_found'])
    expect(api.seen).toEqual([])
  })

  it('a client that uses the credentials of too many users, and then all it asks', async () => {
    const api = recorder()
    const world = await start(api.listener, { router: { handOuts: { maxUsersPerHour: 2 } } })
    const token = await world.clientWith('Vault:ApiCaller')
    await world.connect('bob', 'bob')
    await world.connect('carol', 'carol')
    const ask = (userId: string): Promise<Response> =>
      fetch(`${world.origin}/v1/connections/demo/users/${userId}/proxy/x`, { headers: { authorization: token } })
    expect([(await ask('alice')).status, (await ask('bob')).status]).toEqual([200, 200])
    for (const userId of ['carol', 'alice']) {
      const response = await ask(userId)
      expect([response.status, (await json(response)).errorCode]).toEqual([403, 'hand_out_frozen'])
    }
    expect(api.seen).toHaveLength(2)
    const denied = world.events.filter(({ type }) => type === 'access_denied')
    expect(denied).toHaveLength(2)
    for (const event of denied) expect(event).toMatchObject({ permission: 'USE:GET', reason: 'hand_out_frozen' })
    expect((await world.call('/x')).status).toBe(200)
  })
})

/** What a vault sends with that reaches nothing but its provider. */
function refusing(): typeof fetch {
  return (input, init) => {
    if (!String(input).startsWith('https://api.example')) return fetch(input, init)
    const cause = Object.assign(new Error('not public'), { code: 'ERR_ADDRESS_NOT_PUBLIC' })
    return Promise.reject(new TypeError('fetch failed', { cause }))
  }
}
