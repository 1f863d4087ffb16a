import type { AnyOperation } from '../operation.js'
import { accessKeyOperations } from './access-keys.js'
import { accessRecordOperations } from './access-records.js'
import { connectionOperations } from './connections.js'
import { credentialOperations } from './credentials.js'
import { groupOperations } from './groups.js'
import { roleOperations } from './roles.js'
import { serviceClientOperations } from './service-clients.js'
import { tenantOperations } from './tenants.js'
import { userPermissionOperations } from './user-permissions.js'
import { userOperations } from './users.js'

/** The management API: what the published service SDK asks for, credentials aside. */
export const managementOperations: readonly AnyOperation[] = [
  ...connectionOperations,
  ...credentialOperations,
  ...serviceClientOperations,
  ...accessKeyOperations,
  ...accessRecordOperations,
  ...roleOperations,
  ...groupOperations,
  ...userOperations,
  ...tenantOperations,
  ...userPermissionOperations,
]
