import { sha256 } from '@noble/hashes/sha2.js'
import { base64url } from 'jose'
import { describe, expect, it } from 'vitest'
import { authorizationWorld, oidcConnection, REDIRECT_URI, refusalOf } from './authorization-world.js'
import { ISSUER } from './fake-issuer.js'

const BASE64URL_256_BITS = /^[A-Za-z0-9_-]{43}$/

describe('the start of an authorization flow', () => {
  it('sends the browser to the provider with code, PKCE S256, state and nonce', async () => {
    const world = await authorizationWorld()
    const flow = await world.start()
    expect(flow.url.origin + flow.url.pathname).toBe(`${ISSUER}/authorize`)
    expect(Object.fromEntries(flow.url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: REDIRECT_URI,
      scope: 'openid offline_access',
      prompt: 'consent',
      state: flow.state,
      nonce: expect.stringMatching(BASE64URL_256_BITS),
      code_challenge: expect.stringMatching(BASE64URL_256_BITS),
      code_challenge_method: 'S256',
    })
    expect(flow.state).toMatch(BASE64URL_256_BITS)
    expect(flow.flowBinding).toMatch(BASE64URL_256_BITS)
    expect(flow.expiresAt.getTime()).toBe(world.clock.now() + 600_000)
  })

  it('sends no nonce where the flow is not OpenID Connect, and keeps the query of the endpoint', async () => {
    const world = await authorizationWorld()
    const flow = await world.start({ connectionId: 'plain', connectionProperties: { scope: 'openid files' } })
    expect(flow.url.searchParams.get('tenant')).toBe('7')
    expect(flow.url.searchParams.has('nonce')).toBe(false)
    expect((await world.start({ connectionProperties: { scope: 'files' } })).nonce).toBeNull()
  })

  it('keeps the secrets of the browser and of the exchange out of the URL', async () => {
    const world = await authorizationWorld()
    const flow = await world.start()
    await world.finish(flow)
    const verifier = world.issuer.requestsTo('/token')[0]?.form.get('code_verifier') ?? ''
    expect(verifier).toMatch(BASE64URL_256_BITS)
    expect(base64url.encode(sha256(new TextEncoder().encode(verifier)))).toBe(flow.url.searchParams.get('code_challenge'))
    for (const secret of [verifier, flow.flowBinding, 'canary-client-secret']) expect(flow.authorizationUrl).not.toContain(secret)
  })

  it('makes every random value anew', async () => {
    const world = await authorizationWorld()
    const seen = new Set<string>()
    for (let count = 0; count < 200; count++) {
      const flow = await world.start()
      for (const value of [flow.state, flow.flowBinding, flow.nonce ?? '', flow.url.searchParams.get('code_challenge') ?? ''])
        seen.add(value)
    }
    expect(seen.size).toBe(800)
  })

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['a property wins over the default', { prompt: 'login' }, { scope: 'openid offline_access', prompt: 'login' }],
    ['a new property is added', { access_type: 'offline' }, { scope: 'openid offline_access', prompt: 'consent', access_type: 'offline' }],
    ['a blank property is left out', { prompt: ' ' }, { scope: 'openid offline_access' }],
    ['a blank scope is left out', { scope: '' }, { prompt: 'consent' }],
  ])('connection properties: %s', async (_name, connectionProperties, expected) => {
    const world = await authorizationWorld()
    const { searchParams } = (await world.start({ connectionProperties })).url
    for (const name of ['response_type', 'client_id', 'redirect_uri', 'state', 'nonce', 'code_challenge', 'code_challenge_method'])
      searchParams.delete(name)
    expect(Object.fromEntries(searchParams)).toEqual(expected)
  })

  it.each([
    'client_id',
    'redirect_uri',
    'state',
    'response_type',
    'response_mode',
    'code_challenge',
    'code_challenge_method',
    'nonce',
    'request',
    'request_uri',
  ])('refuses the reserved property %s', async (name) => {
    const world = await authorizationWorld()
    expect(await refusalOf(world.start({ connectionProperties: { [name]: 'x' } }))).toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [`connectionProperties.${name}`]: expect.stringContaining('reserved') } },
    })
  })

  it.each([
    'http://app.example/callback',
    'https://app.example/callback#x',
    'https://user:canary@app.example/callback',
    '/callback',
    'myapp://callback',
    'javascript:alert(1)',
    'https://app.example/call back',
    'https://app.example/callback?code=1',
    'https://app.example/callback?state=1',
    '',
  ])('refuses the redirect URI %s', async (redirectUri) => {
    const world = await authorizationWorld()
    const error = await refusalOf(world.start({ redirectUri }))
    expect(error).toMatchObject({ code: 'invalid_request', facts: { fields: { redirectUri: expect.any(String) } } })
    expect(error.message).not.toContain('canary')
  })

  it.each(['http://localhost:3000/callback', 'http://127.0.0.1/callback', 'https://app.example/callback?tenant=1'])(
    'takes the redirect URI %s',
    async (redirectUri) => {
      const world = await authorizationWorld()
      expect((await world.start({ redirectUri })).url.searchParams.get('redirect_uri')).toBe(redirectUri)
    },
  )

  it('names every bad argument in one error', async () => {
    const world = await authorizationWorld()
    const error = await refusalOf(
      world.start({ userId: '', redirectUri: 'x', returnTo: 'x'.repeat(5_000), connectionProperties: { state: 'x' } }),
    )
    expect(error).toMatchObject({
      code: 'invalid_request',
      facts: {
        fields: {
          userId: expect.any(String),
          redirectUri: expect.any(String),
          returnTo: expect.any(String),
          'connectionProperties.state': expect.any(String),
        },
      },
    })
  })

  it('says when the connection is not known, or its provider not reachable', async () => {
    const world = await authorizationWorld()
    expect(await refusalOf(world.start({ connectionId: 'nobody' }))).toMatchObject({ code: 'connection_not_found' })
    world.issuer.answers.set('/.well-known/openid-configuration', () => new Response(null, { status: 500 }))
    expect(await refusalOf(world.start())).toMatchObject({ code: 'provider_unavailable' })
  })

  it('says when the provider names no authorization endpoint', async () => {
    const world = await authorizationWorld()
    world.issuer.metadata = { issuer: ISSUER, token_endpoint: `${ISSUER}/token` }
    expect(await refusalOf(world.start())).toMatchObject({
      code: 'invalid_configuration',
      facts: { fields: { authorizationEndpoint: 'is missing' } },
    })
  })

  it('keeps the flow sealed: the store sees neither state, verifier, nonce nor binding', async () => {
    const world = await authorizationWorld()
    const created: unknown[] = []
    const create = world.store.tickets.create
    world.store.tickets.create = async (ticket) => {
      created.push(ticket)
      return create.call(world.store.tickets, ticket)
    }
    const flow = await world.start()
    const [ticket] = created as { readonly id: string; readonly kind: string; readonly ttlMs: number; readonly data: Uint8Array }[]
    expect(ticket).toMatchObject({
      kind: 'authorization_flow',
      ttlMs: 600_000,
      id: base64url.encode(sha256(new TextEncoder().encode(flow.state))),
    })
    const bytes = Array.from(ticket?.data ?? [], (byte) => String.fromCharCode(byte)).join('')
    for (const secret of [flow.state, flow.flowBinding, flow.nonce ?? '', 'alice', 'codeVerifier']) expect(bytes).not.toContain(secret)
  })

  it('works for a connection with no properties at all', async () => {
    const world = await authorizationWorld()
    const { defaultConnectionProperties: _properties, ...bare } = oidcConnection
    const { authorizationUrl } = await world.another([bare]).start({ connectionId: 'oidc', userId: 'alice', redirectUri: REDIRECT_URI })
    expect(new URL(authorizationUrl).searchParams.has('scope')).toBe(false)
  })
})
