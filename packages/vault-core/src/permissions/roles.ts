/** What a role lets its holder do with one action. */
export interface RolePermission {
  /** `read`, `documents:*`, `*`. */
  readonly action: string
  /** May do it. Checks look at this alone. */
  readonly allow: boolean
  /** May give it to others, also without being able to do it. */
  readonly grant: boolean
  /** May pass on the right to give it. */
  readonly delegate: boolean
}

/** A bag of permissions. It names no resource: an access record puts roles and resources together. */
export interface Role {
  readonly roleId: string
  readonly name: string
  readonly description: string
  readonly permissions: readonly RolePermission[]
}

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
]

/**
 * The built-in role of this id, under any of its spellings: `Vault:Owner`, `Authress:Owner`; the bare
 * `UserCredentialsViewer` too. Undefined when there is none. Case counts.
 */
export function findRole(roleId: string): Role | undefined {
  const id = roleId === 'UserCredentialsViewer' ? `Vault:${roleId}` : roleId.replace(/^Authress:/, 'Vault:')
  return builtInRoles.find((candidate) => candidate.roleId === id)
}

function role(roleId: string, name: string, description: string, permissions: readonly RolePermission[]): Role {
  return { roleId, name, description, permissions }
}

function permission(
  action: string,
  flags: { readonly allow?: boolean; readonly grant?: boolean; readonly delegate?: boolean } = {},
): RolePermission {
  return { action, allow: flags.allow ?? true, grant: flags.grant ?? false, delegate: flags.delegate ?? false }
}
