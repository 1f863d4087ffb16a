import { createServiceClients, type ServiceClients, type ServiceClientsOptions } from '../../src/service-clients/service-clients.js'
import type { PermissionWorld } from '../permissions/permission-world.js'

/** The service clients of one more process over this world's store. */
export function serviceClientsOver(
  { documents, runtime, process }: PermissionWorld,
  more: Partial<Pick<ServiceClientsOptions, 'log' | 'emit'>>,
): ServiceClients {
  return createServiceClients({ documents, runtime, permissions: process().permissions, tenant: 'default', accountId: 'acc_1', ...more })
}
