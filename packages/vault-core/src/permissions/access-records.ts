import { randomToken } from '../crypto/random-token.js'
import { VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { DocumentRow, DocumentStore } from '../storage/contract.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import type { AccessRecord, NewAccessRecord } from './access-record.js'
import { MAX_ACCESS_RECORD_LENGTH, parseNewAccessRecord } from './access-record-fields.js'
import { listAllDocuments, readDocument } from './documents.js'
import { findRole } from './roles.js'
import { ACCESS_RECORD_KIND, parseStoredAccessRecord, serializeAccessRecord } from './stored-access-record.js'

export type * from './access-record.js'

/** The access records of a vault. What `create` and `delete` change counts in this process at once, elsewhere within a second. */
export interface AccessRecords {
  /** @throws {VaultError} `invalid_request` with each bad field; `conflict` when the id is taken, also by a deleted record. */
  create(record: NewAccessRecord): Promise<AccessRecord>
  /** Deleted records are found too. @throws {VaultError} `not_found`. */
  get(recordId: string): Promise<AccessRecord>
  /** Those that are active, unless another status is asked for. */
  list(query?: { readonly status?: AccessRecord['status'] }): Promise<readonly AccessRecord[]>
  /** Sets the status to `DELETED`; twice is harmless. @throws {VaultError} `not_found`; `conflict` when others kept changing it. */
  delete(recordId: string): Promise<void>
}

export interface AccessRecordsOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  /** Called after each write, also after one that failed: it may have happened. Give it the `invalidate` of `createPermissions`. */
  readonly onWrite?: () => void
}

/** How often a change is tried again when another one came first. */
const MAX_ATTEMPTS = 8

/** Keeps access records in the store, as documents of the kind `access_record`. */
export function createAccessRecords({ documents, tenant, runtime, onWrite = () => {} }: AccessRecordsOptions): AccessRecords {
  const keyOf = (id: string) => ({ tenant, kind: ACCESS_RECORD_KIND, id })

  async function put(record: AccessRecord, expect: 'absent' | number): Promise<boolean> {
    const data = serializeAccessRecord(record)
    try {
      const result = await documents.put({ ...keyOf(record.recordId), data, expect, attemptId: randomToken(runtime.random, 16) })
      return result.outcome === 'stored'
    } finally {
      onWrite()
    }
  }

  async function rowOf(recordId: string): Promise<DocumentRow> {
    const row = storeKeyProblem(recordId) ? null : await documents.get(keyOf(recordId))
    if (!row) throw new VaultError('not_found', 'There is no access record of this id. Correct the id.')
    return row
  }

  return {
    async create(input) {
      const parsed = parseNewAccessRecord(input, (roleId) => findRole(roleId) !== undefined)
      const recordId = parsed.recordId ?? `rec_${randomToken(runtime.random, 16)}`
      const record: AccessRecord = { ...parsed, recordId, status: 'ACTIVE', lastUpdated: timestamp(runtime.clock.now()) }
      if (serializeAccessRecord(record).length > MAX_ACCESS_RECORD_LENGTH) {
        const problem = `must be at most ${MAX_ACCESS_RECORD_LENGTH} characters long, as JSON`
        throw new VaultError('invalid_request', `The access record ${problem}. Divide it.`, { fields: { statements: problem } })
      }
      if (await put(record, 'absent')) return record
      throw new VaultError('conflict', 'There is, or was, an access record of this id. Choose another id.', {
        fields: { recordId: 'is taken' },
      })
    },

    async get(recordId) {
      return readDocument(await rowOf(recordId), 'access record', parseStoredAccessRecord)
    },

    async list(query = {}) {
      const status = query.status ?? 'ACTIVE'
      const rows = await listAllDocuments(documents, tenant, ACCESS_RECORD_KIND)
      return rows.map((row) => readDocument(row, 'access record', parseStoredAccessRecord)).filter((record) => record.status === status)
    },

    async delete(recordId) {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const row = await rowOf(recordId)
        const record = readDocument(row, 'access record', parseStoredAccessRecord)
        if (record.status === 'DELETED') return
        // Two changes within a millisecond must not look like one to a caller's precondition.
        const lastUpdated = timestamp(Math.max(runtime.clock.now(), Date.parse(record.lastUpdated) + 1))
        if (await put({ ...record, status: 'DELETED', lastUpdated }, row.version)) return
      }
      throw new VaultError('conflict', 'The access record kept changing meanwhile. Read it again, then repeat.')
    },
  }
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString()
}
