import { describe, expect, it } from 'vitest'
import { builtInRoles } from '../../src/permissions/built-in-roles.js'
import type { NewRole } from '../../src/permissions/role.js'
import { permissionWorld } from './permission-world.js'

const reader: NewRole = {
  roleId: 'reader',
  name: 'Reader',
  permissions: [{ action: 'Documents:Read', allow: true, grant: false, delegate: false }],
}
const giving = (roleId: string, resourceUri = '/docs') => ({
  name: 'r',
  users: [{ userId: 'u1' }],
  statements: [{ roles: [roleId], resources: [{ resourceUri }] }],
})
const reads = { subject: 'u1', permission: 'documents:read', resource: '/docs/1' }

describe('roles of one’s own', () => {
  it('are created, got, listed behind the built-in ones, changed and deleted', async () => {
    const { roles } = permissionWorld().process()
    const role = await roles.create(reader)
    expect(role).toEqual({ ...reader, description: '' })
    expect(await roles.get('reader')).toEqual(role)
    expect(await roles.list()).toEqual([...builtInRoles, role])
    const changed = await roles.update('reader', { ...reader, name: 'Librarian', description: 'Reads.' })
    expect(await roles.get('reader')).toEqual(changed)
    await roles.delete('reader')
    await expect(roles.get('reader')).rejects.toMatchObject({ code: 'not_found' })
    await expect(roles.update('reader', reader)).rejects.toMatchObject({ code: 'not_found' })
    await expect(roles.delete('reader')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('give what they say as long as they say it, and at once in this process', async () => {
    const { roles, permissions, accessRecords } = permissionWorld().process()
    await roles.create(reader)
    await accessRecords.create(giving('reader'))
    expect(await permissions.isAllowed(reads)).toBe(true)
    await roles.update('reader', { ...reader, permissions: [{ action: 'documents:write', allow: true, grant: false, delegate: false }] })
    expect(await permissions.isAllowed(reads)).toBe(false)
    expect(await permissions.isAllowed({ ...reads, permission: 'documents:write' })).toBe(true)
  })

  it('are seen changed by other processes within a second', async () => {
    const world = permissionWorld()
    const [here, there] = [world.process(), world.process()]
    await here.roles.create(reader)
    await here.accessRecords.create(giving('reader'))
    expect(await there.permissions.isAllowed(reads)).toBe(true)
    await here.roles.update('reader', { ...reader, permissions: [{ action: 'other', allow: true, grant: false, delegate: false }] })
    await world.clock.advance(1_000)
    expect(await there.permissions.isAllowed(reads)).toBe(false)
  })

  it('stay while an active record names them', async () => {
    const { roles, accessRecords } = permissionWorld().process()
    await roles.create(reader)
    const { recordId } = await accessRecords.create(giving('reader'))
    await expect(roles.delete('reader')).rejects.toMatchObject({ code: 'conflict', facts: { reason: 'in_use' } })
    await accessRecords.delete(recordId)
    await roles.delete('reader')
  })

  it.each([
    ['no id', { ...reader, roleId: undefined }, 'roleId'],
    ['an id with a space', { ...reader, roleId: 'a b' }, 'roleId'],
    ['an id of the vault’s own', { ...reader, roleId: 'Vault:Reader' }, 'roleId'],
    ['an id of the alias', { ...reader, roleId: 'Authress:Reader' }, 'roleId'],
    ['the short name of a built-in one', { ...reader, roleId: 'UserCredentialsViewer' }, 'roleId'],
    ['no name', { ...reader, name: '' }, 'name'],
    ['no permissions', { ...reader, permissions: [] }, 'permissions'],
    ['a bad action', { ...reader, permissions: [{ action: 'read all', allow: true }] }, 'permissions[0].action'],
    ['an action that is no text', { ...reader, permissions: [{ action: 1, allow: true }] }, 'permissions[0].action'],
    ['a flag that is no flag', { ...reader, permissions: [{ action: 'read', allow: 'false' }] }, 'permissions[0].allow'],
    ['an unknown flag', { ...reader, permissions: [{ action: 'read', deny: true }] }, 'permissions[0].deny'],
    ['an unknown field', { ...reader, resources: ['*'] }, 'resources'],
  ])('refuse %s', async (_what, role, field) => {
    const { create } = permissionWorld().process().roles
    await expect(Reflect.apply(create, undefined, [role])).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })

  it('keep their ids to themselves', async () => {
    const { roles } = permissionWorld().process()
    await roles.create(reader)
    await expect(roles.create(reader)).rejects.toMatchObject({ code: 'conflict' })
    await expect(roles.update('reader', { ...reader, roleId: 'other' })).rejects.toMatchObject({ code: 'invalid_request' })
    for (const roleId of ['Vault:Owner', 'Authress:Owner', 'UserCredentialsViewer']) {
      await expect(roles.delete(roleId)).rejects.toMatchObject({ code: 'conflict', facts: { reason: 'built_in' } })
      await expect(roles.update(roleId, { ...reader, roleId })).rejects.toMatchObject({ code: 'conflict', facts: { reason: 'built_in' } })
    }
  })
})
