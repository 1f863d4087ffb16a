import { describe, expect, it } from 'vitest'
import { GROUP_KIND } from '../../src/permissions/group.js'
import { permissionWorld } from './permission-world.js'

const TEAM = { groupId: 'grp_team', name: 'Team', users: [{ userId: 'u1' }, { userId: 'Vault:ServiceClients/sc_job' }] }
const record = {
  name: 'r',
  groups: [{ groupId: 'grp_team' }],
  statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: '/a' }] }],
}
const reads = (subject: string) => ({ subject, permission: 'read', resource: '/a' })

describe('groups', () => {
  it('are created, got, listed, changed and deleted', async () => {
    const world = permissionWorld()
    const { groups } = world.process()
    const group = await groups.create(TEAM)
    expect(group).toEqual({ ...TEAM, createdTime: '2027-01-15T08:00:00.000Z', lastUpdated: '2027-01-15T08:00:00.000Z' })
    expect((await groups.create({ name: 'x', users: [] })).groupId).toMatch(/^grp_[A-Za-z0-9_-]{22}$/)
    const changed = await groups.update('grp_team', { name: 'Team', users: [], description: 'Nobody' })
    expect(changed).toMatchObject({
      groupId: 'grp_team',
      users: [],
      createdTime: group.createdTime,
      lastUpdated: '2027-01-15T08:00:00.001Z',
    })
    expect((await groups.list()).items).toHaveLength(2)
    await groups.delete('grp_team')
    await expect(groups.get('grp_team')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('give their members what records say, service clients among them, and nobody else', async () => {
    const { groups, accessRecords, permissions } = permissionWorld().process()
    await groups.create(TEAM)
    await accessRecords.create(record)
    for (const [subject, allowed] of [
      ['u1', true],
      ['sc_job', true],
      ['u2', false],
      ['grp_team', false],
    ] as const)
      expect(await permissions.isAllowed(reads(subject))).toBe(allowed)
    await groups.update('grp_team', { ...TEAM, users: [{ userId: 'u2' }] })
    expect(await permissions.isAllowed(reads('u1'))).toBe(false)
    expect(await permissions.isAllowed(reads('u2'))).toBe(true)
    await groups.delete('grp_team')
    expect(await permissions.isAllowed(reads('u2'))).toBe(false)
  })

  it('of a statement are its own', async () => {
    const { groups, accessRecords, permissions } = permissionWorld().process()
    await groups.create(TEAM)
    const statements = [
      { ...record.statements[0], roles: ['Vault:Viewer'], resources: [{ resourceUri: '/a' }], groups: [{ groupId: 'grp_team' }] },
      { roles: ['Vault:Owner'], resources: [{ resourceUri: '*' }], users: [{ userId: 'boss' }] },
    ]
    await accessRecords.create({ name: 'r', statements })
    expect(await permissions.isAllowed(reads('u1'))).toBe(true)
    expect(await permissions.isAllowed({ ...reads('u1'), permission: 'update' })).toBe(false)
  })

  it('refuse a change that rests on an old reading', async () => {
    const { groups } = permissionWorld().process()
    const { lastUpdated } = await groups.create(TEAM)
    await groups.update('grp_team', TEAM, { ifUnmodifiedSince: lastUpdated })
    await expect(groups.update('grp_team', TEAM, { ifUnmodifiedSince: lastUpdated })).rejects.toMatchObject({
      code: 'conflict',
      facts: { reason: 'modified_since' },
    })
    await expect(groups.update('grp_team', TEAM, { ifUnmodifiedSince: 'yesterday' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it.each([
    ['an id without its beginning', { ...TEAM, groupId: 'team' }, 'groupId'],
    ['no name', { ...TEAM, name: undefined }, 'name'],
    ['a user that is none', { ...TEAM, users: [{ userId: '' }] }, 'users[0].userId'],
    ['1,001 users', { ...TEAM, users: Array.from({ length: 1001 }, (_, index) => ({ userId: `u${index}` })) }, 'users'],
    ['too much text', { ...TEAM, users: Array.from({ length: 1000 }, (_, index) => ({ userId: `${index}`.padEnd(200, 'x') })) }, 'users'],
    ['an unknown field', { ...TEAM, groups: [] }, 'groups'],
  ])('refuse %s', async (_what, group, field) => {
    const { create } = permissionWorld().process().groups
    await expect(Reflect.apply(create, undefined, [group])).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })

  it('that cannot be read have no members', async () => {
    const world = permissionWorld()
    const { groups, accessRecords, permissions } = world.process()
    await groups.create(TEAM)
    await accessRecords.create(record)
    const key = { tenant: 'default', kind: GROUP_KIND, id: 'grp_team' }
    const row = await world.documents.get(key)
    const data = JSON.stringify({ ...JSON.parse(row?.data ?? ''), except: ['u1'] })
    await world.documents.put({ ...key, data, expect: row?.version ?? 0, attemptId: 'a' })
    permissions.invalidate()
    expect(await permissions.isAllowed(reads('u1'))).toBe(false)
  })
})
