import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { type ConnectionInput, createVault, localKeyring } from '../../src/index.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'
import { oidcConnection, REDIRECT_URI } from '../oauth/authorization-world.js'
import { fakeIssuer, ISSUER } from '../oauth/fake-issuer.js'
import { jsonAnswer } from '../oauth/faulty-token-endpoint.js'

const github: ConnectionInput = {
  connectionId: 'github',
  authorizationEndpoint: 'https://github.example/authorize',
  tokenEndpoint: 'https://github.example/token',
  clientId: 'client-2',
  clientSecret: 'canary-stored-secret',
}

describe('a connection in the store', () => {
  it('is used like one in code, by every process over the store', async () => {
    const world = vaultWorld()
    await world.vault().connections.put(github)
    const other = world.vault()
    expect(await other.connections.get('github')).toMatchObject({
      connectionId: 'github',
      clientId: 'client-2',
      rotation: { kind: 'strict' },
    })
    expect((await other.connections.get('github')).clientSecret?.reveal()).toBe('canary-stored-secret')
    expect((await other.connections.list()).map(({ connectionId }) => connectionId)).toEqual(['drive', 'github'])
    const flow = await other.authorization.start({ connectionId: 'github', userId: 'alice', redirectUri: 'https://app.example/callback' })
    expect(flow.authorizationUrl).toMatch(/^https:\/\/github\.example\/authorize\?/)
  })

  it('stands in the store with its secrets sealed, each under its own place', async () => {
    const world = vaultWorld()
    await world.vault().connections.put(github)
    const row = await world.store.documents.get({ tenant: 'default', kind: 'connection', id: 'github' })
    expect(row?.data).not.toContain('canary')
    expect(row?.data).not.toContain(btoa('canary-stored-secret').slice(0, 12))
    // Moved to another connection, it does not open.
    await world.store.documents.put({
      tenant: 'default',
      kind: 'connection',
      id: 'gitlab',
      data: row?.data.replace('"github"', '"gitlab"') ?? '',
      expect: 'absent',
      attemptId: 'thief',
    })
    await expect(world.vault().connections.get('gitlab')).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it.each([
    ['a secret for HS256', { clientAuthentication: 'client_secret_jwt', clientSecret: 'canary-secret-of-more-than-32-bytes' } as const],
    ['a private key', { clientAuthentication: 'private_key_jwt', privateKey: '{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}' } as const],
  ])('is described without opening %s', async (_name, authentication) => {
    const { clientSecret: _clientSecret, ...rest } = github
    const { connections } = vaultWorld().vault()
    await connections.put({ ...rest, ...authentication })
    const { clientAuthentication } = authentication
    const described = await connections.describe('github')
    expect(described).toMatchObject({ clientAuthentication, hasPrivateKey: clientAuthentication === 'private_key_jwt' })
    expect((await connections.describeAll()).items).toContainEqual(described)
  })

  it('is seen changed within a second elsewhere, and at once here', async () => {
    const world = vaultWorld()
    const [here, elsewhere] = [world.vault(), world.vault()]
    await here.connections.put(github)
    await elsewhere.connections.get('github')
    await here.connections.put({ ...github, clientSecret: 'canary-second-secret' })
    expect((await here.connections.get('github')).clientSecret?.reveal()).toBe('canary-second-secret')
    await world.clock.advance(1_000)
    expect((await elsewhere.connections.get('github')).clientSecret?.reveal()).toBe('canary-second-secret')
    await here.connections.delete('github')
    await world.clock.advance(1_000)
    for (const vault of [here, elsewhere])
      await expect(vault.connections.get('github')).rejects.toMatchObject({ code: 'connection_not_found' })
  })

  it('gives way to one in code of the same id, which is told at the start', async () => {
    const world = vaultWorld()
    await world.vault({ connections: [] }).connections.put({ ...github, connectionId: 'drive' })
    const vault = world.vault({ background: true })
    await settle()
    expect(world.logLines).toContainEqual([expect.stringContaining('both in code and in the store'), { connectionId: 'drive' }])
    expect((await vault.connections.get('drive')).clientId).toBe('client-1')
    expect(await vault.connections.list()).toHaveLength(1)
    await expect(vault.connections.put({ ...github, connectionId: 'drive' })).rejects.toMatchObject({ code: 'conflict' })
    await vault.close()
  })

  it('is refused with every bad field named, and nothing of a secret', async () => {
    const { connections } = vaultWorld().vault()
    const error: unknown = await connections
      .put({ ...github, tokenEndpoint: 'nonsense', clientSecret: '' })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'invalid_request', facts: { fields: { tokenEndpoint: expect.any(String) } } })
    // What comes in through an API may be anything.
    const anything = [undefined, null, 'x', []] as unknown as readonly ConnectionInput[]
    for (const nonsense of anything) await expect(connections.put(nonsense)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('that is not there is told as not found, and so is a damaged one by its own name', async () => {
    const world = vaultWorld()
    const { connections } = world.vault()
    await expect(connections.delete('github')).rejects.toMatchObject({ code: 'connection_not_found' })
    await expect(connections.get('../x')).rejects.toMatchObject({ code: 'connection_not_found' })
    const key = { tenant: 'default', kind: 'connection', id: 'broken' }
    await world.store.documents.put({ ...key, data: '{}', expect: 'absent', attemptId: 'a' })
    await expect(connections.get('broken')).rejects.toMatchObject({ code: 'decryption_failed', facts: { connectionId: 'broken' } })
    await world.connect(world.vault())
    expect((await world.vault().getCredentials(ALICE)).accessToken).toBe('canary-access-1')
  })

  const SEALED = 'has a secret that does not open'

  it.each<[string, (data: string) => string]>([
    ['is damaged', () => '{}'],
    ['was written by a later version', (data: string) => data.replace('"v":1', '"v":2')],
    [SEALED, (data: string) => data.replace(/"clientSecret":"....../, '"clientSecret":"AAAAAA')],
  ])('that %s can be written anew, and not changed', async (what, spoil) => {
    const world = vaultWorld()
    const { connections } = world.vault()
    await connections.put(github)
    const key = { tenant: 'default', kind: 'connection', id: 'github' }
    const row = await world.store.documents.get(key)
    await world.store.documents.put({ ...key, data: spoil(row?.data ?? ''), expect: row?.version ?? 0, attemptId: 'a' })
    await expect(world.vault().connections.get('github')).rejects.toMatchObject({ code: 'decryption_failed' })
    await expect(connections.update('github', { name: 'GitHub' })).rejects.toMatchObject({ code: 'decryption_failed' })
    await expect(connections.create(github)).rejects.toMatchObject({ code: 'conflict' })
    // All others are there for whoever looks for one.
    await connections.put({ ...github, connectionId: 'gitlab' })
    expect((await world.vault().connections.list()).map(({ connectionId }) => connectionId)).toEqual(['drive', 'gitlab'])
    expect(JSON.stringify(world.logLines)).toContain('cannot be used, and is left out')
    const { items } = await world.vault().connections.describeAll()
    expect(items.map(({ connectionId }) => connectionId)).toEqual(['drive', ...(what === SEALED ? ['github'] : []), 'gitlab'])
    await connections.put(github)
    expect((await world.vault().connections.get('github')).clientSecret?.reveal()).toBe('canary-stored-secret')
  })
})

describe('what is sent to providers', () => {
  const [main, stored] = ['fetch', 'fetchForStoredConnections'] as const

  it.each([
    ['in code', main, stored],
    ['in the store', stored, main],
  ])('goes through the `fetch` for a connection %s: metadata, tokens, keys, revocation', async (_where, right, wrong) => {
    const issuer = await fakeIssuer()
    const misled: unknown[] = []
    const vault = createVault({
      store: memoryStore(),
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: right === main ? [oidcConnection] : [],
      background: false,
      [right]: issuer.fetch,
      [wrong]: async (url: unknown) => {
        misled.push(url)
        throw new TypeError('This is the wrong way.')
      },
    })
    if (right === stored) await vault.connections.create(oidcConnection)
    expect((await vault.connections.describe('oidc')).source).toBe(right === main ? 'code' : 'store')

    const flow = await vault.authorization.start({ connectionId: 'oidc', userId: 'alice', redirectUri: REDIRECT_URI })
    const nowS = Math.floor(Date.now() / 1000)
    const nonce = new URL(flow.authorizationUrl).searchParams.get('nonce')
    const idToken = await issuer.sign({ iss: ISSUER, sub: 's', aud: oidcConnection.clientId, exp: nowS + 300, iat: nowS, nonce })
    const tokens = { access_token: 'canary-1', refresh_token: 'canary-2', token_type: 'Bearer', expires_in: 3600 }
    issuer.answers.set('/token', () => jsonAnswer(200, { ...tokens, id_token: idToken }))
    issuer.answers.set('/revoke', () => new Response(null, { status: 200 }))
    await vault.authorization.complete({ callbackUrl: `${REDIRECT_URI}?code=c&state=${flow.state}`, flowBinding: flow.flowBinding })
    await vault.getCredentials({ connectionId: 'oidc', userId: 'alice' }, { forceRefresh: true })
    await vault.disconnect({ connectionId: 'oidc', userId: 'alice' })
    await vault.close()

    const paths = new Set(issuer.requests.map(({ url }) => new URL(url).pathname))
    expect([...paths].sort()).toEqual(['/.well-known/openid-configuration', '/jwks', '/revoke', '/token'])
    expect(misled).toEqual([])
  })
})
