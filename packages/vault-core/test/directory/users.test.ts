import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { createUsers, type Users } from '../../src/directory/users.js'
import type { DocumentStore } from '../../src/storage/contract.js'
import { permissionWorld } from '../permissions/permission-world.js'

function usersOf(): Users {
  const { documents, runtime } = permissionWorld()
  return createUsers({ documents, runtime, tenant: 'default' })
}

describe('users', () => {
  it('are put, got, replaced, listed and deleted', async () => {
    const users = usersOf()
    const alice = await users.put({ userId: 'auth0|1/2', name: 'Alice', email: 'alice@example.com' })
    expect(alice).toEqual({
      userId: 'auth0|1/2',
      name: 'Alice',
      email: 'alice@example.com',
      createdTime: '2027-01-15T08:00:00.000Z',
      lastUpdated: '2027-01-15T08:00:00.000Z',
    })
    expect(await users.put({ userId: 'auth0|1/2', name: 'Alice B.' })).toEqual({
      userId: 'auth0|1/2',
      name: 'Alice B.',
      createdTime: '2027-01-15T08:00:00.000Z',
      lastUpdated: '2027-01-15T08:00:00.001Z',
    })
    expect((await users.list()).items.map(({ name }) => name)).toEqual(['Alice B.'])
    await users.delete('auth0|1/2')
    await expect(users.get('auth0|1/2')).rejects.toMatchObject({ code: 'not_found' })
    await expect(users.delete('auth0|1/2')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('are put once when many put the same at once', async () => {
    const { documents } = memoryStore()
    const { runtime } = permissionWorld()
    const users = createUsers({ documents, runtime, tenant: 'default' })
    await Promise.all(Array.from({ length: 5 }, (_, index) => users.put({ userId: 'u1', name: `n${index}` })))
    expect((await users.list()).items).toHaveLength(1)
  })

  it('are put anew when somebody deletes them meanwhile', async () => {
    const { documents } = memoryStore()
    const { runtime } = permissionWorld()
    const key = { tenant: 'default', kind: 'user', id: 'u1' }
    let reads = 0
    const get: DocumentStore['get'] = async (asked) => {
      const row = await documents.get(asked)
      // Between the look whether there is one and the change.
      reads += 1
      if (reads === 1 && row) await documents.delete(key, row.version)
      return row
    }
    await createUsers({ documents, runtime, tenant: 'default' }).put({ userId: 'u1', name: 'before' })
    const users = createUsers({ documents: { ...documents, get }, runtime, tenant: 'default' })
    expect(await users.put({ userId: 'u1', name: 'after' })).toMatchObject({ name: 'after' })
    expect((await users.list()).items).toMatchObject([{ userId: 'u1', name: 'after' }])
  })

  it.each([
    ['no id', {}, 'user[0].userId'],
    ['the id of a service client', { userId: 'sc_1' }, 'userId'],
    ['a name that is no text', { userId: 'u1', name: 7 }, 'name'],
    ['a long address', { userId: 'u1', email: 'x'.repeat(257) }, 'email'],
    ['an unknown field', { userId: 'u1', isAdmin: true }, 'isAdmin'],
    ['a prototype', JSON.parse('{"userId":"u1","__proto__":{"isAdmin":true}}'), '__proto__'],
  ])('refuse %s', async (_what, user, field) => {
    await expect(Reflect.apply(usersOf().put, undefined, [user])).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })
})
