import { beforeAll, describe, expect, it } from 'vitest'
import { type ManagementWorld, managementWorld } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
})

describe('a user over HTTP', () => {
  it.each(['alice', 'auth0|5f7c', 'a/b', 'user with spaces', 'm@example.com', 'ünïcode-名前', '*', 'a%2Fb'])(
    '%j is told, read, listed, changed and forgotten',
    async (userId) => {
      const path = `/v1/users/${encodeURIComponent(userId)}`
      const told = await world.call('PUT', path, {
        body: { name: 'N', email: 'n@example.com', picture: 'https://p.example/n', tags: { a: 'b' } },
      })
      expect(told).toMatchObject({ status: 200, body: { userId, name: 'N', email: 'n@example.com', tags: { a: 'b' } } })
      expect((await world.call('GET', path)).body).toEqual(told.body)
      expect((await world.call('GET', '/v1/users')).body.users).toContainEqual(told.body)
      const changed = await world.call('PUT', path, { body: { ...told.body, name: 'M' } })
      expect(changed.body).toMatchObject({ userId, name: 'M', createdTime: told.body.createdTime })
      expect((await world.call('DELETE', path)).status).toBe(202)
      expect((await world.call('GET', path)).status).toBe(404)
      expect((await world.call('DELETE', path)).status).toBe(202)
    },
  )

  it('reads himself, and nobody else without a grant', async () => {
    await world.call('PUT', '/v1/users/carol', { body: { name: 'C' } })
    const statusFor = async (userId: string, path: string): Promise<number> =>
      (await world.call('GET', path, { as: world.user(userId) })).status
    expect(await statusFor('carol', '/v1/users/carol')).toBe(200)
    expect(await statusFor('dave', '/v1/users/carol')).toBe(403)
    expect(await statusFor('dave', '/v1/users/nobody')).toBe(403)
    expect(await statusFor('carol', '/v1/users')).toBe(403)
    expect((await world.call('PUT', '/v1/users/carol', { as: world.user('carol'), body: { name: 'Me' } })).status).toBe(403)
    expect((await world.call('DELETE', '/v1/users/carol', { as: world.user('carol') })).status).toBe(403)
    const reader = await world.client([['Vault:Viewer', 'Vault:Users/carol']])
    expect((await world.call('GET', '/v1/users/carol', { as: reader.token })).status).toBe(200)
    expect((await world.call('PUT', '/v1/users/carol', { as: reader.token, body: {} })).status).toBe(403)
  })

  it('a service client is no user, and reads none under its own id', async () => {
    const { clientId, token } = await world.client()
    expect((await world.call('GET', `/v1/users/${clientId}`, { as: token })).status).toBe(403)
    const refused = await world.call('PUT', `/v1/users/${clientId}`, { body: { name: 'x' } })
    expect(refused).toMatchObject({ status: 400, body: { fields: { userId: expect.any(String) } } })
  })

  it.each<[string, object, string]>([
    ['another id', { userId: 'other' }, 'userId'],
    ['an unknown field', { admin: true }, 'admin'],
    ['a name that is no text', { name: 1 }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(257) }, 'name'],
  ])('%s is refused, with the name of the field', async (_name, body, field) => {
    const refused = await world.call('PUT', '/v1/users/erin', { body })
    expect(refused.status).toBe(400)
    expect(Object.keys(refused.body.fields)).toEqual([field])
  })
})
