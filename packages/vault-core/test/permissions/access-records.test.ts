import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NewAccessRecord } from '../../src/permissions/access-records.js'
import { ACCESS_RECORD_KIND } from '../../src/permissions/stored-access-record.js'
import { permissionWorld, viewers } from './permission-world.js'

const invalid = (...fields: string[]) => ({
  code: 'invalid_request',
  facts: { fields: Object.fromEntries(fields.map((field) => [field, expect.any(String)])) },
})
const statement = { roles: ['Vault:Viewer'], resources: [{ resourceUri: '/a' }] }

/** What a caller without types, such as an HTTP handler, may pass. */
const createAny = (value: unknown): Promise<unknown> => {
  const { create } = permissionWorld().process().accessRecords
  return Reflect.apply(create, undefined, [value])
}

describe('creating an access record', () => {
  it('returns it as it was given, with id, status and time', async () => {
    const { accessRecords } = permissionWorld().process()
    const input: NewAccessRecord = {
      recordId: 'rec_1',
      name: 'The job',
      description: 'Reads\nall.',
      users: [{ userId: 'auth0|1/2 x' }],
      admins: [{ userId: 'boss' }],
      statements: [
        { roles: ['Authress:UserCredentialsViewer'], resources: [{ resourceUri: 'Authress:Connections/*/Users/*/Credentials' }] },
      ],
      tags: { team: 'a' },
    }
    const record = await accessRecords.create(input)
    expect(record).toEqual({ ...input, status: 'ACTIVE', lastUpdated: '2027-01-15T08:00:00.000Z' })
    expect(await accessRecords.get('rec_1')).toEqual(record)
    expect(await accessRecords.list()).toEqual({ items: [record] })
  })

  it('makes ids of 128 random bits', async () => {
    const { accessRecords } = permissionWorld().process()
    const ids = new Set<string>()
    for (let times = 0; times < 50; times += 1) {
      const { recordId } = await accessRecords.create(viewers(['u1'], ['/a']))
      expect(recordId).toMatch(/^rec_[A-Za-z0-9_-]{22}$/)
      ids.add(recordId)
    }
    expect(ids.size).toBe(50)
  })

  it('refuses an id that is taken, also by a deleted record', async () => {
    const { accessRecords } = permissionWorld().process()
    await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    await expect(accessRecords.create(viewers(['u2'], ['/b'], 'r'))).rejects.toMatchObject({ code: 'conflict' })
    await accessRecords.delete('r')
    await expect(accessRecords.create(viewers(['u2'], ['/b'], 'r'))).rejects.toMatchObject({ code: 'conflict' })
    expect(await accessRecords.get('r')).toMatchObject({ status: 'DELETED', users: [{ userId: 'u1' }] })
  })

  it('names every bad field in one error', async () => {
    const record = {
      recordId: 'no spaces',
      name: '',
      description: 'x'.repeat(1025),
      users: [{ userId: 'u1' }, { userId: '' }, {}, 'u4', { userId: 'u5', admin: true }],
      admins: 'boss',
      statements: [
        { roles: [], resources: [{ resourceUri: '/a//b' }, { resourceUri: 1 }, { uri: '/a' }] },
        { roles: ['no spaces', '', 7], resources: 'all', groups: [{ groupId: 'g' }, {}], deny: true },
        null,
      ],
      tags: { a: 1 },
      status: 'ACTIVE',
    }
    await expect(createAny(record)).rejects.toMatchObject(
      invalid(
        'recordId',
        'name',
        'description',
        'users[1].userId',
        'users[2].userId',
        'users[3]',
        'users[3].userId',
        'users[4].admin',
        'admins',
        'statements[0].roles',
        'statements[0].resources[0].resourceUri',
        'statements[0].resources[1].resourceUri',
        'statements[0].resources[2].uri',
        'statements[0].resources[2].resourceUri',
        'statements[1].roles[0]',
        'statements[1].roles[1]',
        'statements[1].roles[2]',
        'statements[1].resources',
        'statements[1].groups[0].groupId',
        'statements[1].groups[1].groupId',
        'statements[1].deny',
        'statements[2]',
        'tags',
        'status',
      ),
    )
  })

  it.each([
    ['no object', 'text', 'body'],
    ['a list', [], 'body'],
    ['null', null, 'body'],
    ['no statements', { name: 'x', statements: [] }, 'statements'],
    ['a long name', { name: 'x'.repeat(129), statements: [statement] }, 'name'],
    ['a name with a line break', { name: 'x\ny', statements: [statement] }, 'name'],
    ['an ill-formed name', { name: '\ud800', statements: [statement] }, 'name'],
    ['a long id', { recordId: 'x'.repeat(101), name: 'x', statements: [statement] }, 'recordId'],
    ['101 statements', { name: 'x', statements: Array.from({ length: 101 }, () => statement) }, 'statements'],
    [
      '101 roles',
      { name: 'x', statements: [{ ...statement, roles: Array.from({ length: 101 }, () => 'Vault:Viewer') }] },
      'statements[0].roles',
    ],
    [
      '101 resources',
      { name: 'x', statements: [{ ...statement, resources: Array.from({ length: 101 }, () => ({ resourceUri: '/a' })) }] },
      'statements[0].resources',
    ],
    [
      '1,001 users',
      { name: 'x', users: Array.from({ length: 1001 }, (_, index) => ({ userId: `u${index}` })), statements: [statement] },
      'users',
    ],
    [
      '101 users of a statement',
      { name: 'x', statements: [{ ...statement, users: Array.from({ length: 101 }, (_, index) => ({ userId: `u${index}` })) }] },
      'statements[0].users',
    ],
    [
      'users in record and statement',
      { name: 'x', users: [{ userId: 'a' }], statements: [{ ...statement, users: [{ userId: 'b' }] }] },
      'users',
    ],
    [
      'a role that does not exist',
      { name: 'x', statements: [{ ...statement, roles: ['Vault:Viewer', 'Vault:Nobody'] }] },
      'statements[0].roles[1]',
    ],
    ['a role with a name of the language', { name: 'x', statements: [{ ...statement, roles: ['__proto__'] }] }, 'statements[0].roles[0]'],
    ['a group that does not exist', { name: 'x', groups: [{ groupId: 'grp_1' }], statements: [statement] }, 'groups[0].groupId'],
    [
      'a group of a statement that does not exist',
      { name: 'x', statements: [{ ...statement, groups: [{ groupId: 'grp_1' }] }] },
      'statements[0].groups[0].groupId',
    ],
    [
      'groups in record and statement',
      { name: 'x', groups: [{ groupId: 'grp_1' }], statements: [{ ...statement, users: [{ userId: 'b' }] }] },
      'groups',
    ],
    [
      'a prototype',
      JSON.parse(
        '{"__proto__":{"status":"ACTIVE"},"name":"x","statements":[{"roles":["Vault:Viewer"],"resources":[{"resourceUri":"/a"}]}]}',
      ),
      '__proto__',
    ],
    ['a prototype among the tags', { name: 'x', statements: [statement], tags: JSON.parse('{"__proto__":"x"}') }, 'tags'],
    ['a field whose name is no word', { name: 'x', statements: [statement], 'a\nb': 1 }, '(a field)'],
    [
      'a record that is too large',
      { name: 'x', users: Array.from({ length: 1000 }, (_, index) => ({ userId: `${index}`.padEnd(120, 'x') })), statements: [statement] },
      'statements',
    ],
  ])('refuses %s', async (_what, record, field) => {
    await expect(createAny(record)).rejects.toMatchObject(invalid(field))
  })

  it('takes empty lists of users for none', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    await accessRecords.create({ name: 'x', users: [], statements: [{ ...statement, users: [{ userId: 'u1' }] }] })
    await accessRecords.create({ name: 'x', users: [{ userId: 'u2' }], statements: [{ ...statement, users: [] }] })
    for (const subject of ['u1', 'u2']) expect(await permissions.isAllowed({ subject, permission: 'read', resource: '/a' })).toBe(true)
  })

  it('parses or refuses as invalid_request, whatever it is given', async () => {
    const keys = fc.constantFrom('name', 'users', 'statements', 'roles', 'resources', 'resourceUri', 'userId', '__proto__', 'tags')
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>('/a', 'Vault:Viewer', '', null, 1, true),
        fc.array(tie('any')),
        fc.dictionary(keys, tie('any')),
      ),
    })).any
    await fc.assert(
      fc.asyncProperty(value, async (input) => {
        try {
          expect(await createAny(input)).toHaveProperty('status', 'ACTIVE')
        } catch (error) {
          expect(error).toHaveProperty('code', 'invalid_request')
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('deleting an access record', () => {
  it('keeps it, as DELETED, with a later time', async () => {
    const { accessRecords } = permissionWorld().process()
    const { lastUpdated } = await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    await accessRecords.delete('r')
    const deleted = await accessRecords.get('r')
    expect(deleted.status).toBe('DELETED')
    expect(Date.parse(deleted.lastUpdated)).toBeGreaterThan(Date.parse(lastUpdated))
    expect(await accessRecords.list()).toEqual({ items: [] })
    expect(await accessRecords.list({ status: 'DELETED' })).toEqual({ items: [deleted] })
  })

  it('is harmless twice', async () => {
    const { accessRecords } = permissionWorld().process()
    await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    await accessRecords.delete('r')
    const once = await accessRecords.get('r')
    await accessRecords.delete('r')
    expect(await accessRecords.get('r')).toEqual(once)
  })

  it.each(['r', '', '\0', 'x'.repeat(256), '__proto__'])('that is not there is not_found: %j', async (recordId) => {
    const { accessRecords } = permissionWorld().process()
    await expect(accessRecords.delete(recordId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(accessRecords.get(recordId)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is tried again when another change came first, and gives up in the end', async () => {
    const world = permissionWorld()
    const { accessRecords } = world.process()
    await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    let changes = 0
    const touch = async (most: number): Promise<void> => {
      if (changes >= most) return
      changes += 1
      const key = { tenant: 'default', kind: ACCESS_RECORD_KIND, id: 'r' }
      const row = await world.documents.get(key)
      if (!row) return
      world.documents.beforePut = undefined
      await world.documents.put({ ...key, data: row.data, expect: row.version, attemptId: `other-${changes}` })
      world.documents.beforePut = () => touch(most)
    }
    world.documents.beforePut = () => touch(1000)
    await expect(accessRecords.delete('r')).rejects.toMatchObject({ code: 'conflict' })
    expect(changes).toBeLessThan(20)
    changes = 0
    world.documents.beforePut = () => touch(3)
    await accessRecords.delete('r')
    expect((await accessRecords.get('r')).status).toBe('DELETED')
  })
})

describe('a stored record that cannot be read', () => {
  it('is never taken for another or for none', async () => {
    const world = permissionWorld()
    await world.documents.put({ tenant: 'default', kind: ACCESS_RECORD_KIND, id: 'odd', data: '{', expect: 'absent', attemptId: 'a' })
    const { accessRecords } = world.process()
    await expect(accessRecords.get('odd')).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(accessRecords.list()).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(accessRecords.delete('odd')).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
