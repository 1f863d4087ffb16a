import { memoryStore } from '@holdfast/vault-store-memory'
import { type AccessRecords, createAccessRecords, type NewAccessRecord } from '../../src/permissions/access-records.js'
import { createGroups, type Groups } from '../../src/permissions/groups.js'
import { type CachedPermissions, createPermissions } from '../../src/permissions/permissions.js'
import { createRoles, type Roles } from '../../src/permissions/roles.js'
import { type Runtime, runtimeWithDefaults } from '../../src/runtime.js'
import { type ManualClock, manualClock } from '../fixtures/manual-clock.js'
import { type FaultyDocuments, faultyDocuments } from './faulty-documents.js'

export interface PermissionWorld {
  readonly clock: ManualClock
  readonly runtime: Runtime
  readonly documents: FaultyDocuments
  /** Another process over the same store, or another tenant of it. */
  process(options?: { readonly tenant?: string; readonly maxStalenessMs?: number }): PermissionProcess
}

export interface PermissionProcess {
  readonly permissions: CachedPermissions
  readonly accessRecords: AccessRecords
  readonly roles: Roles
  readonly groups: Groups
}

export function permissionWorld(): PermissionWorld {
  const clock = manualClock()
  const runtime = runtimeWithDefaults({ clock, fetch: () => Promise.reject(new Error('Permissions need no network.')) })
  const documents = faultyDocuments(memoryStore({ clock: () => clock.now() }).documents)
  return {
    clock,
    runtime,
    documents,
    process({ tenant = 'default', ...options } = {}) {
      const kept = { documents, tenant, runtime }
      const permissions = createPermissions({ ...kept, ...options })
      const [roles, groups] = [createRoles({ ...kept, permissions }), createGroups({ ...kept, permissions })]
      return { permissions, roles, groups, accessRecords: createAccessRecords({ ...kept, permissions, roles, groups }) }
    },
  }
}

/** A record that lets `users` read `resources`. */
export function viewers(users: readonly string[], resources: readonly string[], recordId?: string): NewAccessRecord {
  return {
    ...(recordId !== undefined && { recordId }),
    name: 'viewers',
    users: users.map((userId) => ({ userId })),
    statements: [{ roles: ['Vault:Viewer'], resources: resources.map((resourceUri) => ({ resourceUri })) }],
  }
}
