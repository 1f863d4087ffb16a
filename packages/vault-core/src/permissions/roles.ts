import { createDocumentCollection } from '../documents/collection.js'
import { VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore } from '../storage/contract.js'
import { builtInRoles, findRole } from './built-in-roles.js'
import { assertMayGive, type ChangeOptions, givenByRoleChange } from './giving.js'
import type { CachedPermissions } from './permissions.js'
import { type NewRole, parseNewRole, parseStoredRole, ROLE_KIND, type Role, type RolePermission } from './role.js'

/** The roles of a vault: those that are always there, and its own. Changes count in this process at once, elsewhere within a second. */
export interface Roles {
  /**
   * @throws {VaultError} `invalid_request` with each bad field; `conflict` when the id is taken; `permission_denied` with reason `grant_missing`
   * when records name the role already and `by` may not give what they would then give.
   */
  create(role: NewRole, options?: ChangeOptions): Promise<Role>
  /** A built-in one under each of its spellings. @throws {VaultError} `not_found`. */
  get(roleId: string): Promise<Role>
  /** Built-in ones first. */
  list(): Promise<readonly Role[]>
  /**
   * Replaces all of a role but its id.
   *
   * @throws {VaultError} `invalid_request`; `not_found`; `conflict` with reason `built_in`; `permission_denied` with reason `grant_missing` when
   * `by` may not give what the role gains, wherever records name it.
   */
  update(roleId: string, role: NewRole, options?: ChangeOptions): Promise<Role>
  /** @throws {VaultError} `not_found`; `conflict` with reason `built_in`, or `in_use` while an active record names it. */
  delete(roleId: string): Promise<void>
  exists(roleId: string): Promise<boolean>
}

export interface RolesOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  readonly permissions: CachedPermissions
}

/** Keeps roles in the store, as documents of the kind `role`. */
export function createRoles({ documents, tenant, runtime, permissions }: RolesOptions): Roles {
  const collection = createDocumentCollection<Role>({
    documents,
    tenant,
    runtime,
    kind: ROLE_KIND,
    noun: 'role',
    parse: parseStoredRole,
    onWrite: permissions.invalidate,
  })

  async function assertMayAdd(by: string | undefined, next: Role, before: readonly RolePermission[]): Promise<void> {
    if (by === undefined) return
    const known = new Set(before.map((permission) => JSON.stringify(permission)))
    const added = next.permissions.filter((permission) => !known.has(JSON.stringify(permission)))
    const authorizer = await permissions.fresh()
    assertMayGive(authorizer, by, givenByRoleChange(authorizer, next.roleId, added))
  }

  return {
    async create(input, { by } = {}) {
      const role = parseNewRole(input)
      await assertMayAdd(by, role, [])
      if (await collection.insert(role.roleId, role)) return role
      throw new VaultError('conflict', 'There is a role of this id. Choose another id.', { fields: { roleId: 'is taken' } })
    },

    async get(roleId) {
      return findRole(roleId) ?? collection.get(roleId)
    },

    async list() {
      return [...builtInRoles, ...(await collection.all())]
    },

    async update(roleId, input, { by } = {}) {
      assertOwn(roleId)
      const next = parseNewRole({ ...input, roleId: input?.roleId ?? roleId })
      if (next.roleId !== roleId) {
        const problem = 'must be that of the role that is changed, or left out'
        throw new VaultError('invalid_request', `roleId ${problem}.`, { fields: { roleId: problem } })
      }
      return collection.change(roleId, async (before) => {
        await assertMayAdd(by, next, before.permissions)
        return next
      })
    },

    async delete(roleId) {
      assertOwn(roleId)
      await collection.get(roleId)
      const authorizer = await permissions.fresh()
      for (const { recordId, statements } of authorizer.records()) {
        if (!statements.some(({ roles }) => roles.includes(roleId))) continue
        throw new VaultError('conflict', `Access record "${recordId}" names this role. Change or delete the record first.`, {
          reason: 'in_use',
        })
      }
      await collection.remove(roleId)
    },

    async exists(roleId) {
      return findRole(roleId) !== undefined || (await collection.find(roleId)) !== undefined
    },
  }
}

function assertOwn(roleId: string): void {
  if (findRole(roleId) === undefined) return
  throw new VaultError('conflict', 'This role is one of the vault’s own, which never change. Create another one.', { reason: 'built_in' })
}
