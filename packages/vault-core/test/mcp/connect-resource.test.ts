import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { createVault, localKeyring } from '../../src/index.js'
import { type ConnectResourceOptions, connectResource } from '../../src/mcp/index.js'
import { manualClock } from '../fixtures/manual-clock.js'

const SERVER = 'https://mcp.example'
const RESOURCE = `${SERVER}/tools/mcp`
const ISSUER = 'https://login.example'
const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const ABOUT: ConnectResourceOptions = { resource: RESOURCE, clientName: 'Agent', redirectUris: ['https://app.example/callback'] }

type Answer = object | Response | (() => Response)

/** A server and its authorization server behind an injected `fetch`, which say what a test makes them say. Real ones are in the demo provider’s tests. */
function hostileWorld(changes: Readonly<Record<string, Answer>> = {}) {
  const clock = manualClock()
  const requests: { readonly url: string; readonly method: string; readonly body: unknown }[] = []
  const answers: Record<string, Answer> = {
    [`${SERVER}${WELL_KNOWN}/tools/mcp`]: {
      resource: RESOURCE,
      authorization_servers: [ISSUER],
      scopes_supported: ['read', 'write'],
      resource_name: 'Tools',
    },
    [`${ISSUER}/.well-known/oauth-authorization-server`]: {
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      code_challenge_methods_supported: ['S256'],
    },
    [`${ISSUER}/register`]: () =>
      Response.json({ client_id: `client-${requests.length}`, token_endpoint_auth_method: 'none' }, { status: 201 }),
    ...changes,
  }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = String(input)
    requests.push({ url, method: init?.method ?? 'GET', body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined })
    const answer = answers[url]
    if (answer === undefined) return new Response(null, { status: 404 })
    return typeof answer === 'function' ? answer() : answer instanceof Response ? answer : Response.json(answer)
  }
  const store = memoryStore({ clock: () => clock.now() })
  const vault = createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
    connections: [{ connectionId: 'in-code', issuer: ISSUER, clientId: 'app' }],
    clock,
    fetch,
    background: false,
  })
  return {
    vault,
    clock,
    requests,
    connect: (options: Partial<ConnectResourceOptions> = {}) => connectResource(vault, { ...ABOUT, ...options }),
  }
}

describe('a server that says how it is protected', () => {
  it('becomes a connection: registered, for this resource, to this origin', async () => {
    const { vault, connect, requests } = hostileWorld()
    const connected = await connect()
    expect(connected).toMatchObject({ resource: RESOURCE, issuer: ISSUER, isNew: true })
    expect(requests.find(({ method }) => method === 'POST')?.body).toEqual({
      client_name: 'Agent',
      redirect_uris: ['https://app.example/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      scope: 'read write',
    })
    const info = await vault.connections.describe(connected.connectionId)
    expect(info).toMatchObject({
      name: 'Tools',
      source: 'store',
      issuer: ISSUER,
      clientAuthentication: 'none',
      resource: [RESOURCE],
      apiOrigins: [SERVER],
      defaultConnectionProperties: { scope: 'read write' },
    })
    const { authorizationUrl } = await vault.authorization.start({
      ...connected,
      userId: 'ada',
      redirectUri: 'https://app.example/callback',
    })
    const { searchParams } = new URL(authorizationUrl)
    expect([searchParams.get('client_id'), searchParams.get('resource'), searchParams.get('code_challenge_method')]).toEqual([
      info.clientId,
      RESOURCE,
      'S256',
    ])
    const before = requests.length
    expect(await connect()).toEqual({ ...connected, isNew: false })
    expect(requests).toHaveLength(before)
    // Only if it is asked for.
    expect((await connect({ again: true })).isNew).toBe(true)
    expect((await vault.connections.describe(connected.connectionId)).clientId).not.toBe(info.clientId)
  })

  const elsewhere = `${SERVER}/meta`

  it.each([
    `Basic realm="x", Bearer error="invalid_token", resource_metadata="${elsewhere}", scope="read"`,
    `DPoP algs="ES256", Bearer resource_metadata="${elsewhere}", scope="read"`,
    `Bearer realm="x", scope="read", DPoP algs="ES256", resource_metadata="${elsewhere}"`,
  ])('is asked where its challenge says, for what it names: %s', async (challenge) => {
    const { vault, connect } = hostileWorld({
      [`${SERVER}${WELL_KNOWN}/tools/mcp`]: new Response(null, { status: 500 }),
      [elsewhere]: { resource: RESOURCE, authorization_servers: [ISSUER], scopes_supported: ['read', 'write'] },
    })
    const { connectionId } = await connect({ challenge })
    expect((await vault.connections.describe(connectionId)).defaultConnectionProperties).toEqual({ scope: 'read' })
  })

  it('may describe its whole origin', async () => {
    const { connect } = hostileWorld({
      [`${SERVER}${WELL_KNOWN}/tools/mcp`]: new Response(null, { status: 404 }),
      [`${SERVER}${WELL_KNOWN}`]: { resource: SERVER, authorization_servers: [ISSUER] },
    })
    expect(await connect()).toMatchObject({ resource: SERVER })
  })

  it('may describe its whole origin, and answer with a page whatever it does not know', async () => {
    const page = (): Response => new Response('<html>', { headers: { 'content-type': 'text/html' } })
    const changes = { [`${SERVER}${WELL_KNOWN}/tools/mcp`]: page, [`${SERVER}${WELL_KNOWN}`]: page }
    await expect(hostileWorld(changes).connect()).rejects.toMatchObject({ facts: { reason: 'no_resource_metadata' } })
    const { connect } = hostileWorld({ ...changes, [`${SERVER}${WELL_KNOWN}`]: { resource: SERVER, authorization_servers: [ISSUER] } })
    expect(await connect()).toMatchObject({ resource: SERVER })
  })

  it.each([
    '/.well-known/oauth-authorization-server/tenant',
    '/.well-known/openid-configuration/tenant',
    '/tenant/.well-known/openid-configuration',
  ])('has an authorization server below a path that publishes at %s', async (place) => {
    const issuer = `${ISSUER}/tenant`
    const { connect } = hostileWorld({
      [`${SERVER}${WELL_KNOWN}/tools/mcp`]: { resource: RESOURCE, authorization_servers: [issuer] },
      [`${ISSUER}${place}`]: {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${ISSUER}/register`,
        code_challenge_methods_supported: ['S256'],
      },
    })
    expect(await connect()).toMatchObject({ issuer, isNew: true })
  })

  it.each([
    [`${ISSUER}/`, ISSUER],
    [ISSUER, `${ISSUER}/`],
    [ISSUER.toUpperCase().replace('HTTPS', 'https'), ISSUER],
  ])('has an authorization server that it spells %s, and that calls itself %s', async (named, issuer) => {
    const own = {
      issuer,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
      code_challenge_methods_supported: ['S256'],
    }
    const { vault, connect } = hostileWorld({
      [`${SERVER}${WELL_KNOWN}/tools/mcp`]: { resource: RESOURCE, authorization_servers: [named] },
      [`${ISSUER}/.well-known/oauth-authorization-server`]: () => Response.json(own),
    })
    const { connectionId } = await connect({ authorizationServer: issuer })
    expect((await vault.connections.describe(connectionId)).issuer).toBe(issuer)
    const flow = await vault.authorization.start({ connectionId, userId: 'ada', redirectUri: 'https://app.example/callback' })
    expect(flow.authorizationUrl).toContain(`${ISSUER}/authorize?`)
  })

  it('has an authorization server below a path, whose spelling counts', async () => {
    const issuer = `${ISSUER}/tenant`
    const { connect } = hostileWorld({
      [`${SERVER}${WELL_KNOWN}/tools/mcp`]: { resource: RESOURCE, authorization_servers: [`${issuer}/`] },
      [`${issuer}/.well-known/openid-configuration`]: { issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` },
    })
    await expect(connect()).rejects.toMatchObject({ facts: { reason: 'issuer_mismatch' } })
  })

  it('knows the application by the URL of its metadata, or by an id that was given', async () => {
    const takesUrls = {
      [`${ISSUER}/.well-known/oauth-authorization-server`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        client_id_metadata_document_supported: true,
        code_challenge_methods_supported: ['S256'],
      },
    }
    const clientMetadataUrl = 'https://app.example/client.json'
    const first = hostileWorld(takesUrls)
    const { connectionId } = await first.connect({ clientMetadataUrl })
    expect(await first.vault.connections.describe(connectionId)).toMatchObject({
      clientId: clientMetadataUrl,
      clientAuthentication: 'none',
    })
    const second = hostileWorld(takesUrls)
    const { connectionId: byId } = await second.connect({ clientId: 'by-hand' })
    expect((await second.vault.connections.describe(byId)).clientId).toBe('by-hand')
    expect([...first.requests, ...second.requests].every(({ method }) => method === 'GET')).toBe(true)
    // Where such URLs are not taken, it is registered.
    const third = hostileWorld()
    await third.connect({ clientMetadataUrl })
    expect(third.requests.some(({ method }) => method === 'POST')).toBe(true)
  })

  it('is registered, too, by a server that answers 200 in place of 201', async () => {
    const { connect, vault } = hostileWorld({
      [`${ISSUER}/register`]: () => Response.json({ client_id: 'by-200', token_endpoint_auth_method: 'none' }),
    })
    const { connectionId } = await connect()
    expect((await vault.connections.describe(connectionId)).clientId).toBe('by-200')
  })

  it('is registered anew when its secret has ended', async () => {
    const world = hostileWorld()
    const expiresAt = Math.floor(world.clock.now() / 1000) + 3_600
    const { connect, vault, clock } = hostileWorld({
      [`${ISSUER}/register`]: () =>
        Response.json(
          {
            client_id: 'c',
            client_secret: 'canary-registered',
            client_secret_expires_at: expiresAt,
            token_endpoint_auth_method: 'client_secret_basic',
          },
          { status: 201 },
        ),
    })
    const { connectionId, isNew } = await connect()
    expect([isNew, (await connect()).isNew]).toEqual([true, false])
    const info = await vault.connections.describe(connectionId)
    expect(info).toMatchObject({ clientAuthentication: 'client_secret_basic', hasClientSecret: true })
    expect(JSON.stringify(info)).not.toContain('canary-registered')
    await clock.advance(3_600_000)
    expect((await connect()).isNew).toBe(true)
  })
})

describe('a server that is not to be trusted', () => {
  const metadata = (changes: object): Record<string, Answer> => ({
    [`${SERVER}${WELL_KNOWN}/tools/mcp`]: { resource: RESOURCE, authorization_servers: [ISSUER], ...changes },
  })
  const server = (changes: object): Record<string, Answer> => ({
    [`${ISSUER}/.well-known/oauth-authorization-server`]: {
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      registration_endpoint: `${ISSUER}/register`,
      code_challenge_methods_supported: ['S256'],
      ...changes,
    },
  })
  const registered = (answer: () => Response): Record<string, Answer> => ({ [`${ISSUER}/register`]: answer })

  it.each([undefined, ['private_key_jwt'], 7, {}])('may say of how clients are authenticated what it likes: %j', async (stated) => {
    const { connect, requests } = hostileWorld(server({ token_endpoint_auth_methods_supported: stated }))
    expect((await connect()).isNew).toBe(true)
    expect(requests.at(-1)?.body).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic' })
  })

  it.each(['', ' ', 'a\nb', '\ud800', 'x'.repeat(201), 7])('may have a name that no connection can have: %j', async (name) => {
    const { vault, connect } = hostileWorld(metadata({ resource_name: name }))
    const { connectionId } = await connect()
    expect((await vault.connections.describe(connectionId)).name).toBe('mcp.example')
  })

  it('may name scopes that no request can have, which are not asked for', async () => {
    const names = ['read', '', 'two words', 'a\nb', '"quoted"', 'ä', '\ud800', 'x'.repeat(257), 7, 'write']
    const { vault, connect } = hostileWorld(metadata({ scopes_supported: names }))
    const { connectionId } = await connect()
    expect((await vault.connections.describe(connectionId)).defaultConnectionProperties).toEqual({ scope: 'read write' })
  })

  it('may name more scopes than fit into a request: then they have to be chosen, and nobody is registered', async () => {
    const { connect, requests } = hostileWorld(
      metadata({ scopes_supported: Array.from({ length: 100 }, (_, at) => `https://www.api.example/auth/files/${at}/read.only`) }),
    )
    await expect(connect()).rejects.toMatchObject({ code: 'invalid_request', facts: { fields: { scopes: expect.any(String) } } })
    expect(requests.every(({ method }) => method === 'GET')).toBe(true)
    expect((await connect({ scopes: ['https://api.example/auth/1/read.only'] })).isNew).toBe(true)
  })

  it.each<[string, Record<string, Answer>, Partial<ConnectResourceOptions>, string]>([
    ['names another resource', metadata({ resource: 'https://bank.example/mcp' }), {}, 'resource_mismatch'],
    ['names a neighbour of its own', metadata({ resource: `${SERVER}/tools/mcp2` }), {}, 'resource_mismatch'],
    ['names one that only begins alike', metadata({ resource: `${SERVER}/too` }), {}, 'resource_mismatch'],
    ['names no resource', metadata({ resource: undefined }), {}, 'resource_mismatch'],
    ['names a resource by http', metadata({ resource: RESOURCE.replace('https', 'http') }), {}, 'resource_mismatch'],
    ['answers with HTML', { [`${SERVER}${WELL_KNOWN}/tools/mcp`]: new Response('<html>') }, {}, 'resource_mismatch'],
    ['has no metadata', { [`${SERVER}${WELL_KNOWN}/tools/mcp`]: new Response(null, { status: 404 }) }, {}, 'no_resource_metadata'],
    ['fails', { [`${SERVER}${WELL_KNOWN}/tools/mcp`]: new Response(null, { status: 500 }) }, {}, 'no_resource_metadata'],
    [
      'redirects',
      { [`${SERVER}${WELL_KNOWN}/tools/mcp`]: Response.redirect('https://elsewhere.example/', 302) },
      {},
      'no_resource_metadata',
    ],
    [
      'sends a megabyte and more',
      { [`${SERVER}${WELL_KNOWN}/tools/mcp`]: () => new Response(`{"resource":"${'x'.repeat(1_100_000)}"}`) },
      {},
      'discovery_failed',
    ],
    ['names no authorization server', metadata({ authorization_servers: [] }), {}, 'no_authorization_server'],
    ['names something else', metadata({ authorization_servers: { 0: ISSUER } }), {}, 'no_authorization_server'],
    ['names not the one that was asked for', {}, { authorizationServer: 'https://other.example' }, 'no_authorization_server'],
    ['names one by http', metadata({ authorization_servers: ['http://login.example'] }), {}, 'discovery_failed'],
    ['names a metadata service', metadata({ authorization_servers: ['https://169.254.169.254/latest'] }), {}, 'address_not_public'],
    ['names this machine', metadata({ authorization_servers: ['http://localhost:8080'] }), {}, 'address_not_public'],
    ['names a private address in a challenge', {}, { challenge: 'Bearer resource_metadata="https://10.0.0.1/meta"' }, 'address_not_public'],
    ['names no URL in a challenge', {}, { challenge: 'Bearer resource_metadata="file:///etc/passwd"' }, 'discovery_failed'],
    ['is itself at a private address', {}, { resource: 'https://[fd00::1]/mcp' }, 'address_not_public'],
    [
      'has an authorization server without metadata',
      { [`${ISSUER}/.well-known/oauth-authorization-server`]: new Response(null, { status: 404 }) },
      {},
      'no_authorization_server',
    ],
    ['has one that calls itself another', server({ issuer: 'https://evil.example' }), {}, 'issuer_mismatch'],
    ['has one whose tokens are at a private address', server({ token_endpoint: 'https://192.168.1.1/token' }), {}, 'discovery_failed'],
    [
      'has one that registers at a private address',
      server({ registration_endpoint: 'https://127.0.0.1/register' }),
      {},
      'address_not_public',
    ],
    ['has one that registers by http', server({ registration_endpoint: 'http://login.example/register' }), {}, 'discovery_failed'],
    ['has one that no user can be sent to', server({ authorization_endpoint: undefined }), {}, 'no_authorization_server'],
    ['has one that gives no tokens', server({ token_endpoint: undefined }), {}, 'no_authorization_server'],
    ['has one that says nothing of PKCE', server({ code_challenge_methods_supported: undefined }), {}, 'no_pkce'],
    ['has one that knows plain PKCE alone', server({ code_challenge_methods_supported: ['plain'] }), {}, 'no_pkce'],
    ['has one whose PKCE is no list', server({ code_challenge_methods_supported: 'S256' }), {}, 'no_pkce'],
    ['has one that registers nobody', server({ registration_endpoint: undefined }), {}, 'no_registration'],
    [
      'has one that refuses to register',
      registered(() => Response.json({ error: 'invalid_redirect_uri' }, { status: 400 })),
      {},
      'registration_refused',
    ],
    ['has one that registers without an id', registered(() => Response.json({}, { status: 201 })), {}, 'registration_refused'],
    ['has one that says 200, and registers nothing', registered(() => Response.json({ error: 'no' })), {}, 'registration_refused'],
    [
      'has one that registers with what was not asked for',
      registered(() => Response.json({ client_id: 'c', token_endpoint_auth_method: 'private_key_jwt' }, { status: 201 })),
      {},
      'registration_refused',
    ],
    [
      'has one that redirects the registration',
      registered(() => Response.redirect('https://elsewhere.example/', 307)),
      {},
      'registration_refused',
    ],
  ])('%s: nothing is kept', async (_what, changes, options, reason) => {
    const { vault, connect, requests } = hostileWorld(changes)
    await expect(connect(options)).rejects.toMatchObject({ facts: { reason } })
    expect((await vault.connections.describeAll()).items.map(({ connectionId }) => connectionId)).toEqual(['in-code'])
    for (const { url } of requests) expect(new URL(url).host).toMatch(/^(?:mcp|login)\.example$/)
  })
})

describe('what is asked for', () => {
  it.each<[string, Record<string, unknown>]>([
    ['resource', { resource: 'ftp://mcp.example' }],
    ['resource', { resource: 'https://user:pw@mcp.example/' }],
    ['resource', { resource: 'http://mcp.example/' }],
    ['clientName', { clientName: undefined }],
    ['redirectUris', { redirectUris: [] }],
    ['redirectUris', { redirectUris: ['javascript:alert(1)'] }],
    ['connectionId', { connectionId: 'a/b' }],
    ['clientMetadataUrl', { clientId: 'a', clientMetadataUrl: 'https://app.example/client.json' }],
    ['scopes', { scopes: ['two words'] }],
    ['challenge', { challenge: 'a\r\nb' }],
    ['again', { again: 1 }],
  ])('is refused, by name: %s', async (field, options) => {
    const { connect, requests } = hostileWorld()
    await expect(connect(options as Partial<ConnectResourceOptions>)).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
    expect(requests).toEqual([])
  })

  it('takes no connection over that is another’s', async () => {
    const { connect } = hostileWorld()
    await connect({ connectionId: 'mine' })
    await expect(connect({ connectionId: 'mine', resource: `${SERVER}/other` })).rejects.toMatchObject({ code: 'conflict' })
    await expect(connect({ connectionId: 'in-code' })).rejects.toMatchObject({ code: 'conflict' })
  })
})
