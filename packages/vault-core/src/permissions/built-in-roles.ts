import type { Role, RolePermission } from './role.js'

/**
 * The roles that are always there. `Authress:` is taken for `Vault:` in their ids.
 *
 * Grants cascade: whoever may READ `Vault:Connections` may READ the credentials below it, in whatever role. Give
 * `Vault:Viewer` on the resources that are to be seen, and not on `*`, where tokens must stay out of sight.
 */
export const builtInRoles: readonly Role[] = [
  role('Vault:Owner', 'Owner', 'Everything, with the right to give everything on.', [permission('*', { grant: true, delegate: true })]),
  role('Vault:Admin', 'Administrator', 'Everything, with the right to give it to others.', [permission('*', { grant: true })]),
  role('Vault:Editor', 'Editor', 'Creates, reads, changes and deletes; gives nothing to others.', [
    permission('create'),
    permission('read'),
    permission('update'),
    permission('delete'),
  ]),
  role('Vault:Viewer', 'Viewer', 'Reads, credentials below the resource included.', [permission('read')]),
  role('Vault:Granter', 'Granter', 'Gives access to others without having it.', [permission('*', { allow: false, grant: true })]),
  role('Vault:UserCredentialsViewer', 'User credentials viewer', "Reads users' credentials.", [permission('read')]),
  role('Vault:ApiCaller', 'API caller', "Calls providers' APIs through the vault's proxy with users' credentials, without seeing them.", [
    permission('use'),
  ]),
]

/**
 * The built-in role of this id, under any of its spellings: `Vault:Owner`, `Authress:Owner`; the bare
 * `UserCredentialsViewer` too. Undefined when there is none. Case counts.
 */
export function findRole(roleId: string): Role | undefined {
  const id = roleId === 'UserCredentialsViewer' ? `Vault:${roleId}` : roleId.replace(/^Authress:/, 'Vault:')
  return byId.get(id)
}

const byId: ReadonlyMap<string, Role> = new Map(builtInRoles.map((each) => [each.roleId, each]))

function role(roleId: string, name: string, description: string, permissions: readonly RolePermission[]): Role {
  return { roleId, name, description, permissions }
}

function permission(
  action: string,
  flags: { readonly allow?: boolean; readonly grant?: boolean; readonly delegate?: boolean } = {},
): RolePermission {
  return { action, allow: flags.allow ?? true, grant: flags.grant ?? false, delegate: flags.delegate ?? false }
}
