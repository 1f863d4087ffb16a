import { describe, expect, it } from 'vitest'
import { parseAction } from '../../src/permissions/action.js'
import { builtInRoles, findRole } from '../../src/permissions/built-in-roles.js'

describe('built-in roles', () => {
  it.each([
    ['Vault:Owner', ['*'], ['*'], ['*']],
    ['Vault:Admin', ['*'], ['*'], []],
    ['Vault:Editor', ['create', 'read', 'update', 'delete'], [], []],
    ['Vault:Viewer', ['read'], [], []],
    ['Vault:Granter', [], ['*'], []],
    ['Vault:UserCredentialsViewer', ['read'], [], []],
    ['Vault:ApiCaller', ['use'], [], []],
  ])('%s allows %j, grants %j, delegates %j, under either spelling', (roleId, allow, grant, delegate) => {
    for (const spelling of [roleId, roleId.replace('Vault:', 'Authress:')]) {
      const role = findRole(spelling)
      expect(role?.roleId).toBe(roleId)
      expect(role?.permissions.filter((permission) => permission.allow).map(({ action }) => action)).toEqual(allow)
      expect(role?.permissions.filter((permission) => permission.grant).map(({ action }) => action)).toEqual(grant)
      expect(role?.permissions.filter((permission) => permission.delegate).map(({ action }) => action)).toEqual(delegate)
    }
  })

  it('are all in that table, with actions that parse', () => {
    expect(builtInRoles).toHaveLength(7)
    for (const { permissions } of builtInRoles) for (const { action } of permissions) expect(() => parseAction(action)).not.toThrow()
  })

  it('know the bare name of one role alone', () => {
    expect(findRole('UserCredentialsViewer')?.roleId).toBe('Vault:UserCredentialsViewer')
    for (const roleId of ['Owner', 'Admin', 'Viewer']) expect(findRole(roleId)).toBeUndefined()
  })

  it.each([
    '',
    'vault:owner',
    'Vault:owner',
    'Vault:',
    'Other:Owner',
    'Vault:Authress:Owner',
    'Authress:Authress:Owner',
    '__proto__',
    'Vault:Owner ',
  ])('%j is no role', (roleId) => {
    expect(findRole(roleId)).toBeUndefined()
  })
})
