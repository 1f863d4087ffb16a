import { beforeAll, describe, expect, it } from 'vitest'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
})

const create = async (body: object): Promise<{ readonly groupId: string; readonly lastUpdated: string }> =>
  (await world.call('POST', '/v1/groups', { body })).body

describe('a group over HTTP', () => {
  it('is created, read, listed, changed and deleted', async () => {
    const group = { name: 'Blue', description: 'd', users: [{ userId: 'a' }], admins: [{ userId: 'b' }], tags: { x: 'y' } }
    const created = await world.call('POST', '/v1/groups', { body: group })
    const { groupId } = created.body
    expect(created).toMatchObject({
      status: 201,
      body: { ...group, groupId: expect.stringMatching(/^grp_/), links: { self: { href: `${PUBLIC_URL}/v1/groups/${groupId}` } } },
    })
    const { body: read } = await world.call('GET', `/v1/groups/${groupId}`)
    expect(read).toEqual(created.body)
    expect((await world.call('GET', '/v1/groups')).body.groups).toContainEqual(read)
    const changed = await world.call('PUT', `/v1/groups/${groupId}`, { body: { ...read, users: [] } })
    expect(changed).toMatchObject({ status: 200, body: { groupId, users: [], createdTime: read.createdTime } })
    expect(changed.body.lastUpdated > read.lastUpdated).toBe(true)
    expect((await world.call('DELETE', `/v1/groups/${groupId}`)).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await world.call(method, `/v1/groups/${groupId}`)).status).toBe(404)
    expect((await world.call('PUT', `/v1/groups/${groupId}`, { body: { name: 'x', users: [] } })).status).toBe(404)
  })

  it('gives its members what records give it, as long as they are in it', async () => {
    const { groupId } = await create({ name: 'G', users: [{ userId: 'gina' }] })
    const statements = [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: '/shared' }] }]
    expect((await world.call('POST', '/v1/records', { body: { name: 'r', groups: [{ groupId }], statements } })).status).toBe(201)
    const ask = async (): Promise<number> => (await world.call('GET', '/v1/users/gina/resources/%2Fshared%2F1/permissions/read')).status
    expect(await ask()).toBe(200)
    await world.call('PUT', `/v1/groups/${groupId}`, { body: { name: 'G', users: [] } })
    expect(await ask()).toBe(404)
  })

  it('is changed by its admins, who add nobody to what they may not give', async () => {
    const { clientId, token } = await world.client()
    const { groupId } = await create({ name: 'G', users: [{ userId: 'a' }], admins: [{ userId: clientId }] })
    const statements = [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: '/secret' }] }]
    await world.call('POST', '/v1/records', { body: { name: 'r', groups: [{ groupId }], statements } })
    expect((await world.call('GET', `/v1/groups/${groupId}`, { as: token })).status).toBe(200)
    const put = (users: readonly object[]): ReturnType<ManagementWorld['call']> =>
      world.call('PUT', `/v1/groups/${groupId}`, { as: token, body: { name: 'G', users, admins: [{ userId: clientId }] } })
    expect(await put([{ userId: 'a' }, { userId: clientId }])).toMatchObject({ status: 403, body: { reason: 'grant_missing' } })
    expect((await put([])).status).toBe(200)
    expect((await world.call('DELETE', `/v1/groups/${groupId}`, { as: token })).status).toBe(204)
  })

  it('answers 412 to a change of what changed meanwhile', async () => {
    const { groupId, lastUpdated } = await create({ name: 'G', users: [] })
    const put = async (since: string): Promise<number> => {
      const options = { body: { name: 'G', users: [] }, headers: { 'if-unmodified-since': since } }
      return (await world.call('PUT', `/v1/groups/${groupId}`, options)).status
    }
    expect([await put(lastUpdated), await put(lastUpdated), await put('soon')]).toEqual([200, 412, 400])
  })

  it('tells nothing to whoever has no right, whether it exists or not', async () => {
    const { groupId } = await create({ name: 'G', users: [{ userId: 'alice' }] })
    const bodies = new Set<string>()
    for (const id of [groupId, 'grp_nothing', 'x'.repeat(300)]) {
      for (const [method, body] of [['GET'], ['PUT', { name: 'G', users: [] }], ['DELETE']] as const) {
        // A member of the group has no right to it.
        const answer = await world.call(method, `/v1/groups/${id}`, { as: world.user('alice'), body })
        expect(answer.status).toBe(403)
        bodies.add(JSON.stringify({ ...answer.body, errorId: '' }))
      }
    }
    expect(bodies.size).toBe(1)
  })

  it.each<[string, object, string]>([
    ['no name', { users: [] }, 'name'],
    ['no users', { name: 'G' }, 'users'],
    ['an id that is none', { name: 'G', users: [], groupId: 'team' }, 'groupId'],
    ['an unknown field', { name: 'G', users: [], owner: 'x' }, 'owner'],
    ['an unknown field of a user', { name: 'G', users: [{ userId: 'a', role: 'x' }] }, 'users[0].role'],
  ])('%s is refused, with the name of the field', async (_name, body, field) => {
    const refused = await world.call('POST', '/v1/groups', { body })
    expect(refused.status).toBe(400)
    expect(Object.keys(refused.body.fields)).toEqual([field])
  })

  it('conflicts with one of the same id, and is not renamed by a PUT', async () => {
    const body = { groupId: 'grp_one', name: 'G', users: [] }
    await create(body)
    expect((await world.call('POST', '/v1/groups', { body })).status).toBe(409)
    const renamed = await world.call('PUT', '/v1/groups/grp_one', { body: { ...body, groupId: 'grp_two' } })
    expect(renamed).toMatchObject({ status: 400, body: { fields: { groupId: expect.any(String) } } })
  })
})
