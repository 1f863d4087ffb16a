import { describe, expect, it } from 'vitest'
import type { ConnectionChanges, NewConnection } from '../../src/index.js'
import { vaultWorld } from '../fixtures/vault-world.js'

const github: NewConnection = {
  connectionId: 'github',
  name: 'GitHub',
  authorizationEndpoint: 'https://github.example/authorize',
  tokenEndpoint: 'https://github.example/token',
  clientId: 'client-2',
  clientSecret: 'canary-stored-secret',
  defaultConnectionProperties: { scope: 'repo' },
  incrementalConnectionProperties: { prompt: 'consent' },
  scopeSeparator: ',',
  tags: { team: 'a' },
  providerTenantId: 'org-1',
}
const invalid = (field: string) => ({ code: 'invalid_request', facts: { fields: { [field]: expect.any(String) } } })

describe('a connection that is administered', () => {
  it('is created with an id of its own choice or one that is made, and shows all but its secrets', async () => {
    const { connections } = vaultWorld().vault()
    const { clientSecret: _clientSecret, ...shown } = github
    const info = await connections.create(github)
    expect(info).toMatchObject({
      ...shown,
      source: 'store',
      hasClientSecret: true,
      hasPrivateKey: false,
      createdTime: '2027-01-15T08:00:00.000Z',
    })
    expect(info.lastUpdated).toBe(info.createdTime)
    expect(await connections.describe('github')).toEqual(info)
    expect(JSON.stringify([info, await connections.describeAll()])).not.toContain('canary')
    const { connectionId: _connectionId, ...unnamed } = github
    expect((await connections.create(unnamed)).connectionId).toMatch(/^con_[A-Za-z0-9_-]{22}$/)
    await expect(connections.create(github)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is listed behind those in code, in pages, each once', async () => {
    const { connections } = vaultWorld().vault()
    for (let index = 0; index < 5; index += 1) await connections.create({ ...github, connectionId: `c${index}` })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await connections.describeAll({ limit: 2, ...(cursor !== undefined && { cursor }) })
      seen.push(...page.items.map(({ connectionId, source }) => `${connectionId} ${source}`))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(seen[0]).toBe('drive code')
    expect(seen.slice(1).sort()).toEqual([0, 1, 2, 3, 4].map((index) => `c${index} store`))
  })

  it('keeps what a change does not mention, its secret too, and loses what is undefined', async () => {
    const { connections } = vaultWorld().vault()
    const before = await connections.create(github)
    const after = await connections.update('github', { name: 'Hub', tags: undefined })
    const { tags: _tags, ...kept } = before
    expect(after).toEqual({ ...kept, name: 'Hub', lastUpdated: '2027-01-15T08:00:00.001Z' })
    expect((await connections.get('github')).clientSecret?.reveal()).toBe('canary-stored-secret')
    await connections.update('github', { clientSecret: 'canary-new-secret' })
    expect((await connections.get('github')).clientSecret?.reveal()).toBe('canary-new-secret')
    expect((await connections.update('github', { clientSecret: undefined })).hasClientSecret).toBe(false)
  })

  it.each<[string, ConnectionChanges]>([
    ['another token endpoint', { tokenEndpoint: 'https://thief.example/token' }],
    ['another path on the same host', { tokenEndpoint: 'https://github.example/thief/token' }],
    ['an issuer, whose discovery could name another', { issuer: 'https://thief.example' }],
    ['a revocation endpoint', { revocationEndpoint: 'https://thief.example/revoke' }],
    ['users’ tokens to another userinfo endpoint', { userinfoEndpoint: 'https://thief.example/me' }],
    ['users’ tokens to another API', { apiOrigins: ['https://thief.example'] }],
    ['an endpoint for devices', { deviceAuthorizationEndpoint: 'https://thief.example/device' }],
    ['an endpoint for pushed requests', { pushedAuthorizationRequestEndpoint: 'https://thief.example/par' }],
    ['another place to refresh at', { refreshRequest: { endpoint: 'https://thief.example/refresh' } }],
    ['a place that makes tokens last', { longLivedRequest: { endpoint: 'https://thief.example/exchange' } }],
    ['whoever is handed the connection’s own credential', { grant: { type: 'api_key' } }],
    ['the same, beside the client id', { grant: { type: 'basic' } }],
  ])('does not send its secret to %s unless it is given again', async (_what, changes) => {
    const { connections } = vaultWorld().vault()
    await connections.create(github)
    await expect(connections.update('github', changes)).rejects.toMatchObject(invalid('clientSecret'))
    await connections.update('github', { ...changes, clientSecret: 'canary-given-again' })
    expect((await connections.get('github')).clientSecret?.reveal()).toBe('canary-given-again')
  })

  it('does not sign for another endpoint unless its private key is given again', async () => {
    const { connections } = vaultWorld().vault()
    const { clientSecret: _clientSecret, ...withoutSecret } = github
    const { privateKey } = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']).then(async (pair) => ({
      privateKey: JSON.stringify(await crypto.subtle.exportKey('jwk', pair.privateKey)),
    }))
    const grant = { type: 'jwt_bearer', audience: 'https://github.example/token' } as const
    await connections.create({ ...withoutSecret, privateKey, grant })
    const changes = { tokenEndpoint: 'https://thief.example/token' }
    await expect(connections.update('github', changes)).rejects.toMatchObject(invalid('privateKey'))
    expect(await connections.update('github', { name: 'Hub' })).toMatchObject({ hasPrivateKey: true })
    expect(await connections.update('github', { ...changes, privateKey })).toMatchObject(changes)
  })

  it('may be left with fewer places for tokens by whoever does not know the secret', async () => {
    const { connections } = vaultWorld().vault()
    const apiOrigins = ['https://api.github.example', 'https://uploads.github.example']
    await connections.create({ ...github, apiOrigins })
    expect(await connections.update('github', { apiOrigins: apiOrigins.slice(0, 1) })).toMatchObject({ apiOrigins: apiOrigins.slice(0, 1) })
    await expect(connections.update('github', { apiOrigins })).rejects.toMatchObject(invalid('clientSecret'))
    const [first = ''] = apiOrigins
    // As it was written, and as it is told.
    for (const origin of [`${first}/`, first])
      expect(await connections.update('github', { apiOrigins: [origin] })).toMatchObject({ apiOrigins: [first] })
    expect(await connections.update('github', { apiOrigins: undefined })).not.toHaveProperty('apiOrigins')
  })

  it('in code is shown, and changed by nobody else', async () => {
    const { connections } = vaultWorld().vault()
    expect(await connections.describe('drive')).toMatchObject({ connectionId: 'drive', source: 'code', hasClientSecret: true })
    const refusal = { code: 'conflict', facts: { reason: 'in_code' } }
    await expect(connections.create({ ...github, connectionId: 'drive' })).rejects.toMatchObject(refusal)
    await expect(connections.update('drive', { name: 'x' })).rejects.toMatchObject(refusal)
    await expect(connections.delete('drive')).rejects.toMatchObject(refusal)
  })

  it('that is not there is not found', async () => {
    const { connections } = vaultWorld().vault()
    for (const id of ['none', '../x', '']) {
      await expect(connections.describe(id)).rejects.toMatchObject({ code: 'connection_not_found' })
      await expect(connections.update(id, { name: 'x' })).rejects.toMatchObject({ code: 'connection_not_found' })
    }
  })

  it.each<[string, object]>([
    ['tokenRequestContentType', { tokenRequestContentType: 'text/plain' }],
    ['providerTenantId', { providerTenantId: 'x'.repeat(65) }],
    ['tags', { tags: { 'no spaces': 'x' } }],
    ['tags', { tags: 'x' }],
    ['scopeSeparator', { scopeSeparator: ';' }],
    ['incrementalConnectionProperties.state', { incrementalConnectionProperties: { state: 'x' } }],
    ['connectionId', { connectionId: '../x' }],
    ['connectionId', { connectionId: '' }],
    ['connectionId', { connectionId: 'x'.repeat(300) }],
  ])('is refused with a bad %s', async (field, bad) => {
    const { connections } = vaultWorld().vault()
    await expect(connections.create({ ...github, ...bad })).rejects.toMatchObject(invalid(field))
  })

  it('sends its token requests as JSON to a provider that wants them so', async () => {
    const sent: { readonly type: string | null; readonly body: unknown }[] = []
    const world = vaultWorld({ tokenRequestContentType: 'application/json', clientAuthentication: 'client_secret_post' })
    const vault = world.vault({
      fetch: async (url, init) => {
        sent.push({ type: new Headers(init?.headers).get('content-type'), body: init?.body })
        const form = typeof init?.body === 'string' ? new URLSearchParams(Object.entries(JSON.parse(init.body))) : init?.body
        return world.provider.fetch(url, { ...init, ...(form !== undefined && { body: form }) })
      },
    })
    await world.connect(vault)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.type).toBe('application/json')
    expect(JSON.parse(String(sent[0]?.body))).toMatchObject({ grant_type: 'authorization_code', code: 'c1', client_id: 'client-1' })
  })
})
