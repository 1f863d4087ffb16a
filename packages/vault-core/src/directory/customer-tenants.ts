import { createDocumentCollection } from '../documents/collection.js'
import { closedObject, createFieldProblems, textOf } from '../documents/field-problems.js'
import type { PageQuery } from '../documents/page-query.js'
import { readId } from '../documents/read-fields.js'
import { laterTimestamp, timestamp } from '../documents/timestamp.js'
import { VaultError } from '../errors.js'
import { CONNECTION_ID } from '../model/parse-connection.js'
import type { Runtime } from '../runtime.js'
import type { DocumentRow, DocumentStore, Page } from '../storage/contract.js'

/** A customer organisation of the application, and the connection that its people sign in with. Not the tenant that a vault serves. */
export interface CustomerTenant {
  /** 1 to 64 letters, digits, `-`, `_`, `.`, `:`. */
  readonly tenantId: string
  /** What its people can be known by: a mail domain, say. At most 128 characters. */
  readonly tenantLookupIdentifier?: string
  readonly data?: { readonly name?: string }
  readonly connection?: { readonly connectionId?: string }
  /** ISO 8601. */
  readonly createdTime: string
  /** ISO 8601. Grows with each change. */
  readonly lastUpdated: string
}

export type NewCustomerTenant = Omit<CustomerTenant, 'createdTime' | 'lastUpdated'>

export interface CustomerTenants {
  /** @throws {VaultError} `invalid_request` with each bad field; `conflict` when the id is taken. */
  create(tenant: NewCustomerTenant): Promise<CustomerTenant>
  /** @throws {VaultError} `not_found`. */
  get(tenantId: string): Promise<CustomerTenant>
  list(query?: PageQuery): Promise<Page<CustomerTenant>>
  /** Replaces all of it but its id. @throws {VaultError} `invalid_request`; `not_found`. */
  update(tenantId: string, tenant: NewCustomerTenant): Promise<CustomerTenant>
  /** @throws {VaultError} `not_found`. */
  delete(tenantId: string): Promise<void>
}

const TENANT_ID = { pattern: /^[a-zA-Z0-9\-_.:]{1,64}$/, words: 'must be 1 to 64 letters, digits, "-", "_", ".", ":"' }

/** Keeps customer tenants in the store, as documents of the kind `customer_tenant`. */
export function createCustomerTenants(parts: {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
}): CustomerTenants {
  const { clock } = parts.runtime
  const collection = createDocumentCollection<CustomerTenant>({
    ...parts,
    kind: 'customer_tenant',
    noun: 'tenant',
    parse: parseStoredTenant,
  })

  return {
    async create(input) {
      const parsed = parseNewTenant(input)
      const now = timestamp(clock.now())
      const tenant: CustomerTenant = { ...parsed, createdTime: now, lastUpdated: now }
      if (await collection.insert(parsed.tenantId, tenant)) return tenant
      throw new VaultError('conflict', 'There is a tenant of this id. Choose another id.', { fields: { tenantId: 'is taken' } })
    },
    get: (tenantId) => collection.get(tenantId),
    list: (query = {}) => collection.page(query),
    async update(tenantId, input) {
      const parsed = parseNewTenant({ ...input, tenantId: input?.tenantId ?? tenantId })
      if (parsed.tenantId !== tenantId) {
        const problem = 'must be that of the tenant that is changed, or left out'
        throw new VaultError('invalid_request', `tenantId ${problem}.`, { fields: { tenantId: problem } })
      }
      return collection.change(tenantId, ({ createdTime, lastUpdated }) => ({
        ...parsed,
        createdTime,
        lastUpdated: laterTimestamp(clock.now(), lastUpdated),
      }))
    },
    delete: (tenantId) => collection.remove(tenantId),
  }
}

function parseNewTenant(value: unknown): NewCustomerTenant {
  const problems = createFieldProblems()
  const fields = closedObject(value, '', ['tenantId', 'tenantLookupIdentifier', 'data', 'connection'], problems)
  const tenantId = readId(fields?.get('tenantId') ?? '', 'tenantId', TENANT_ID, problems)
  const limits = { minimum: 1, maximum: 128 }
  const given = fields?.get('tenantLookupIdentifier')
  const tenantLookupIdentifier = given === undefined ? undefined : textOf(given, 'tenantLookupIdentifier', limits, problems)
  const data = fields?.get('data') === undefined ? undefined : closedObject(fields.get('data'), 'data', ['name'], problems)
  const name = data?.get('name') === undefined ? undefined : textOf(data.get('name'), 'data.name', { minimum: 0, maximum: 128 }, problems)
  const connection =
    fields?.get('connection') === undefined ? undefined : closedObject(fields.get('connection'), 'connection', ['connectionId'], problems)
  const connectionId = readId(
    connection?.get('connectionId'),
    'connection.connectionId',
    { pattern: CONNECTION_ID, words: 'must be the id of a connection' },
    problems,
  )
  problems.throwIfAny('The tenant')
  return {
    tenantId: tenantId ?? '',
    ...(tenantLookupIdentifier !== undefined && { tenantLookupIdentifier }),
    ...(data && { data: name === undefined ? {} : { name } }),
    ...(connection && { connection: connectionId === undefined ? {} : { connectionId } }),
  }
}

function parseStoredTenant(row: DocumentRow): CustomerTenant {
  const stored: unknown = JSON.parse(row.data)
  if (typeof stored !== 'object' || stored === null) throw new TypeError('The document is no tenant.')
  const { createdTime, lastUpdated, ...content } = { createdTime: undefined, lastUpdated: undefined, ...stored }
  if (typeof createdTime !== 'string' || typeof lastUpdated !== 'string') throw new TypeError('The tenant has no times.')
  const tenant = parseNewTenant(content)
  if (tenant.tenantId !== row.id) throw new TypeError('The tenant stands under the id of another.')
  return { ...tenant, createdTime, lastUpdated }
}
