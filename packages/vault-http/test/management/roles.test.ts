import { beforeAll, describe, expect, it } from 'vitest'
import { type ManagementWorld, managementWorld } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
})

const readAndWrite = [
  { action: 'documents:read', allow: true, grant: false, delegate: false },
  { action: 'documents:write', allow: true, grant: true, delegate: false },
]

describe('a role over HTTP', () => {
  it('is created, read, listed, changed and deleted', async () => {
    const role = { roleId: 'writer', name: 'Writer', description: 'Writes.', permissions: readAndWrite }
    const created = await world.call('POST', '/v1/roles', { body: role })
    expect(created).toMatchObject({ status: 201, body: role })
    expect((await world.call('GET', '/v1/roles/writer')).body).toEqual(created.body)
    const { body: list } = await world.call('GET', '/v1/roles')
    expect(list.roles[0].roleId).toMatch(/^Vault:/)
    expect(list.roles).toContainEqual(created.body)
    const { permissions: _, ...rest } = created.body
    const changed = await world.call('PUT', '/v1/roles/writer', {
      body: { ...rest, permissions: [{ action: 'documents:read', allow: true }] },
    })
    expect(changed).toMatchObject({
      status: 200,
      body: { roleId: 'writer', permissions: [{ action: 'documents:read', allow: true, grant: false, delegate: false }] },
    })
    expect((await world.call('DELETE', '/v1/roles/writer')).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await world.call(method, '/v1/roles/writer')).status).toBe(404)
    expect((await world.call('PUT', '/v1/roles/writer', { body: { name: 'W', permissions: readAndWrite } })).status).toBe(404)
  })

  it('of the vault’s own is read under both spellings, and never changed', async () => {
    for (const roleId of ['Vault:Owner', 'Authress:Owner']) {
      expect((await world.call('GET', `/v1/roles/${encodeURIComponent(roleId)}`)).body).toMatchObject({ roleId: 'Vault:Owner' })
      const builtIn = { status: 409, body: { errorCode: 'conflict', reason: 'built_in' } }
      const body = { name: 'Mine', permissions: readAndWrite }
      expect(await world.call('PUT', `/v1/roles/${encodeURIComponent(roleId)}`, { body })).toMatchObject(builtIn)
      expect(await world.call('DELETE', `/v1/roles/${encodeURIComponent(roleId)}`)).toMatchObject(builtIn)
    }
  })

  it('in use is not deleted, and a taken id is not given again', async () => {
    const role = { roleId: 'used', name: 'Used', permissions: readAndWrite }
    await world.call('POST', '/v1/roles', { body: role })
    expect(await world.call('POST', '/v1/roles', { body: role })).toMatchObject({ status: 409, body: { errorCode: 'conflict' } })
    const statements = [{ roles: ['used'], resources: [{ resourceUri: '/a' }] }]
    await world.call('POST', '/v1/records', { body: { name: 'r', users: [{ userId: 'u' }], statements } })
    expect(await world.call('DELETE', '/v1/roles/used')).toMatchObject({ status: 409, body: { reason: 'in_use' } })
  })

  it('gains nothing that the caller may not give, where records name it', async () => {
    await world.call('POST', '/v1/roles', { body: { roleId: 'grows', name: 'Grows', permissions: [{ action: 'a:read', allow: true }] } })
    const statements = [{ roles: ['grows'], resources: [{ resourceUri: '/secrets' }] }]
    await world.call('POST', '/v1/records', { body: { name: 'r', users: [{ userId: 'u' }], statements } })
    const { token } = await world.client([['Vault:Editor', 'Vault:Roles']])
    const body = { name: 'Grows', permissions: [{ action: '*', allow: true }] }
    expect(await world.call('PUT', '/v1/roles/grows', { as: token, body })).toMatchObject({
      status: 403,
      body: { reason: 'grant_missing' },
    })
  })

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, 'name'],
    ['no id', { roleId: undefined }, 'roleId'],
    ['an id of the vault’s own', { roleId: 'Authress:Owner' }, 'roleId'],
    ['an id that is none', { roleId: 'a b' }, 'roleId'],
    ['an unknown field', { resources: [] }, 'resources'],
    ['a denial', { permissions: [{ action: 'a', allow: true, deny: true }] }, 'permissions[0].deny'],
    ['an action that is none', { permissions: [{ action: 'a b', allow: true }] }, 'permissions[0].action'],
    ['a flag that is text', { permissions: [{ action: 'a', allow: 'true' }] }, 'permissions[0].allow'],
    ['no permissions', { permissions: undefined }, 'permissions'],
  ])('%s is refused, with the name of the field', async (_name, part, field) => {
    const refused = await world.call('POST', '/v1/roles', { body: { roleId: 'r', name: 'R', permissions: readAndWrite, ...part } })
    expect(refused).toMatchObject({ status: 400, body: { errorCode: 'invalid_request' } })
    expect(Object.keys(refused.body.fields)).toEqual([field])
  })

  it('is not renamed by a PUT', async () => {
    await world.call('POST', '/v1/roles', { body: { roleId: 'fixed', name: 'F', permissions: readAndWrite } })
    const refused = await world.call('PUT', '/v1/roles/fixed', { body: { roleId: 'other', name: 'F', permissions: readAndWrite } })
    expect(refused).toMatchObject({ status: 400, body: { fields: { roleId: expect.any(String) } } })
  })
})
