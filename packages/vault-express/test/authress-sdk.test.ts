import { AuthressClient } from '@authress/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppWorld, appWorld } from './fixtures/app-world.js'

// The published SDK, unmodified, over real HTTP; the vault over a real provider.
let world: AppWorld
let job: { readonly clientId: string; readonly accessKey: string; readonly keyId: string }

beforeAll(async () => {
  world = await appWorld()
  job = await newClient('Vault:Connections/*/Users/*/Credentials')
})
afterAll(() => world.close())

async function newClient(resourceUri?: string): Promise<typeof job> {
  const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
  const { accessKey, keyId } = await world.vault.serviceClients.createAccessKey(clientId)
  if (resourceUri !== undefined) {
    const statements = [{ roles: ['Authress:UserCredentialsViewer'], resources: [{ resourceUri }] }]
    await world.vault.accessRecords.create({ name: 'grant', users: [{ userId: clientId }], statements })
  }
  return { clientId, accessKey, keyId }
}

const credentialsOf = async (accessKey: string, userId: string, connectionId = 'demo'): Promise<string> => {
  const client = new AuthressClient({ authressApiUrl: world.origin }, accessKey)
  const { data } = await client.connections.getConnectionCredentials(connectionId, userId)
  return data.accessToken
}

const askApi = async (accessToken: string): Promise<number> =>
  (await fetch(new URL('files', world.provider.apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })).status

async function untilExpired(accessToken: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await askApi(accessToken)) === 401) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The provider still accepts the token after 10 s.')
}

describe('connections.getConnectionCredentials of the published SDK', () => {
  it('returns a token that the API accepts, and after its expiry a new one that it accepts', async () => {
    world.provider.setAccessTokenTtl(3)
    await world.connect('alice')
    const first = await credentialsOf(job.accessKey, 'alice')
    expect(await askApi(first)).toBe(200)
    await untilExpired(first)
    world.provider.setAccessTokenTtl(60)
    const second = await credentialsOf(job.accessKey, 'alice')
    expect(second).not.toBe(first)
    expect(await askApi(second)).toBe(200)
  })

  it.each([
    'Authress:Connections/*/Users/*/Credentials',
    'Vault:Connections/*/Users/*/Credentials',
    'Vault:Connections/demo/Users/alice/Credentials',
  ])('works with a grant on %s', async (resourceUri) => {
    const { accessKey } = await newClient(resourceUri)
    expect(await askApi(await credentialsOf(accessKey, 'alice'))).toBe(200)
  })

  it.each([
    ['no grant at all', undefined],
    ['a grant on another user', 'Vault:Connections/*/Users/bob/Credentials'],
    ['a grant on another connection', 'Vault:Connections/other/Users/*/Credentials'],
  ])('answers 403 with %s, the same for what exists and what does not', async (_name, resourceUri) => {
    const { accessKey } = await newClient(resourceUri)
    const refusal = { status: 403, data: { errorCode: 'permission_denied' } }
    await expect(credentialsOf(accessKey, 'alice')).rejects.toMatchObject(refusal)
    await expect(credentialsOf(accessKey, 'nobody')).rejects.toMatchObject(refusal)
    await expect(credentialsOf(accessKey, 'alice', 'nowhere')).rejects.toMatchObject(refusal)
  })

  it('answers 404 for an unknown user and an unknown connection, told apart by the code', async () => {
    await expect(credentialsOf(job.accessKey, 'nobody')).rejects.toMatchObject({ status: 404, data: { errorCode: 'credential_not_found' } })
    await expect(credentialsOf(job.accessKey, 'alice', 'nowhere')).rejects.toMatchObject({
      status: 404,
      data: { errorCode: 'connection_not_found' },
    })
  })

  it('answers 401 for a key that was deleted, at once', async () => {
    const { accessKey, clientId, keyId } = await newClient('*')
    expect(await askApi(await credentialsOf(accessKey, 'alice'))).toBe(200)
    await world.vault.serviceClients.deleteAccessKey(clientId, keyId)
    await expect(credentialsOf(accessKey, 'alice')).rejects.toMatchObject({ status: 401 })
  })

  it('answers 401 for a key of a client that was deleted, and for a forged one', async () => {
    const { accessKey, clientId } = await newClient('*')
    const stranger = await newClient('*')
    const forged = [...accessKey.split('.').slice(0, 3), stranger.accessKey.split('.')[3]].join('.')
    await expect(credentialsOf(forged, 'alice')).rejects.toMatchObject({ status: 401 })
    await world.vault.serviceClients.delete(clientId)
    await expect(credentialsOf(accessKey, 'alice')).rejects.toMatchObject({ status: 401 })
  })

  it.each(['auth0|5f7c', 'a/b', 'user with spaces', 'm@example.com', 'ünïcode-名前', 'Users/*/Credentials', '*', 'a%2Fb'])(
    'reads the credential of user %j, and of nobody else',
    async (userId) => {
      await world.connect(userId)
      const own = await newClient('Vault:Connections/demo/Users/someone-else/Credentials')
      expect(await askApi(await credentialsOf(job.accessKey, userId))).toBe(200)
      await expect(credentialsOf(own.accessKey, userId)).rejects.toMatchObject({ status: 403 })
    },
  )

  it('answers a dead grant with 404 and its own code, once: the SDK does not repeat it', async () => {
    world.provider.setAccessTokenTtl(3)
    await world.connect('carol', 'carol')
    world.provider.setAccessTokenTtl(60)
    const { accessToken } = await world.vault.getCredentials({ connectionId: 'demo', userId: 'carol' })
    await untilExpired(accessToken)
    await world.provider.revokeGrantsOf('carol')
    const before = world.provider.tokenRequests.length
    await expect(credentialsOf(job.accessKey, 'carol')).rejects.toMatchObject({
      status: 404,
      data: { errorCode: 'reauthorization_required' },
    })
    await expect(credentialsOf(job.accessKey, 'carol')).rejects.toMatchObject({
      status: 404,
      data: { errorCode: 'reauthorization_required' },
    })
    expect(world.provider.tokenRequests.length - before).toBe(1)
  })

  it('verifies the client’s own token by the JWKS that the vault serves', async () => {
    const response = await fetch(`${world.origin}/v1/clients/${job.clientId}/.well-known/openid-configuration/jwks`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] }
    expect(keys).toEqual([{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', kid: job.keyId, x: expect.any(String) }])
  })
})
