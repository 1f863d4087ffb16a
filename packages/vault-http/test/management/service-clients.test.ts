import { generateKeyPairSync } from 'node:crypto'
import { memoryStore } from '@holdfast/vault-store-memory'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ManagementWorld, managementWorld, tokenOf } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
})

const OWN_KEY = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

/** What goes on behind a request is done after it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const newClient = async (body: object = { name: 'job' }): Promise<string> =>
  (await world.call('POST', '/v1/clients', { body })).body.clientId

describe('a service client over HTTP', () => {
  it('is created, read, listed, changed and deleted', async () => {
    const created = await world.call('POST', '/v1/clients', { body: { name: 'worker', tags: { team: 'blue' } } })
    expect(created).toMatchObject({
      status: 201,
      body: {
        clientId: expect.stringMatching(/^sc_/),
        name: 'worker',
        options: { grantUserPermissionsAccess: false },
        tags: { team: 'blue' },
        verificationKeys: [],
        createdTime: expect.stringMatching(/Z$/),
      },
    })
    const { clientId } = created.body
    expect((await world.call('GET', `/v1/clients/${clientId}`)).body).toEqual(created.body)
    expect((await world.call('GET', '/v1/clients')).body.clients).toContainEqual(created.body)
    const changed = await world.call('PUT', `/v1/clients/${clientId}`, {
      body: { ...created.body, name: 'other', options: { grantUserPermissionsAccess: true } },
    })
    expect(changed).toMatchObject({ status: 200, body: { clientId, name: 'other', options: { grantUserPermissionsAccess: true } } })
    expect((await world.call('DELETE', `/v1/clients/${clientId}`)).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await world.call(method, `/v1/clients/${clientId}`)).status).toBe(404)
    expect((await world.call('PUT', `/v1/clients/${clientId}`, { body: {} })).status).toBe(404)
  })

  it('loses by a PUT the options and tags that the body does not name, and keeps its keys', async () => {
    const clientId = await newClient({ name: 'n', tags: { a: 'b' }, options: { grantUserPermissionsAccess: true } })
    const { body: key } = await world.call('POST', `/v1/clients/${clientId}/access-keys`)
    const { body } = await world.call('PUT', `/v1/clients/${clientId}`, { body: {} })
    expect(body).toMatchObject({ options: { grantUserPermissionsAccess: false }, verificationKeys: [{ keyId: key.keyId }] })
    expect(body.tags).toBeUndefined()
  })

  it.each<[string, object, string]>([
    ['the right to make tokens', { options: { grantTokenGeneration: true } }, 'options.grantTokenGeneration'],
    ['the old right to metadata', { options: { grantMetadataAccess: true } }, 'options.grantMetadataAccess'],
    ['an unknown option', { options: { grantEverything: true } }, 'options.grantEverything'],
    ['a limit', { rateLimits: [{ duration: 'P1D', quota: 100 }] }, 'rateLimits'],
    ['a secret', { clientSecret: 'x' }, 'clientSecret'],
    ['a name that is too long', { name: 'x'.repeat(129) }, 'name'],
    ['a name that is no text', { name: 1 }, 'name'],
    ['tags that are no texts', { tags: { a: 1 } }, 'tags.a'],
  ])('%s is refused, with the name of the field', async (_name, body, field) => {
    const refused = await world.call('POST', '/v1/clients', { body })
    expect(refused).toMatchObject({ status: 400, body: { errorCode: 'invalid_request' } })
    expect(Object.keys(refused.body.fields)).toEqual([field])
  })

  it('accepts neutral values of what the vault does not implement', async () => {
    const body = { name: 'n', rateLimits: [], options: { grantTokenGeneration: false, grantMetadataAccess: false } }
    expect((await world.call('POST', '/v1/clients', { body })).status).toBe(201)
  })

  it('is not renamed by a PUT', async () => {
    const clientId = await newClient()
    const refused = await world.call('PUT', `/v1/clients/${clientId}`, { body: { clientId: 'sc_other', name: 'n' } })
    expect(refused).toMatchObject({ status: 400, body: { fields: { clientId: expect.any(String) } } })
  })

  it('gets the option to ask about others only from a caller who may give that', async () => {
    const editor = await world.client([['Vault:Editor', 'Vault:ServiceClients']])
    const body = { name: 'n', options: { grantUserPermissionsAccess: true } }
    const refusal = { status: 403, body: { errorCode: 'permission_denied', reason: 'grant_missing' } }
    expect(await world.call('POST', '/v1/clients', { as: editor.token, body })).toMatchObject(refusal)
    const clientId = await newClient()
    expect(await world.call('PUT', `/v1/clients/${clientId}`, { as: editor.token, body })).toMatchObject(refusal)
    expect((await world.call('PUT', `/v1/clients/${clientId}`, { as: editor.token, body: { name: 'm' } })).status).toBe(200)
  })
})

describe('an access key over HTTP', () => {
  it('is told once, and works at once, until it is deleted', async () => {
    const clientId = await newClient()
    const made = await world.call('POST', `/v1/clients/${clientId}/access-keys`)
    expect(made).toMatchObject({ status: 201, body: { clientId, keyId: expect.any(String), generationDate: expect.stringMatching(/Z$/) } })
    const { keyId, accessKey } = made.body
    expect(accessKey).toMatch(new RegExp(`^${clientId}\\.${keyId}\\.${world.vault.accountId}\\.MC4CAQAwBQYDK2Vw`))
    const read = await world.call('GET', `/v1/clients/${clientId}`)
    expect(read.body.verificationKeys).toEqual([
      { keyId, clientId, generationDate: made.body.generationDate, publicKey: expect.objectContaining({ kty: 'OKP', kid: keyId }) },
    ])
    expect(JSON.stringify(read.body)).not.toContain(accessKey.split('.')[3])

    const asks = async (): Promise<number> =>
      (await world.call('GET', `/v1/users/${clientId}/resources`, { as: tokenOf(accessKey) })).status
    expect(await asks()).toBe(200)
    expect((await world.call('DELETE', `/v1/clients/${clientId}/access-keys/${encodeURIComponent(keyId)}`)).status).toBe(204)
    expect(await asks()).toBe(401)
    expect((await world.call('DELETE', `/v1/clients/${clientId}/access-keys/${encodeURIComponent(keyId)}`)).status).toBe(404)
  })

  it('may be the public half of a key of the caller’s own', async () => {
    const clientId = await newClient()
    const publicKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    const made = await world.call('POST', `/v1/clients/${clientId}/access-keys`, { body: { publicKey } })
    expect(made.status).toBe(201)
    expect(made.body).not.toHaveProperty('accessKey')
    expect((await world.call('POST', `/v1/clients/${clientId}/access-keys`, { body: { publicKey } })).status).toBe(409)
    const { verificationKeys } = await world.vault.serviceClients.get(clientId)
    expect(verificationKeys.map(({ publicKey: { x } }) => x)).toEqual([Buffer.from(publicKey, 'base64').subarray(12).toString('base64url')])
  })

  it.each<[string, object, string]>([
    [
      'a public key of another kind',
      { publicKey: generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
      'publicKey',
    ],
    ['text for a public key', { publicKey: 'x' }, 'publicKey'],
    ['an unknown field', { privateKey: 'x' }, 'privateKey'],
  ])('is refused for %s', async (_name, body, field) => {
    const refused = await world.call('POST', `/v1/clients/${await newClient()}/access-keys`, { body })
    expect(refused.status).toBe(400)
    expect(Object.keys(refused.body.fields)).toEqual([field])
  })

  it('is made for the admin of a record or of a group only by whoever may change that, too', async () => {
    const clientId = await newClient()
    const statements = [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: 'documents' }] }]
    const path = `/v1/clients/${clientId}/access-keys`
    const keyMaker = await world.client([['Vault:Editor', 'Vault:ServiceClients']])
    const requestKey = async (as = keyMaker.token): Promise<number> => (await world.call('POST', path, { as })).status
    expect(await requestKey()).toBe(201)

    const record = { recordId: 'a:b|~', name: 'Of others', users: [{ userId: 'bob' }], admins: [{ userId: clientId }], statements }
    expect((await world.call('POST', '/v1/records', { body: record })).status).toBe(201)
    expect(await world.call('POST', path, { as: keyMaker.token })).toMatchObject({ status: 403, body: { reason: 'grant_missing' } })
    const both = await world.client([
      ['Vault:Editor', 'Vault:ServiceClients'],
      ['Vault:Granter', 'Vault:AccessRecords'],
    ])
    expect(await requestKey(both.token)).toBe(201)
    await world.call('DELETE', '/v1/records/a%3Ab%7C~')
    expect(await requestKey()).toBe(201)

    const admins = [{ userId: `Authress:ServiceClients/${clientId}` }]
    const { body: group } = await world.call('POST', '/v1/groups', { body: { name: 'Others', users: [{ userId: 'bob' }], admins } })
    expect(await requestKey()).toBe(403)
    expect(await requestKey(both.token)).toBe(403)
    await world.call('PUT', `/v1/groups/${group.groupId}`, { body: { ...group, admins: [...admins, { userId: keyMaker.clientId }] } })
    expect(await requestKey()).toBe(201)
  })

  it('is one of five at most', async () => {
    const clientId = await newClient()
    for (let made = 0; made < 5; made += 1) expect((await world.call('POST', `/v1/clients/${clientId}/access-keys`)).status).toBe(201)
    expect(await world.call('POST', `/v1/clients/${clientId}/access-keys`)).toMatchObject({
      status: 409,
      body: { errorCode: 'conflict', reason: 'access_key_limit' },
    })
  })

  it('works until it expires, and not a moment longer, also by a token that was verified before', async () => {
    let aheadMs = 0
    const { call } = await managementWorld(memoryStore(), { aheadMs: () => aheadMs })
    const clientId = (await call('POST', '/v1/clients', { body: { name: 'job' } })).body.clientId
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const made = await call('POST', `/v1/clients/${clientId}/access-keys`, { body: { expiresAt: expiresAt.replace('Z', '+00:00') } })
    expect(made).toMatchObject({ status: 201, body: { expiresAt, accessKey: expect.any(String) } })
    expect((await call('GET', `/v1/clients/${clientId}`)).body.verificationKeys).toMatchObject([{ expiresAt }])
    const keys = async (): Promise<number> =>
      (await call('GET', `/v1/clients/${clientId}/.well-known/openid-configuration/jwks`, { as: null })).body.keys.length
    const token = tokenOf(made.body.accessKey)
    const asks = async (as = token): Promise<number> => (await call('GET', `/v1/users/${clientId}/resources`, { as })).status
    expect([await asks(), await keys()]).toEqual([200, 1])
    aheadMs = 3_500_000
    expect([await asks(), await keys()]).toEqual([200, 1])
    aheadMs = 3_600_000
    expect([await asks(), await asks(tokenOf(made.body.accessKey)), await keys()]).toEqual([401, 401, 0])
  })

  it.each([
    ['a time that has been', '2020-01-01T00:00:00Z'],
    ['a day alone', '2099-01-01'],
    ['a time without its zone', '2099-01-01T00:00:00'],
    ['a number', 4_000_000_000],
    ['no time', 'soon'],
  ])('is not made with an expiry that is %s', async (_what, expiresAt) => {
    const clientId = await newClient()
    for (const body of [{ expiresAt }, { expiresAt, publicKey: OWN_KEY }]) {
      const refused = await world.call('POST', `/v1/clients/${clientId}/access-keys`, { body })
      expect(refused).toMatchObject({ status: 400, body: { fields: { expiresAt: expect.any(String) } } })
    }
  })

  it('shows when it was last used, by a token whose signature held, and by no other', async () => {
    const clientId = await newClient()
    const { accessKey } = (await world.call('POST', `/v1/clients/${clientId}/access-keys`)).body
    const token = tokenOf(accessKey)
    const keyOf = async (): Promise<object> => (await world.call('GET', `/v1/clients/${clientId}`)).body.verificationKeys[0]
    const forged = `${token.slice(0, -4)}AAAA`
    expect((await world.call('GET', `/v1/users/${clientId}/resources`, { as: forged })).status).toBe(401)
    await turn()
    expect(await keyOf()).not.toHaveProperty('lastUsed')
    const before = Date.now()
    expect((await world.call('GET', `/v1/users/${clientId}/resources`, { as: token })).status).toBe(200)
    await turn()
    const { lastUsed } = (await keyOf()) as { readonly lastUsed: string }
    expect(Date.parse(lastUsed)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(lastUsed)).toBeLessThanOrEqual(Date.now())
  })

  it('of a client that does not exist is not found', async () => {
    expect((await world.call('POST', '/v1/clients/sc_nobody/access-keys')).status).toBe(404)
    expect((await world.call('DELETE', '/v1/clients/sc_nobody/access-keys/x')).status).toBe(404)
  })
})
