import { randomToken } from '../crypto/random-token.js'
import type { AccessRecords } from '../permissions/access-records.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore } from '../storage/contract.js'
import type { NewAccessKey, ServiceClients } from './service-clients.js'

export interface BootstrapAdministratorOptions {
  /** Make another one, though there was one before: for an application that lost its key. Default false. */
  readonly again?: boolean
}

export interface BootstrapAdministratorParts {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  readonly serviceClients: Pick<ServiceClients, 'create' | 'createAccessKey' | 'delete'>
  readonly accessRecords: Pick<AccessRecords, 'create' | 'delete'>
}

const KIND = 'bootstrap'
const ID = 'administrator'

/**
 * Makes the first administrator: a service client with `Vault:Owner` on everything. However many processes start at once, one of them makes it.
 *
 * The mark that there is one comes last. After a crash before it the next start makes another, and the one whose key nobody was told does no
 * harm; after a crash between the mark and the telling only `again` helps.
 */
export function createBootstrapAdministrator(
  parts: BootstrapAdministratorParts,
): (options?: BootstrapAdministratorOptions) => Promise<NewAccessKey | undefined> {
  const { documents, tenant, runtime, serviceClients, accessRecords } = parts
  const mark = { tenant, kind: KIND, id: ID }

  return async ({ again = false } = {}) => {
    if (!again && (await documents.get(mark))) return undefined
    const { clientId } = await serviceClients.create({ name: 'Administrator' })
    const key = await serviceClients.createAccessKey(clientId)
    const { recordId } = await accessRecords.create({
      name: 'Administrator',
      description: 'May do everything. Made when the vault was set up.',
      users: [{ userId: clientId }],
      statements: [{ roles: ['Vault:Owner'], resources: [{ resourceUri: '*' }] }],
    })
    const data = JSON.stringify({ clientId })
    const { outcome } = await documents.put({ ...mark, data, expect: 'absent', attemptId: randomToken(runtime.random, 16) })
    if (outcome === 'conflict' && !again) {
      await accessRecords.delete(recordId)
      await serviceClients.delete(clientId)
      return undefined
    }
    return key
  }
}
