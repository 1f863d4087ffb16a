import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { AuthressClient, ServiceClientTokenProvider, TokenVerifier, UnauthorizedError } from '@authress/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'

// Every method of the published SDK that the vault answers, unmodified, over real HTTP.
let world: AppWorld
let admin: AuthressClient
let nobody: AuthressClient
/** Requests that came over the wire: how often the SDK tried. */
const requests: string[] = []

beforeAll(async () => {
  world = await appWorld({
    build: (app, parts) => {
      app.use((request, _response, next) => {
        requests.push(`${request.method} ${request.originalUrl}`)
        next()
      })
      app.use(vaultRouter(parts))
    },
  })
  const administrator = await world.vault.bootstrapAdministrator()
  admin = clientOf(administrator?.accessKey ?? '')
  nobody = clientOf((await newKey()).accessKey)
})
afterAll(() => world.close())
beforeEach(() => requests.splice(0))

const clientOf = (accessKey: string): AuthressClient => new AuthressClient({ authressApiUrl: world.origin }, accessKey)

async function newKey(): Promise<{ readonly clientId: string; readonly keyId: string; readonly accessKey: string }> {
  const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
  const { keyId, accessKey } = await world.vault.serviceClients.createAccessKey(clientId)
  return { clientId, keyId, accessKey }
}

/** Asserts on the plain object that the SDK throws, and that it asked once. */
async function expectFailure(call: () => Promise<unknown>, status: number, data: object): Promise<void> {
  requests.splice(0)
  await expect(call()).rejects.toMatchObject({ status, data: { title: expect.any(String), errorId: expect.any(String), ...data } })
  expect(requests).toHaveLength(1)
}

const notFound = { errorCode: 'not_found' }
const denied = { errorCode: 'permission_denied' }

describe('connections', () => {
  const connection = {
    type: 'OAUTH2',
    authenticationUrl: 'https://provider.example/authorize',
    tokenUrl: 'https://provider.example/token',
    clientId: 'client-1',
    data: { name: 'Provider', supportedContentType: 'application/x-www-form-urlencoded' },
    defaultConnectionProperties: { scope: 'files.read' },
  }

  it('are created, read, listed, changed and deleted', async () => {
    const created = await admin.connections.createConnection({ ...connection, clientSecret: 'canary-secret' })
    expect(created).toMatchObject({ status: 201, data: { ...connection, connectionId: expect.stringMatching(/^con_/) } })
    const connectionId = created.data.connectionId ?? ''
    const read = await admin.connections.getConnection(connectionId)
    expect(read).toMatchObject({ status: 200, data: created.data })
    const listed = await admin.connections.getConnections()
    expect(requests.at(-1)).toBe('GET /v1/connections/')
    expect(listed.data.connections.map((each) => each.connectionId)).toEqual(['demo', connectionId])
    expect(listed.data.links.self.href).toBe(`${world.origin}/v1/connections/`)

    const changed = await admin.connections.updateConnection(connectionId, { ...read.data, data: { ...read.data.data, name: 'Renamed' } })
    expect(changed).toMatchObject({ status: 200, data: { ...connection, data: { ...connection.data, name: 'Renamed' } } })
    expect(JSON.stringify([created.data, read.data, listed.data, changed.data])).not.toContain('canary')
    expect((await world.vault.connections.get(connectionId)).clientSecret?.reveal()).toBe('canary-secret')

    expect((await admin.connections.deleteConnection(connectionId)).status).toBe(204)
    await expectFailure(() => admin.connections.getConnection(connectionId), 404, { errorCode: 'connection_not_found' })
    await expectFailure(() => admin.connections.deleteConnection(connectionId), 404, { errorCode: 'connection_not_found' })
    await expectFailure(() => admin.connections.updateConnection(connectionId, connection), 404, { errorCode: 'connection_not_found' })
  })

  it('may have an issuer instead of endpoints, with the URL that the SDK’s types ask for beside it', async () => {
    const issuerUrl = world.provider.issuer
    const { data } = await admin.connections.createConnection({
      connectionId: 'by-issuer',
      issuerUrl,
      authenticationUrl: `${issuerUrl}/auth`,
      clientId: 'c',
    })
    expect(data).toMatchObject({ connectionId: 'by-issuer', issuerUrl, authenticationUrl: `${issuerUrl}/auth` })
  })

  it('conflict, and are refused with the name of each bad field', async () => {
    await admin.connections.createConnection({ ...connection, connectionId: 'taken' })
    await expectFailure(() => admin.connections.createConnection({ ...connection, connectionId: 'taken' }), 409, { errorCode: 'conflict' })
    await expectFailure(() => admin.connections.updateConnection('demo', connection), 409, { errorCode: 'conflict', reason: 'in_code' })
    await expectFailure(() => admin.connections.createConnection({ ...connection, type: 'SAML2', tokenUrl: 'nowhere' }), 400, {
      errorCode: 'invalid_request',
      fields: { type: expect.any(String) },
    })
    await expectFailure(() => admin.connections.createConnection({ ...connection, tokenUrl: 'nowhere' }), 400, {
      fields: { tokenUrl: expect.any(String) },
    })
  })

  it('give the credentials of a user, also to whoever asks for his own as the SDK does', async () => {
    await world.connect('alice')
    const { data } = await admin.connections.getConnectionCredentials('demo', 'alice')
    const { status } = await fetch(new URL('files', world.provider.apiUrl), { headers: { authorization: `Bearer ${data.accessToken}` } })
    expect(status).toBe(200)
    // Without a user the SDK asks for its own client id, which nobody connected.
    await expectFailure(() => admin.connections.getConnectionCredentials('demo'), 404, { errorCode: 'credential_not_found' })
  })

  it('are nothing for a client without a grant', async () => {
    await expectFailure(() => nobody.connections.getConnections(), 403, denied)
    await expectFailure(() => nobody.connections.getConnection('demo'), 403, denied)
    await expectFailure(() => nobody.connections.getConnection('nowhere'), 403, denied)
    await expectFailure(() => nobody.connections.createConnection(connection), 403, denied)
    await expectFailure(() => nobody.connections.updateConnection('demo', connection), 403, denied)
    await expectFailure(() => nobody.connections.deleteConnection('demo'), 403, denied)
  })
})

describe('serviceClients', () => {
  it('are created, read, listed, changed and deleted', async () => {
    const created = await admin.serviceClients.createClient({ name: 'worker' })
    expect(created).toMatchObject({ status: 201, data: { clientId: expect.stringMatching(/^sc_/), name: 'worker', verificationKeys: [] } })
    const { clientId } = created.data
    expect(await admin.serviceClients.getClient(clientId)).toMatchObject({ status: 200, data: created.data })
    const { data: list } = await admin.serviceClients.getClients()
    expect(list.clients.map((client) => client.clientId)).toContain(clientId)
    expect(list.links.self.href).toBe(`${world.origin}/v1/clients`)
    const changed = await admin.serviceClients.updateClient(clientId, { ...created.data, options: { grantUserPermissionsAccess: true } })
    expect(changed).toMatchObject({ status: 200, data: { clientId, name: 'worker', options: { grantUserPermissionsAccess: true } } })
    expect((await admin.serviceClients.deleteClient(clientId)).status).toBe(204)
    await expectFailure(() => admin.serviceClients.getClient(clientId), 404, notFound)
    await expectFailure(() => admin.serviceClients.deleteClient(clientId), 404, notFound)
  })

  it('have access keys that work at once, and stop at once', async () => {
    const { clientId } = (await admin.serviceClients.createClient({ name: 'keys' })).data
    const made = await admin.serviceClients.requestAccessKey(clientId)
    expect(made).toMatchObject({ status: 201, data: { clientId, generationDate: expect.stringMatching(/Z$/) } })
    const { keyId, accessKey } = made.data
    const own = clientOf(accessKey)
    const mine = async (): Promise<number> => (await own.userPermissions.getUserRolesForResource(clientId, '/a')).status
    expect(await mine()).toBe(200)
    const { verificationKeys } = (await admin.serviceClients.getClient(clientId)).data
    expect(verificationKeys).toMatchObject([{ keyId, clientId, generationDate: made.data.generationDate }])
    expect((await admin.serviceClients.deleteAccessKey(clientId, keyId)).status).toBe(204)
    await expectFailure(mine, 401, { errorCode: 'unauthenticated' })
    await expectFailure(() => admin.serviceClients.deleteAccessKey(clientId, keyId), 404, notFound)
  })

  it('have five access keys at most', async () => {
    const { clientId } = (await admin.serviceClients.createClient({ name: 'many' })).data
    for (let made = 0; made < 5; made += 1) await admin.serviceClients.requestAccessKey(clientId)
    await expectFailure(() => admin.serviceClients.requestAccessKey(clientId), 409, { errorCode: 'conflict', reason: 'access_key_limit' })
  })

  it('are refused with the name of each bad field', async () => {
    await expectFailure(() => admin.serviceClients.createClient({ options: { grantMetadataAccess: true } }), 400, {
      fields: { 'options.grantMetadataAccess': expect.any(String) },
    })
  })

  it('are nothing for a client without a grant', async () => {
    const { clientId } = (await admin.serviceClients.createClient({ name: 'other' })).data
    for (const id of [clientId, 'sc_nobody']) {
      await expectFailure(() => nobody.serviceClients.getClient(id), 403, denied)
      await expectFailure(() => nobody.serviceClients.updateClient(id, { name: 'mine' }), 403, denied)
      await expectFailure(() => nobody.serviceClients.deleteClient(id), 403, denied)
      await expectFailure(() => nobody.serviceClients.requestAccessKey(id), 403, denied)
      await expectFailure(() => nobody.serviceClients.deleteAccessKey(id, 'x'), 403, denied)
    }
    await expectFailure(() => nobody.serviceClients.getClients(), 403, denied)
    await expectFailure(() => nobody.serviceClients.createClient({ name: 'mine' }), 403, denied)
  })
})

describe('accessRecords', () => {
  const record = {
    name: 'Readers of documents',
    users: [{ userId: 'auth0|reader' }],
    statements: [{ roles: ['Authress:Viewer'], resources: [{ resourceUri: '/documents/*' }] }],
  }

  it('are created, read, listed, changed and ended', async () => {
    const created = await admin.accessRecords.createRecord(record)
    expect(created).toMatchObject({ status: 201, data: { ...record, recordId: expect.stringMatching(/^rec_/), status: 'ACTIVE' } })
    const { recordId } = created.data
    expect(created.data.links?.self.href).toBe(`${world.origin}/v1/records/${recordId}`)
    const read = await admin.accessRecords.getRecord(recordId)
    expect(read).toMatchObject({ status: 200, data: created.data })
    const changed = await admin.accessRecords.updateRecord(recordId, { ...read.data, description: 'Changed' })
    expect(changed).toMatchObject({ status: 200, data: { recordId, description: 'Changed' } })
    expect(await admin.accessRecords.deleteRecord(recordId)).toBeUndefined()
    expect((await admin.accessRecords.getRecord(recordId)).data.status).toBe('DELETED')
    await expectFailure(() => admin.accessRecords.getRecord('rec_nothing'), 404, notFound)
  })

  it('are listed by page, filter and status', async () => {
    for (const name of ['page a', 'page b', 'page c']) await admin.accessRecords.createRecord({ ...record, name })
    const names: string[] = []
    let cursor: string | undefined
    do {
      const { data } = await admin.accessRecords.getRecords(2, cursor, 'PAGE')
      expect(data.records.length).toBeLessThanOrEqual(2)
      names.push(...data.records.map(({ name }) => name))
      cursor = data.pagination?.next?.cursor
      if (cursor !== undefined) expect(new URL(data.links.next?.href ?? '').searchParams.get('cursor')).toBe(cursor)
    } while (cursor !== undefined)
    expect(names.toSorted()).toEqual(['page a', 'page b', 'page c'])
    const { recordId } = (await admin.accessRecords.createRecord({ ...record, name: 'page gone' })).data
    await admin.accessRecords.deleteRecord(recordId)
    const { data: deleted } = await admin.accessRecords.getRecords(undefined, undefined, 'page', 'DELETED')
    expect(deleted.records.map(({ name }) => name)).toEqual(['page gone'])
    expect((await admin.accessRecords.getRecords()).data.records.length).toBeGreaterThan(3)
  })

  it('are not changed when they changed meanwhile', async () => {
    const { recordId, lastUpdated = '' } = (await admin.accessRecords.createRecord(record)).data
    await admin.accessRecords.updateRecord(recordId, record, new Date(lastUpdated))
    const stale = { errorCode: 'conflict', reason: 'modified_since' }
    await expectFailure(() => admin.accessRecords.updateRecord(recordId, record, lastUpdated), 412, stale)
    await expectFailure(() => admin.accessRecords.updateRecord(recordId, record, new Date(0)), 412, stale)
    await expectFailure(() => admin.accessRecords.updateRecord(recordId, record, 'last week'), 400, {
      fields: { 'If-Unmodified-Since': expect.any(String) },
    })
  })

  it('conflict, and are refused with the name of each bad field', async () => {
    await admin.accessRecords.createRecord({ ...record, recordId: 'taken' })
    await expectFailure(() => admin.accessRecords.createRecord({ ...record, recordId: 'taken' }), 409, { errorCode: 'conflict' })
    const statements = [{ roles: ['nope'], resources: [{ resourceUri: 'a//b' }] }]
    await expectFailure(() => admin.accessRecords.createRecord({ ...record, name: '', statements }), 400, {
      errorCode: 'invalid_request',
      fields: { name: expect.any(String), 'statements[0].resources[0].resourceUri': expect.any(String) },
    })
  })

  it('are nothing for a client without a grant, and give nothing on that the caller may not give', async () => {
    const { recordId } = (await admin.accessRecords.createRecord(record)).data
    for (const id of [recordId, 'rec_nothing']) {
      await expectFailure(() => nobody.accessRecords.getRecord(id), 403, denied)
      await expectFailure(() => nobody.accessRecords.updateRecord(id, record), 403, denied)
      await expectFailure(() => nobody.accessRecords.deleteRecord(id), 403, denied)
    }
    await expectFailure(() => nobody.accessRecords.getRecords(), 403, denied)
    await expectFailure(() => nobody.accessRecords.createRecord(record), 403, denied)

    const { clientId, accessKey } = await newKey()
    await admin.accessRecords.createRecord({
      name: 'May write records',
      users: [{ userId: clientId }],
      statements: [{ roles: ['Vault:Editor'], resources: [{ resourceUri: 'Authress:AccessRecords' }] }],
    })
    await expectFailure(() => clientOf(accessKey).accessRecords.createRecord(record), 403, { ...denied, reason: 'grant_missing' })
  })
})

describe('roles', () => {
  const role = {
    roleId: 'document-reader',
    name: 'Reader',
    description: 'Reads documents.',
    permissions: [{ action: 'documents:read', allow: true, grant: false, delegate: false }],
  }

  it('are created, read, changed and deleted', async () => {
    expect(await admin.roles.createRole(role)).toMatchObject({ status: 201, data: role })
    const read = await admin.roles.getRole(role.roleId)
    expect(read).toMatchObject({ status: 200, data: role })
    const changed = await admin.roles.updateRole(role.roleId, { ...read.data, name: 'Renamed' })
    expect(changed).toMatchObject({ status: 200, data: { ...role, name: 'Renamed' } })
    await expectFailure(() => admin.roles.createRole(role), 409, { errorCode: 'conflict' })
    expect((await admin.roles.deleteRole(role.roleId)).status).toBe(204)
    await expectFailure(() => admin.roles.getRole(role.roleId), 404, notFound)
    await expectFailure(() => admin.roles.updateRole(role.roleId, role), 404, notFound)
    await expectFailure(() => admin.roles.deleteRole(role.roleId), 404, notFound)
  })

  it('of the vault’s own are read, and stay', async () => {
    expect((await admin.roles.getRole('Authress:UserCredentialsViewer')).data.roleId).toBe('Vault:UserCredentialsViewer')
    await expectFailure(() => admin.roles.deleteRole('Vault:Owner'), 409, { errorCode: 'conflict', reason: 'built_in' })
  })

  it('in use are not deleted; bad ones are refused with the name of each bad field', async () => {
    await admin.roles.createRole({ ...role, roleId: 'in-use' })
    const statements = [{ roles: ['in-use'], resources: [{ resourceUri: '/documents' }] }]
    await admin.accessRecords.createRecord({ name: 'Uses the role', users: [{ userId: 'u' }], statements })
    await expectFailure(() => admin.roles.deleteRole('in-use'), 409, { reason: 'in_use' })
    const permissions = [{ action: 'not an action', allow: true, grant: false, delegate: false }]
    await expectFailure(() => admin.roles.createRole({ ...role, roleId: 'bad', permissions }), 400, {
      fields: { 'permissions[0].action': expect.any(String) },
    })
  })

  it('are nothing for a client without a grant', async () => {
    for (const roleId of ['Vault:Owner', 'nothing']) {
      await expectFailure(() => nobody.roles.getRole(roleId), 403, denied)
      await expectFailure(() => nobody.roles.updateRole(roleId, role), 403, denied)
      await expectFailure(() => nobody.roles.deleteRole(roleId), 403, denied)
    }
    await expectFailure(() => nobody.roles.createRole(role), 403, denied)
  })
})

describe('users', () => {
  it.each(['auth0|u 1', 'a/b', 'm@example.com'])('getUser reads %j', async (userId) => {
    await world.vault.users.put({ userId, name: 'U', email: 'u@example.com' })
    expect(await admin.users.getUser(userId)).toMatchObject({ status: 200, data: { userId, name: 'U', email: 'u@example.com' } })
  })

  it('getUser fails for one whom the vault was not told of, and for a caller without a grant', async () => {
    await expectFailure(() => admin.users.getUser('unknown'), 404, notFound)
    await expectFailure(() => nobody.users.getUser('auth0|u 1'), 403, denied)
    await expectFailure(() => nobody.users.getUser('unknown'), 403, denied)
  })
})

describe('tenants', () => {
  it('are created, read, listed, changed and deleted', async () => {
    const tenant = {
      tenantId: 'acme',
      tenantLookupIdentifier: 'acme.example',
      data: { name: 'Acme' },
      connection: { connectionId: 'demo' },
    }
    const created = await admin.tenants.createTenant(tenant)
    expect(created).toMatchObject({ status: 201, data: tenant })
    expect(await admin.tenants.getTenant('acme')).toMatchObject({ status: 200, data: created.data })
    expect((await admin.tenants.getTenants()).data.tenants).toEqual([created.data])
    const changed = await admin.tenants.updateTenant('acme', { ...created.data, data: { name: 'ACME' } })
    expect(changed).toMatchObject({ status: 200, data: { tenantId: 'acme', data: { name: 'ACME' } } })
    await expectFailure(() => admin.tenants.createTenant(tenant), 409, { errorCode: 'conflict' })
    await expectFailure(() => admin.tenants.updateTenant('acme', { tenantId: 'other' }), 400, { fields: { tenantId: expect.any(String) } })
    expect((await admin.tenants.deleteTenant('acme')).status).toBe(204)
    await expectFailure(() => admin.tenants.getTenant('acme'), 404, notFound)
  })

  it('are nothing for a client without a grant', async () => {
    await expectFailure(() => nobody.tenants.getTenants(), 403, denied)
    await expectFailure(() => nobody.tenants.createTenant({ tenantId: 'mine' }), 403, denied)
    await expectFailure(() => nobody.tenants.getTenant('acme'), 403, denied)
    await expectFailure(() => nobody.tenants.updateTenant('acme', { tenantId: 'acme' }), 403, denied)
    await expectFailure(() => nobody.tenants.deleteTenant('acme'), 403, denied)
  })
})

describe('userPermissions', () => {
  const userId = 'auth0|zoe/1'
  beforeAll(async () => {
    await admin.roles.createRole({
      roleId: 'page-reader',
      name: 'Reader',
      permissions: [{ action: 'pages:read', allow: true, grant: false, delegate: false }],
    })
    await admin.accessRecords.createRecord({
      name: 'Pages of Zoe',
      users: [{ userId }],
      statements: [
        { roles: ['page-reader'], resources: [{ resourceUri: 'pages/1' }, { resourceUri: 'pages/2' }, { resourceUri: 'pages/3/parts/a' }] },
        { roles: ['page-reader'], resources: [{ resourceUri: 'books/*' }, { resourceUri: 'files/a%2Fb' }] },
      ],
    })
  })

  it.each([
    ['pages/1', 'pages:read'],
    ['/pages/1/parts/b c', 'PAGES:READ'],
    ['books/*', 'pages:read'],
    ['files/a%2Fb', 'pages:read'],
  ])('authorizeUser resolves for %s and %s', async (resourceUri, permission) => {
    expect((await admin.userPermissions.authorizeUser(userId, resourceUri, permission)).status).toBe(200)
  })

  it.each([
    ['pages', 'pages:read'],
    ['pages/*', 'pages:read'],
    ['pages/1', 'pages:write'],
    ['files/a/b', 'pages:read'],
    ['nothing', 'pages:read'],
  ])('authorizeUser rejects with UnauthorizedError for %s and %s', async (resourceUri, permission) => {
    const rejected = admin.userPermissions.authorizeUser(userId, resourceUri, permission)
    await expect(rejected).rejects.toBeInstanceOf(UnauthorizedError)
    await expect(rejected).rejects.toMatchObject({ code: 'UnauthorizedError', userId, resourceUri, permission })
    expect(requests).toHaveLength(1)
  })

  it('authorizeUser fails otherwise for a caller who may not ask, and for what is no resource', async () => {
    await expectFailure(() => nobody.userPermissions.authorizeUser(userId, 'pages/1', 'pages:read'), 403, denied)
    await expectFailure(() => nobody.userPermissions.authorizeUser('unknown', 'pages/1', 'pages:read'), 403, denied)
    await expectFailure(() => admin.userPermissions.authorizeUser(userId, 'pages//1', 'pages:read'), 400, {
      fields: { resourceUri: expect.any(String) },
    })
  })

  it('every call without a user is about the caller himself, who needs no grant', async () => {
    await expect(nobody.userPermissions.authorizeUser(undefined, 'pages/1', 'pages:read')).rejects.toBeInstanceOf(UnauthorizedError)
    const { data } = await nobody.userPermissions.getUserRolesForResource(undefined, 'pages/1')
    expect(data).toEqual({ userId: expect.stringMatching(/^sc_/), roles: [] })
    await expectFailure(() => nobody.userPermissions.getUserPermissionsForResource(undefined, 'pages/1'), 404, notFound)
    expect((await nobody.userPermissions.getUserResources(undefined, 'pages')).data).toMatchObject({ userId: data.userId, resources: [] })
  })

  it('getUserPermissionsForResource and getUserRolesForResource tell what he has', async () => {
    const permissions = [{ action: 'pages:read', allow: true, grant: false, delegate: false }]
    expect((await admin.userPermissions.getUserPermissionsForResource(userId, 'pages/1/below')).data).toEqual({ userId, permissions })
    await expectFailure(() => admin.userPermissions.getUserPermissionsForResource(userId, 'pages'), 404, notFound)
    expect((await admin.userPermissions.getUserRolesForResource(userId, 'pages/1')).data).toEqual({
      userId,
      roles: [{ roleId: 'page-reader' }],
    })
    expect((await admin.userPermissions.getUserRolesForResource(userId, 'pages/1/below')).data).toEqual({ userId, roles: [] })
    await expectFailure(() => nobody.userPermissions.getUserPermissionsForResource(userId, 'pages/1'), 403, denied)
    await expectFailure(() => nobody.userPermissions.getUserRolesForResource(userId, 'pages/1'), 403, denied)
  })

  it('getUserResources lists what he has, in pages', async () => {
    const urisOf = async (
      ...rest: Parameters<AuthressClient['userPermissions']['getUserResources']> extends [unknown, ...infer Rest] ? Rest : never
    ) => (await admin.userPermissions.getUserResources(userId, ...rest)).data.resources?.map(({ resourceUri }) => resourceUri)
    expect(await urisOf('pages', undefined, undefined, 'pages:read')).toEqual(['pages/1', 'pages/2'])
    expect(await urisOf('pages', undefined, undefined, 'pages:read', 'TOP_LEVEL_ONLY')).toEqual(['pages/1', 'pages/2'])
    expect(await urisOf('pages', undefined, undefined, undefined, 'INCLUDE_NESTED')).toEqual(['pages/1', 'pages/2', 'pages/3/parts/a'])
    expect(await urisOf('pages', undefined, undefined, 'pages:write', 'INCLUDE_NESTED')).toEqual([])
    // The SDK sends the word `undefined` for no collection.
    expect(await urisOf(undefined, undefined, undefined, 'pages:read', 'INCLUDE_NESTED')).toHaveLength(5)
    expect(requests.at(-1)).toContain('resourceUri=undefined')

    const first = await admin.userPermissions.getUserResources(userId, 'pages', 1, undefined, 'pages:read')
    expect(first.data).toMatchObject({ userId, accessToAllSubResources: false, resources: [{ resourceUri: 'pages/1' }] })
    const cursor = first.data.pagination?.next?.cursor
    const second = await admin.userPermissions.getUserResources(userId, 'pages', 1, cursor, 'pages:read')
    expect(second.data.resources).toEqual([{ resourceUri: 'pages/2' }])
    expect(second.data.pagination).toBeUndefined()
  })

  it('getUserResources tells of access to all, as the SDK asks it and as the list has it', async () => {
    const { data: asked } = await admin.userPermissions.getUserResources(userId, 'books/*', undefined, undefined, 'pages:read')
    expect(asked).toEqual({ userId, accessToAllSubResources: true, resources: null })
    const { data: listed } = await admin.userPermissions.getUserResources(
      userId,
      'books',
      undefined,
      undefined,
      'pages:read',
      'INCLUDE_NESTED',
    )
    expect(listed).toMatchObject({ userId, accessToAllSubResources: true })
    await expect(nobody.userPermissions.getUserResources(userId, 'books')).rejects.toMatchObject({ status: 403, data: denied })
  })
})

describe('a token', () => {
  let signer: {
    readonly clientId: string
    readonly keyId: string
    readonly accessKey: string
    readonly key: KeyObject
    readonly publicX: string
  }
  const nowS = Math.floor(Date.now() / 1000)
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

  beforeAll(async () => {
    const { clientId, keyId, accessKey } = await newKey()
    const key = createPrivateKey({ key: Buffer.from(accessKey.split('.')[3] ?? '', 'base64'), format: 'der', type: 'pkcs8' })
    const [own] = (await world.vault.serviceClients.get(clientId)).verificationKeys
    signer = { clientId, keyId, accessKey, key, publicX: own?.publicKey.x ?? '' }
  })

  /** What stands in the SDK's own token, with changes. */
  function inputOf(header: object = {}, claims: object = {}): string {
    const { clientId, keyId } = signer
    const issuer = `${world.origin}/v1/clients/${clientId}`
    const audience = `${world.vault.accountId}.accounts.authress.io`
    return `${encode({ alg: 'EdDSA', kid: keyId, typ: 'at+jwt', ...header })}.${encode({
      iss: issuer,
      sub: clientId,
      client_id: clientId,
      aud: audience,
      iat: nowS,
      exp: nowS + 86_400,
      ...claims,
    })}`
  }
  const signed = (header?: object, claims?: object, key: KeyObject = signer.key): string => {
    const input = inputOf(header, claims)
    return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
  }
  const hmacSigned = (secret: string | Buffer): string => {
    const input = inputOf({ alg: 'HS256' })
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }

  const verifiers: readonly (readonly [string, (token: string) => Promise<Record<string, unknown>>])[] = [
    ['client.verifyToken', (token) => nobody.verifyToken(token)],
    ['TokenVerifier', (token) => TokenVerifier(world.origin, token)],
  ]

  describe.each(verifiers)('and %s', (_name, verify) => {
    it('accepts what the SDK signs, and an access key for the token that it would sign', async () => {
      const token = await new ServiceClientTokenProvider(signer.accessKey, world.origin).getToken()
      expect(await verify(token)).toMatchObject({ sub: signer.clientId, iss: `${world.origin}/v1/clients/${signer.clientId}` })
      expect(await verify(signed())).toMatchObject({ sub: signer.clientId })
      expect(await verify(signer.accessKey)).toMatchObject({ sub: signer.clientId })
    })

    it.each<[string, () => string]>([
      ['alg none', () => `${inputOf({ alg: 'none' })}.`],
      ['HS256 with the public key as its secret', () => hmacSigned(signer.publicX)],
      ['HS256 with the bytes of the public key as its secret', () => hmacSigned(Buffer.from(signer.publicX, 'base64url'))],
      ['a kid that nobody has', () => signed({ kid: 'nobody' })],
      ['another key under the right kid', () => signed({}, {}, generateKeyPairSync('ed25519').privateKey)],
      ['another issuer', () => signed({}, { iss: `https://evil.example/v1/clients/${signer.clientId}` })],
      ['the issuer of another client', () => signed({}, { iss: `${world.origin}/v1/clients/sc_other` })],
      ['another subject', () => signed({}, { sub: 'alice' })],
      ['an end in the past', () => signed({}, { iat: nowS - 7_200, exp: nowS - 3_600 })],
      ['a beginning in the future', () => signed({}, { nbf: nowS + 3_600 })],
      [
        'changed claims',
        () => [signed().split('.')[0], signed({}, { sub: signer.clientId, admin: true }).split('.')[1], signed().split('.')[2]].join('.'),
      ],
    ])('refuses one with %s, as the vault does', async (_case, forged) => {
      const token = forged()
      await expect(verify(token)).rejects.toThrow(/Unauthorized|No matching public key/)
      const attacker = new AuthressClient({ authressApiUrl: world.origin }, () => token)
      await expectFailure(() => attacker.userPermissions.getUserRolesForResource(signer.clientId, '/a'), 401, {
        errorCode: 'unauthenticated',
      })
    })
  })

  it('that was set by hand counts, and no token is a 401', async () => {
    const client = new AuthressClient({ authressApiUrl: world.origin }, () => '')
    await expectFailure(() => client.connections.getConnections(), 401, { errorCode: 'unauthenticated' })
    client.setToken(signed())
    expect((await client.userPermissions.getUserRolesForResource(signer.clientId, '/a')).status).toBe(200)
  })
})
