import { createForgetUser, type ForgetUserParts } from './credentials/forget-user.js'
import { createRevokeAll } from './credentials/revoke-all.js'
import { createKeyStatus } from './crypto/key-status.js'
import type { Keyring } from './crypto/keyring.js'
import { createRotateKeys } from './crypto/rotate-keys.js'
import { createCustomerTenants } from './directory/customer-tenants.js'
import { createUsers } from './directory/users.js'
import type { EventRecorder } from './events/event-recorder.js'
import type { Log } from './log.js'
import { createAccessRecords } from './permissions/access-records.js'
import { createGroups } from './permissions/groups.js'
import { createPermissions } from './permissions/permissions.js'
import { createRemoveSubject } from './permissions/remove-subject.js'
import { createRoles } from './permissions/roles.js'
import type { Runtime } from './runtime.js'
import { createBootstrapAdministrator } from './service-clients/bootstrap-administrator.js'
import { createServiceClients } from './service-clients/create-service-clients.js'
import type { DocumentStore } from './storage/contract.js'
import type { Vault } from './vault-interface.js'

/** What administers a vault: who may do what, who is who, and what is done to all of a user's or a tenant's credentials. */
export type Administration = Pick<
  Vault,
  | 'permissions'
  | 'accessRecords'
  | 'roles'
  | 'groups'
  | 'users'
  | 'tenants'
  | 'serviceClients'
  | 'bootstrapAdministrator'
  | 'forgetUser'
  | 'revokeAll'
  | 'rotateKeys'
  | 'keyStatus'
>

/** Makes what administers a vault, over the parts that the vault itself works with. */
export function createAdministration(
  parts: {
    readonly documents: DocumentStore
    readonly tenant: string
    readonly accountId: string
    readonly runtime: Runtime
    readonly log: Log
    readonly recorder: EventRecorder
    readonly keyring: Keyring
    /** The same calls, refused once the vault has closed. */
    readonly whileOpen: <T extends object>(calls: T) => T
  } & Omit<ForgetUserParts, 'users' | 'removeSubject'>,
): Administration {
  const { whileOpen } = parts
  const permissions = createPermissions(parts)
  const roles = createRoles({ ...parts, permissions })
  const groups = createGroups({ ...parts, permissions })
  const accessRecords = createAccessRecords({ ...parts, permissions, roles, groups })
  const serviceClients = createServiceClients({ ...parts, permissions })
  const users = createUsers(parts)
  return {
    permissions: whileOpen(permissions),
    accessRecords: whileOpen(accessRecords),
    roles: whileOpen(roles),
    groups: whileOpen(groups),
    users: whileOpen(users),
    tenants: whileOpen(createCustomerTenants(parts)),
    serviceClients: whileOpen(serviceClients),
    ...whileOpen({
      bootstrapAdministrator: createBootstrapAdministrator({ ...parts, serviceClients, accessRecords }),
      forgetUser: createForgetUser({ ...parts, users, removeSubject: createRemoveSubject({ ...parts, permissions }) }),
      revokeAll: createRevokeAll(parts),
      rotateKeys: createRotateKeys(parts),
      keyStatus: createKeyStatus(parts),
    }),
  }
}
