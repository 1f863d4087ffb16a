import { describe, expect, it } from 'vitest'
import type { NewAccessRecord } from '../../src/permissions/access-record.js'
import { type PermissionProcess, permissionWorld } from './permission-world.js'

const record = (roles: readonly string[], resourceUri: string, users: readonly string[] = ['new']): NewAccessRecord => ({
  name: 'r',
  users: users.map((userId) => ({ userId })),
  statements: [{ roles, resources: [{ resourceUri }] }],
})
const missing = { code: 'permission_denied', facts: { reason: 'grant_missing' } }

/** `boss` may give everything below /team, `owner` may pass on everything, `reader` may only read. */
async function world(): Promise<PermissionProcess> {
  const process = permissionWorld().process()
  await process.accessRecords.create(record(['Vault:Owner'], '*', ['owner']))
  await process.accessRecords.create(record(['Vault:Admin'], '/team/*', ['boss']))
  await process.accessRecords.create(record(['Vault:Viewer'], '*', ['reader']))
  return process
}

describe('who asks for an access record', () => {
  it.each([
    ['owner', 'Vault:Owner', '*', true],
    ['owner', 'Vault:Admin', '/elsewhere', true],
    ['boss', 'Vault:Editor', '/team/docs', true],
    ['boss', 'Vault:Editor', '/team/*', true],
    ['boss', 'Vault:Viewer', '/team/*/x', true],
    // What he holds is below /team, not /team.
    ['boss', 'Vault:Viewer', '/team', false],
    ['boss', 'Vault:Viewer', '*', false],
    ['boss', 'Vault:Viewer', '/*/docs', false],
    ['boss', 'Vault:Viewer', '/elsewhere', false],
    // Administrators give what they have, and not the right to give it.
    ['boss', 'Vault:Admin', '/team/docs', false],
    ['boss', 'Vault:Owner', '/team/docs', false],
    ['boss', 'Vault:Granter', '/team/docs', false],
    ['reader', 'Vault:Viewer', '/team/docs', false],
    ['nobody', 'Vault:Viewer', '/team/docs', false],
  ])('%s gives %s on %s: %s', async (by, roleId, resourceUri, may) => {
    const { accessRecords, permissions } = await world()
    const created = accessRecords.create(record([roleId], resourceUri), { by })
    if (may) await created
    else await expect(created).rejects.toMatchObject(missing)
    const check = { subject: 'new', permission: roleId === 'Vault:Granter' ? 'give' : 'read', resource: resourceUri }
    expect(await permissions.isAllowed(check)).toBe(may)
  })

  it('may change what it does not add to, and take away', async () => {
    const { accessRecords } = await world()
    const { recordId } = await accessRecords.create({ ...record(['Vault:Viewer', 'Vault:Editor'], '/other', ['a', 'b']), recordId: 'r1' })
    await accessRecords.update(
      recordId,
      { ...record(['Vault:Viewer', 'Vault:Editor'], '/other', ['a', 'b']), name: 'renamed' },
      { by: 'boss' },
    )
    await accessRecords.update(recordId, record(['Vault:Viewer'], '/other', ['a']), { by: 'boss' })
    for (const next of [
      record(['Vault:Viewer'], '/other', ['a', 'c']),
      record(['Vault:Editor'], '/other', ['a']),
      record(['Vault:Viewer'], '/others', ['a']),
    ])
      await expect(accessRecords.update(recordId, next, { by: 'boss' })).rejects.toMatchObject(missing)
    expect(await accessRecords.get(recordId)).toMatchObject({ users: [{ userId: 'a' }], statements: [{ roles: ['Vault:Viewer'] }] })
  })

  it('cannot move what a record gives from its statement to others by naming them for the whole', async () => {
    const { accessRecords } = await world()
    const statement = { roles: ['Vault:Viewer'], resources: [{ resourceUri: '/other' }] }
    const { recordId } = await accessRecords.create({ name: 'r', statements: [{ ...statement, users: [{ userId: 'a' }] }] })
    const next = { name: 'r', users: [{ userId: 'boss' }], statements: [statement] }
    await expect(accessRecords.update(recordId, next, { by: 'boss' })).rejects.toMatchObject(missing)
  })
})

describe('who changes a role or a group that records name', () => {
  const permission = (action: string) => ({ action, allow: true, grant: false, delegate: false })

  it('needs the right to give what the role gains, wherever it is given', async () => {
    const { roles, accessRecords, permissions } = await world()
    await roles.create({ roleId: 'own', name: 'Own', permissions: [permission('read')] })
    await accessRecords.create(record(['own'], '/team/docs', ['boss']))
    await roles.update('own', { roleId: 'own', name: 'Own', permissions: [permission('read'), permission('write')] }, { by: 'boss' })
    await accessRecords.create(record(['own'], '/other', ['boss']))
    const wider = { roleId: 'own', name: 'Own', permissions: [permission('*')] }
    await expect(roles.update('own', wider, { by: 'boss' })).rejects.toMatchObject(missing)
    expect(await permissions.isAllowed({ subject: 'boss', permission: 'delete', resource: '/other' })).toBe(false)
    await roles.update('own', { ...wider, permissions: [permission('read')] }, { by: 'boss' })
    await roles.update('own', wider, { by: 'owner' })
  })

  it('needs the right to give new members what the group has', async () => {
    const { groups, accessRecords } = await world()
    const group = { groupId: 'grp_1', name: 'g', users: [{ userId: 'a' }] }
    await groups.create(group, { by: 'boss' })
    await accessRecords.create({ name: 'r', groups: [{ groupId: 'grp_1' }], statements: record(['Vault:Viewer'], '/other').statements })
    await expect(groups.update('grp_1', { ...group, users: [{ userId: 'a' }, { userId: 'boss' }] }, { by: 'boss' })).rejects.toMatchObject(
      missing,
    )
    await groups.update('grp_1', { ...group, users: [] }, { by: 'boss' })
    await groups.delete('grp_1')
    // The record still names it: whoever makes it anew gives what the record gives.
    await expect(groups.create({ ...group, users: [{ userId: 'boss' }] }, { by: 'boss' })).rejects.toMatchObject(missing)
    await groups.create({ ...group, users: [] }, { by: 'boss' })
  })
})
