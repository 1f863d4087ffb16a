import { describe, expect, it } from 'vitest'
import type { Connection } from '../../src/model/connection.js'
import { createDiscovery } from '../../src/oauth/discovery.js'
import { sendRefreshRequest } from '../../src/oauth/refresh-token.js'
import { runtimeWithDefaults } from '../../src/runtime.js'
import { Secret } from '../../src/secret.js'
import { type ManualClock, manualClock, settle } from '../fixtures/manual-clock.js'
import { type FakeIssuer, fakeIssuer, ISSUER } from './fake-issuer.js'
import { jsonAnswer, networkFailure } from './faulty-token-endpoint.js'
import { connectionOf, explicitConnection, oauthRuntime } from './oauth-runtime.js'

const OIDC = '/.well-known/openid-configuration'
const OAUTH = '/.well-known/oauth-authorization-server'

interface World {
  readonly issuer: FakeIssuer
  readonly clock: ManualClock
  readonly discovery: ReturnType<typeof createDiscovery>
}

async function world(): Promise<World> {
  const issuer = await fakeIssuer()
  const clock = manualClock()
  return { issuer, clock, discovery: createDiscovery({ runtime: oauthRuntime(issuer.fetch, clock) }) }
}

describe('discovery', () => {
  it('reads OpenID Connect metadata by issuer', async () => {
    const { issuer, discovery } = await world()
    expect(await discovery.authorizationServerOf(connectionOf({ issuer: ISSUER }))).toEqual({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      revocation_endpoint: `${ISSUER}/revoke`,
      jwks_uri: `${ISSUER}/jwks`,
      // Never `none` and never a shared secret.
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      authorization_response_iss_parameter_supported: false,
      require_pushed_authorization_requests: false,
    })
    expect(issuer.requests).toMatchObject([{ url: `${ISSUER}${OIDC}`, method: 'GET', redirect: 'manual' }])
  })

  it.each([404, 400, 403, 405, 410])('takes RFC 8414 metadata when there are none of OpenID Connect: status %i', async (status) => {
    const { issuer, discovery } = await world()
    issuer.answers.set(OIDC, () => jsonAnswer(status, {}))
    issuer.answers.set(OAUTH, () =>
      jsonAnswer(200, { issuer: ISSUER, authorization_endpoint: `${ISSUER}/a`, token_endpoint: `${ISSUER}/t` }),
    )
    expect(await discovery.authorizationServerOf(connectionOf({ issuer: ISSUER }))).toMatchObject({ token_endpoint: `${ISSUER}/t` })
    expect(issuer.requests.map(({ url }) => new URL(url).pathname)).toEqual([OIDC, OAUTH])
  })

  it('takes RFC 8414 metadata where a page stands in the place of those of OpenID Connect, and none where pages stand in both', async () => {
    const { issuer, discovery } = await world()
    const page = (): Response => new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
    issuer.answers.set(OIDC, page)
    issuer.answers.set(OAUTH, page)
    await expect(discovery.authorizationServerOf(connectionOf({ issuer: ISSUER }))).rejects.toMatchObject({ code: 'provider_unavailable' })
    const metadata = { issuer: ISSUER, authorization_endpoint: `${ISSUER}/a`, token_endpoint: `${ISSUER}/t` }
    issuer.answers.set(OAUTH, () => jsonAnswer(200, metadata))
    expect(await discovery.authorizationServerOf(connectionOf({ issuer: ISSUER }))).toMatchObject({ token_endpoint: `${ISSUER}/t` })
    expect(issuer.requests.map(({ url }) => new URL(url).pathname)).toEqual([OIDC, OAUTH, OIDC, OAUTH])
  })

  it('puts the issuer path where each of the two standards wants it', async () => {
    const { issuer, discovery } = await world()
    const metadata = { issuer: `${ISSUER}/tenant`, authorization_endpoint: `${ISSUER}/a`, token_endpoint: `${ISSUER}/t` }
    issuer.answers.set(`${OAUTH}/tenant`, () => jsonAnswer(200, metadata))
    await discovery.authorizationServerOf(connectionOf({ issuer: `${ISSUER}/tenant` }))
    expect(issuer.requests.map(({ url }) => new URL(url).pathname)).toEqual([`/tenant${OIDC}`, `${OAUTH}/tenant`])
  })

  it('takes OpenID Connect metadata from below the origin last, where the issuer has a path', async () => {
    const { issuer, discovery } = await world()
    const metadata = { issuer: `${ISSUER}/tenant`, authorization_endpoint: `${ISSUER}/a`, token_endpoint: `${ISSUER}/t` }
    issuer.answers.set(`${OIDC}/tenant`, () => jsonAnswer(200, metadata))
    expect(await discovery.authorizationServerOf(connectionOf({ issuer: `${ISSUER}/tenant` }))).toMatchObject({
      token_endpoint: `${ISSUER}/t`,
    })
    expect(issuer.requests.map(({ url }) => new URL(url).pathname)).toEqual([`/tenant${OIDC}`, `${OAUTH}/tenant`, `${OIDC}/tenant`])
  })

  it('lets explicit endpoints win', async () => {
    const { discovery } = await world()
    const connection = connectionOf({ issuer: ISSUER, tokenEndpoint: 'https://other.example/t', jwksUri: 'https://other.example/keys' })
    expect(await discovery.authorizationServerOf(connection)).toMatchObject({
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: 'https://other.example/t',
      jwks_uri: 'https://other.example/keys',
    })
  })

  it('fetches nothing when there is no issuer, or when the one endpoint that is wanted is explicit', async () => {
    const { issuer, discovery } = await world()
    expect(await discovery.authorizationServerOf(explicitConnection())).toMatchObject({ token_endpoint: 'https://provider.example/token' })
    const connection = connectionOf({ issuer: ISSUER, tokenEndpoint: 'https://other.example/t' })
    expect(await discovery.authorizationServerOf(connection, 'token_endpoint')).toMatchObject({ token_endpoint: 'https://other.example/t' })
    expect(issuer.requests).toHaveLength(0)
    await discovery.authorizationServerOf(connection, 'revocation_endpoint')
    expect(issuer.requests).toHaveLength(1)
  })

  it('does without metadata where the endpoints are explicit and the server publishes none', async () => {
    const { issuer, discovery } = await world()
    issuer.answers.delete(OIDC)
    const connection = explicitConnection({ issuer: ISSUER })
    expect(await discovery.authorizationServerOf(connection)).toMatchObject({
      issuer: ISSUER,
      token_endpoint: 'https://provider.example/token',
    })
    await discovery.authorizationServerOf(connection)
    expect(issuer.requests).toHaveLength(2)
  })

  it('says so when the server publishes none and the endpoints are not explicit', async () => {
    const { issuer, discovery } = await world()
    issuer.answers.delete(OIDC)
    await expect(discovery.authorizationServerOf(connectionOf({ issuer: ISSUER }))).rejects.toMatchObject({
      code: 'invalid_configuration',
      facts: { connectionId: 'drive', reason: 'no_metadata' },
    })
  })
})

describe('the issuer in the metadata', () => {
  it.each(['https://evil.example', `${ISSUER}/`, 'https://ISSUER.example', `${ISSUER}/x`, 'http://issuer.example', '', undefined, 5])(
    'has to be the configured one exactly: %s',
    async (named) => {
      const { issuer, discovery } = await world()
      issuer.metadata = { ...issuer.metadata, issuer: named }
      const error: unknown = await discovery.authorizationServerOf(connectionOf({ issuer: ISSUER })).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: typeof named === 'string' && named !== '' ? 'invalid_configuration' : 'provider_unavailable' })
      expect(String(error)).not.toContain('evil')
    },
  )
})

describe('metadata that cannot be used', () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ['500', () => jsonAnswer(500, {})],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['HTML', () => new Response('<html>')],
    ['a list', () => jsonAnswer(200, [])],
    ['too much', () => jsonAnswer(200, { issuer: ISSUER, filler: 'x'.repeat(1_100_000) })],
    ['nothing', () => new Response('')],
    ['no connection', () => Promise.reject(networkFailure('ECONNREFUSED'))],
    ['a plain http endpoint', () => jsonAnswer(200, { issuer: ISSUER, token_endpoint: 'http://issuer.example/token' })],
    ['plain http on this machine', () => jsonAnswer(200, { issuer: ISSUER, token_endpoint: 'http://localhost/token' })],
    ['an endpoint that is no URL', () => jsonAnswer(200, { issuer: ISSUER, token_endpoint: 'canary' })],
    ['an endpoint that is no string', () => jsonAnswer(200, { issuer: ISSUER, jwks_uri: { a: 1 } })],
    ['an endpoint of another scheme', () => jsonAnswer(200, { issuer: ISSUER, authorization_endpoint: 'javascript:alert(1)' })],
  ])('%s', async (_name, respond) => {
    const { issuer, discovery } = await world()
    issuer.answers.set(OIDC, respond)
    const error: unknown = await discovery.authorizationServerOf(connectionOf({ issuer: ISSUER })).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'provider_unavailable', facts: { connectionId: 'drive', reason: 'discovery_failed' } })
    expect(String(error)).not.toMatch(/canary|evil/)
    expect(issuer.requests).toHaveLength(1)
  })

  it('tells how long to wait', async () => {
    const { issuer, discovery } = await world()
    issuer.answers.set(OIDC, () => jsonAnswer(503, {}, { 'retry-after': '9' }))
    await expect(discovery.authorizationServerOf(connectionOf({ issuer: ISSUER }))).rejects.toMatchObject({
      facts: { retryAfterMs: 9_000 },
    })
  })

  it('by a server that does not answer is given up after 10 s', async () => {
    const { issuer, clock, discovery } = await world()
    issuer.answers.set(OIDC, () => new Promise(() => undefined))
    const asked = discovery.authorizationServerOf(connectionOf({ issuer: ISSUER })).catch((caught: unknown) => caught)
    await clock.advance(10_000)
    expect(await asked).toMatchObject({ code: 'provider_unavailable' })
  })

  it('may be on http where the issuer is on this machine', async () => {
    const issuer = await fakeIssuer('http://localhost:3000')
    const discovery = createDiscovery({ runtime: oauthRuntime(issuer.fetch) })
    expect(await discovery.authorizationServerOf(connectionOf({ issuer: 'http://localhost:3000' }))).toMatchObject({
      token_endpoint: 'http://localhost:3000/token',
    })
  })
})

describe('what discovery learned', () => {
  it('is shared by all who ask at the same time', async () => {
    const { issuer, discovery } = await world()
    const connection = connectionOf({ issuer: ISSUER })
    const servers = await Promise.all(Array.from({ length: 100 }, () => discovery.authorizationServerOf(connection)))
    expect(new Set(servers).size).toBe(1)
    expect(issuer.requests).toHaveLength(1)
  })

  it('is kept for an hour, and then renewed while nobody waits', async () => {
    const { issuer, clock, discovery } = await world()
    const connection = connectionOf({ issuer: ISSUER })
    await discovery.authorizationServerOf(connection)
    await clock.advance(3_599_999)
    await discovery.authorizationServerOf(connection)
    expect(issuer.requests).toHaveLength(1)

    issuer.metadata = { ...issuer.metadata, token_endpoint: `${ISSUER}/token-2` }
    await clock.advance(1)
    expect(await discovery.authorizationServerOf(connection)).toMatchObject({ token_endpoint: `${ISSUER}/token` })
    await settle()
    expect(await discovery.authorizationServerOf(connection)).toMatchObject({ token_endpoint: `${ISSUER}/token-2` })
    expect(issuer.requests).toHaveLength(2)
  })

  it('is used for a day while it cannot be renewed, whatever the wall clock does', async () => {
    const { issuer, clock, discovery } = await world()
    const connection = connectionOf({ issuer: ISSUER })
    await discovery.authorizationServerOf(connection)
    issuer.answers.set(OIDC, () => jsonAnswer(500, {}))
    clock.jump(365 * 86_400_000)
    await clock.advance(86_399_999)
    expect(await discovery.authorizationServerOf(connection)).toMatchObject({ token_endpoint: `${ISSUER}/token` })
    await clock.advance(3_000)
    await expect(discovery.authorizationServerOf(connection)).rejects.toMatchObject({ code: 'provider_unavailable' })
  })

  it('is not a failure for long: it is tried again after 2 s, and until then not', async () => {
    const { issuer, clock, discovery } = await world()
    const connection = connectionOf({ issuer: ISSUER })
    issuer.answers.set(OIDC, () => jsonAnswer(500, {}))
    for (let call = 0; call < 3; call++)
      await expect(discovery.authorizationServerOf(connection)).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(issuer.requests).toHaveLength(1)
    issuer.answers.set(OIDC, () => jsonAnswer(200, issuer.metadata))
    await clock.advance(2_000)
    expect(await discovery.authorizationServerOf(connection)).toMatchObject({ token_endpoint: `${ISSUER}/token` })
  })
})

describe('what metadata name', () => {
  const FIELDS = [
    'authorization_endpoint',
    'token_endpoint',
    'revocation_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'pushed_authorization_request_endpoint',
    'device_authorization_endpoint',
  ]
  const HOSTS = [
    'localhost',
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[fd00::1]',
    '[fe80::1]',
    'metadata.localhost',
    '224.0.0.1',
  ]

  it.each(FIELDS.flatMap((field) => HOSTS.map((host) => [field, host] as const)))('may not be private: %s at %s', async (field, host) => {
    const { issuer, discovery } = await world()
    issuer.metadata[field] = `https://${host}/x`
    await expect(discovery.authorizationServerOf(connectionOf({ issuer: ISSUER }))).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining(`${field} is at a private address`),
    })
  })

  it('may be private where the issuer is, or where the connection names the endpoint itself', async () => {
    const home = 'https://10.0.0.5'
    const atHome = await fakeIssuer(home)
    const discovery = createDiscovery({ runtime: oauthRuntime(atHome.fetch) })
    expect((await discovery.authorizationServerOf(connectionOf({ issuer: home }))).token_endpoint).toBe(`${home}/token`)
    const abroad = await world()
    abroad.issuer.metadata.token_endpoint = 'https://10.0.0.5/token'
    const tokenEndpoint = 'https://10.0.0.6/token'
    const server = await abroad.discovery.authorizationServerOf(connectionOf({ issuer: ISSUER, tokenEndpoint }))
    expect(server.token_endpoint).toBe(tokenEndpoint)
  })

  it('is reached by the `fetch` for public addresses, unless the code names its host', async () => {
    const guarded: string[] = []
    const issuer = await fakeIssuer()
    const elsewhere = 'https://tokens.example/token'
    issuer.metadata.token_endpoint = elsewhere
    const runtime = runtimeWithDefaults({
      fetch: issuer.fetch,
      fetchForStoredConnections: async (input) => {
        guarded.push(String(input))
        return jsonAnswer(200, { access_token: 'at', token_type: 'Bearer' })
      },
      clock: manualClock(),
    })
    const refresh = (connection: Connection) =>
      sendRefreshRequest({
        connection,
        refreshToken: new Secret('canary-refresh-token'),
        signal: new AbortController().signal,
        discovery: createDiscovery({ runtime }),
        runtime,
      })
    expect((await refresh(connectionOf({ issuer: ISSUER }))).kind).toBe('answered')
    expect(guarded).toEqual([elsewhere])
    // Another endpoint of that host stands in the code: it is trusted.
    await refresh(connectionOf({ issuer: ISSUER, userinfoEndpoint: 'https://tokens.example/me' }))
    expect(guarded).toEqual([elsewhere])
    expect(issuer.requests.some(({ url }) => url === elsewhere)).toBe(true)
  })
})
