import { beforeAll, describe, expect, it } from 'vitest'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
  await world.vault.roles.create({
    roleId: 'reader',
    name: 'Reader',
    permissions: [{ action: 'documents:read', allow: true, grant: false, delegate: false }],
  })
  await world.vault.accessRecords.create({
    recordId: 'of-alice',
    name: 'What Alice may do',
    users: [{ userId: 'alice' }],
    statements: [
      {
        roles: ['reader'],
        resources: [{ resourceUri: 'documents/A' }, { resourceUri: 'documents/B' }, { resourceUri: 'documents/C/pages/1' }],
      },
      { roles: ['reader'], resources: [{ resourceUri: 'folders/*' }] },
      { roles: ['reader'], resources: [{ resourceUri: 'files/a%2Fb' }] },
    ],
  })
})

const pathOf = (userId: string, resourceUri: string, rest: string): string =>
  `/v1/users/${encodeURIComponent(userId)}/resources/${encodeURIComponent(resourceUri)}/${rest}`
const check = async (userId: string, resourceUri: string, permission: string): Promise<number> =>
  (await world.call('GET', pathOf(userId, resourceUri, `permissions/${encodeURIComponent(permission)}`))).status

describe('authorizeUser', () => {
  it.each<[string, string, string, number]>([
    ['alice', 'documents/A', 'documents:read', 200],
    ['alice', '/documents/A/', 'DOCUMENTS:READ', 200],
    ['alice', '/documents/A/pages/7', 'documents:read:fast', 200],
    ['alice', 'documents/A', 'documents:write', 404],
    ['alice', 'documents', 'documents:read', 404],
    ['alice', 'documents/*', 'documents:read', 404],
    ['alice', 'folders/*', 'documents:read', 200],
    ['alice', 'folders', 'documents:read', 404],
    ['alice', 'Documents/A', 'documents:read', 404],
    // The segment is decoded once; what is left is a resource URI with an escape of its own.
    ['alice', 'files/a%2Fb', 'documents:read', 200],
    ['alice', 'files/a/b', 'documents:read', 404],
    ['bob', 'documents/A', 'documents:read', 404],
    ['*', 'documents/A', 'documents:read', 404],
    ['nobody/at all', 'documents/A', 'documents:read', 404],
  ])('of %s on %s for %s is %i', async (userId, resourceUri, permission, status) => {
    expect(await check(userId, resourceUri, permission)).toBe(status)
  })

  it('says in the body why it is a 404, told apart from a route that is none', async () => {
    const { body } = await world.call('GET', pathOf('bob', 'documents/A', 'permissions/read'))
    expect(body).toMatchObject({ errorCode: 'not_found', reason: 'user_not_authorized' })
    expect((await world.call('GET', pathOf('bob', 'documents/A', 'permission/read'))).body.reason).toBeUndefined()
  })

  it.each<[string, string, string, string]>([
    ['a resource that is none', 'documents//A', 'read', 'resourceUri'],
    ['a resource with half an escape', 'documents/%zz', 'read', 'resourceUri'],
    ['a permission that is none', 'documents/A', 'read it', 'permission'],
    ['a permission that is too long', 'documents/A', 'x'.repeat(65), 'permission'],
  ])('%s is refused, with the name of the field: it is no denial', async (_name, resourceUri, permission, field) => {
    const { status, body } = await world.call('GET', pathOf('alice', resourceUri, `permissions/${encodeURIComponent(permission)}`))
    expect(status).toBe(400)
    expect(Object.keys(body.fields)).toEqual([field])
  })

  it('of a user id that can be none is refused', async () => {
    const { status, body } = await world.call('GET', pathOf('x'.repeat(300), 'documents/A', 'permissions/read'))
    expect([status, Object.keys(body.fields)]).toEqual([400, ['userId']])
  })
})

describe('what else is told of a user', () => {
  it('the permissions on a resource', async () => {
    const { status, body } = await world.call('GET', pathOf('alice', 'documents/A/pages', 'permissions'))
    expect(status).toBe(200)
    expect(body).toEqual({ userId: 'alice', permissions: [{ action: 'documents:read', allow: true, grant: false, delegate: false }] })
    expect(await world.call('GET', pathOf('alice', 'documents', 'permissions'))).toMatchObject({
      status: 404,
      body: { reason: 'user_not_authorized' },
    })
  })

  it('the roles on exactly a resource', async () => {
    expect((await world.call('GET', pathOf('alice', 'documents/A', 'roles'))).body).toEqual({
      userId: 'alice',
      roles: [{ roleId: 'reader' }],
    })
    expect((await world.call('GET', pathOf('alice', 'documents/A/pages', 'roles'))).body).toEqual({ userId: 'alice', roles: [] })
  })

  it.each<[string, readonly string[], boolean]>([
    ['resourceUri=documents', ['documents/A', 'documents/B'], false],
    ['resourceUri=documents/*', ['documents/A', 'documents/B'], false],
    ['resourceUri=documents&collectionConfiguration=TOP_LEVEL_ONLY', ['documents/A', 'documents/B'], false],
    ['resourceUri=documents&collectionConfiguration=INCLUDE_NESTED', ['documents/A', 'documents/B', 'documents/C/pages/1'], false],
    ['resourceUri=documents&permissions=documents:read', ['documents/A', 'documents/B'], false],
    ['resourceUri=documents&permissions=documents:write', [], false],
    ['resourceUri=folders', ['folders/*'], true],
    ['resourceUri=nothing', [], false],
  ])('the resources for %s', async (query, resources, accessToAllSubResources) => {
    const { status, body } = await world.call('GET', `/v1/users/alice/resources?${query}`)
    expect(status).toBe(200)
    expect(body.resources.map(({ resourceUri }: { resourceUri: string }) => resourceUri)).toEqual(resources)
    expect([body.userId, body.accessToAllSubResources]).toEqual(['alice', accessToAllSubResources])
  })

  it('all resources, for no collection and for the word that the published SDK sends then', async () => {
    const all = (await world.call('GET', '/v1/users/alice/resources?collectionConfiguration=INCLUDE_NESTED')).body.resources
    expect(all).toHaveLength(5)
    for (const word of ['undefined', '*']) {
      const { body } = await world.call('GET', `/v1/users/alice/resources?collectionConfiguration=INCLUDE_NESTED&resourceUri=${word}`)
      expect(body.resources).toEqual(all)
    }
  })

  it('the resources, page by page', async () => {
    const seen: string[] = []
    let next: string | undefined = '/v1/users/alice/resources?resourceUri=documents&collectionConfiguration=INCLUDE_NESTED&limit=1'
    while (next !== undefined) {
      const { body } = await world.call('GET', next)
      seen.push(...body.resources.map(({ resourceUri }: { resourceUri: string }) => resourceUri))
      next = body.links.next?.href.slice(PUBLIC_URL.length)
    }
    expect(seen).toEqual(['documents/A', 'documents/B', 'documents/C/pages/1'])
  })

  it.each<[string, string]>([
    ['collectionConfiguration', 'collectionConfiguration=ALL'],
    ['permissions', 'permissions=a%20b'],
    ['resourceUri', 'resourceUri=a//b'],
    ['permission', 'permission=read'],
    ['limit', 'limit=0'],
  ])('the resources for a wrong %s (%s) are refused', async (field, query) => {
    const { status, body } = await world.call('GET', `/v1/users/alice/resources?${query}`)
    expect([status, Object.keys(body.fields)]).toEqual([400, [field]])
  })

  it('why, and why not', async () => {
    const explain = async (userId: string, resourceUri: string, permission: string): Promise<unknown> =>
      (await world.call('GET', pathOf(userId, resourceUri, `permissions/${permission}/explanation`))).body
    const grant = { recordId: 'of-alice', recordName: 'What Alice may do', statement: 0, roleId: 'reader', resourceUri: 'documents/A' }
    expect(await explain('alice', '/documents/A/x', 'documents:read')).toEqual({
      userId: 'alice',
      resourceUri: '/documents/A/x',
      permission: 'documents:read',
      allowed: true,
      grants: [{ ...grant, action: 'documents:read', via: { userId: 'alice' } }],
    })
    expect(await explain('alice', 'documents/A', 'write')).toMatchObject({
      allowed: false,
      reason: 'no_role_allows_permission',
      nearest: [grant],
    })
    expect(await explain('alice', 'elsewhere', 'read')).toMatchObject({ allowed: false, grants: [], reason: 'no_grant_covers_resource' })
    expect(await explain('bob', 'documents/A', 'read')).toMatchObject({ allowed: false, grants: [], reason: 'no_record_names_subject' })
  })
})

describe('who may ask', () => {
  const asks = (userId: string): readonly string[] => [
    pathOf(userId, 'documents/A', 'permissions/documents%3Aread'),
    pathOf(userId, 'documents/A', 'permissions/documents%3Aread/explanation'),
    pathOf(userId, 'documents/A', 'permissions'),
    pathOf(userId, 'documents/A', 'roles'),
    `/v1/users/${encodeURIComponent(userId)}/resources`,
  ]
  const statusesFor = async (token: string, userId: string): Promise<readonly number[]> => {
    const statuses: number[] = []
    for (const path of asks(userId)) statuses.push((await world.call('GET', path, { as: token })).status)
    return statuses
  }
  const YES = [200, 200, 200, 200, 200]
  const NO = [403, 403, 403, 403, 403]

  it('everybody about himself', async () => {
    expect(await statusesFor(world.user('alice'), 'alice')).toEqual(YES)
    const { clientId, token } = await world.client()
    expect(await statusesFor(token, clientId)).toEqual([404, 200, 404, 200, 200])
  })

  it('nobody about others, without a right; and whether they exist is not told', async () => {
    const { token } = await world.client([['Vault:Owner', 'documents']])
    for (const asker of [token, world.user('bob')]) {
      expect(await statusesFor(asker, 'alice')).toEqual(NO)
      expect(await statusesFor(asker, 'nobody')).toEqual(NO)
      expect(await statusesFor(asker, 'x'.repeat(300))).toEqual(NO)
    }
  })

  it('whoever may READ what the user may do', async () => {
    const { token } = await world.client([['Vault:Viewer', 'Vault:UserPermissions/alice']])
    expect(await statusesFor(token, 'alice')).toEqual(YES)
    expect(await statusesFor(token, 'bob')).toEqual(NO)
  })

  it('a service client with the option for it, about anybody, and only as long as it has it', async () => {
    const { clientId, token } = await world.client([], { name: 'gateway', options: { grantUserPermissionsAccess: true } })
    expect(await statusesFor(token, 'alice')).toEqual(YES)
    expect(await statusesFor(token, 'bob')).toEqual([404, 200, 404, 200, 200])
    expect((await world.call('GET', '/v1/users/alice', { as: token })).status).toBe(403)
    await world.vault.serviceClients.update(clientId, { name: 'gateway' })
    expect(await statusesFor(token, 'alice')).toEqual(NO)
  })
})
