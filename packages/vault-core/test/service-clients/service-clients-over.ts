import type { EventListener } from '../../src/index.js'
import { createServiceClients, type ServiceClientsOptions } from '../../src/service-clients/create-service-clients.js'
import type { ServiceClients } from '../../src/service-clients/service-clients.js'
import { recorderOf } from '../fixtures/recorder-of.js'
import type { PermissionWorld } from '../permissions/permission-world.js'

/** The service clients of one more process over this world's store. */
export function serviceClientsOver(
  { documents, runtime, process }: PermissionWorld,
  { on, ...more }: { readonly on?: EventListener } & Partial<Pick<ServiceClientsOptions, 'log'>>,
): ServiceClients {
  const { permissions } = process()
  const recorder = recorderOf(runtime, on)
  return createServiceClients({ documents, runtime, permissions, recorder, tenant: 'default', accountId: 'acc_1', ...more })
}
