import { randomToken } from '../crypto/random-token.js'
import { createDocumentCollection } from '../documents/collection.js'
import { createFieldProblems } from '../documents/field-problems.js'
import type { PageQuery } from '../documents/page-query.js'
import { assertUnmodifiedSince, type Precondition } from '../documents/precondition.js'
import { laterTimestamp, timestamp } from '../documents/timestamp.js'
import { VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore, Page } from '../storage/contract.js'
import type { AccessRecord, NewAccessRecord } from './access-record.js'
import { MAX_ACCESS_RECORD_LENGTH, parseNewAccessRecord } from './access-record-fields.js'
import { assertMayGive, type ChangeOptions, givenByRecord } from './giving.js'
import type { Groups } from './groups.js'
import type { CachedPermissions } from './permissions.js'
import type { Roles } from './roles.js'
import { ACCESS_RECORD_KIND, parseStoredAccessRecord } from './stored-access-record.js'

export type * from './access-record.js'

/** The access records of a vault. Their changes count in this process at once, elsewhere within a second. */
export interface AccessRecords {
  /**
   * @throws {VaultError} `invalid_request` with each bad field; `conflict` when the id is taken, also by a deleted record;
   * `permission_denied` with reason `grant_missing` when `by` may not give all of it.
   */
  create(record: NewAccessRecord, options?: ChangeOptions): Promise<AccessRecord>
  /** Deleted records are found too. @throws {VaultError} `not_found`. */
  get(recordId: string): Promise<AccessRecord>
  /** Those that are active, unless another status is asked for. @throws {VaultError} `invalid_request`. */
  list(query?: AccessRecordsQuery): Promise<Page<AccessRecord>>
  /**
   * Replaces all of an active record but its id.
   *
   * @throws {VaultError} `invalid_request`; `not_found`, for a deleted one as well; `conflict` with reason `modified_since` when it changed after
   * `ifUnmodifiedSince`; `permission_denied` with reason `grant_missing` when `by` may not give what is new in it.
   */
  update(recordId: string, record: NewAccessRecord, options?: ChangeOptions & Precondition): Promise<AccessRecord>
  /** Sets the status to `DELETED`; twice is harmless. @throws {VaultError} `not_found`; `conflict` when others kept changing it. */
  delete(recordId: string): Promise<void>
}

export interface AccessRecordsQuery extends PageQuery {
  /** Default `ACTIVE`. */
  readonly status?: AccessRecord['status']
  /** Part of the id, name or description; case does not matter. */
  readonly filter?: string
}

export interface AccessRecordsOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  readonly permissions: CachedPermissions
  readonly roles: Pick<Roles, 'exists'>
  readonly groups: Pick<Groups, 'exists'>
}

/** Keeps access records in the store, as documents of the kind `access_record`. */
export function createAccessRecords(options: AccessRecordsOptions): AccessRecords {
  const { documents, tenant, runtime, permissions, roles, groups } = options
  const collection = createDocumentCollection<AccessRecord>({
    documents,
    tenant,
    runtime,
    kind: ACCESS_RECORD_KIND,
    noun: 'access record',
    parse: parseStoredAccessRecord,
    onWrite: permissions.invalidate,
  })

  /** Each role and group must exist: a slip in an id would give nothing, and nobody would be told. */
  async function assertNamesExist({ groups: named = [], statements }: NewAccessRecord): Promise<void> {
    const problems = createFieldProblems()
    const checkGroup = async (groupId: string, path: string): Promise<void> => {
      if (!(await groups.exists(groupId))) problems.add(`${path}.groupId`, 'must be the id of a group that exists')
    }
    await Promise.all([
      ...named.map(({ groupId }, index) => checkGroup(groupId, `groups[${index}]`)),
      ...statements.flatMap((statement, at) => [
        ...(statement.groups ?? []).map(({ groupId }, index) => checkGroup(groupId, `statements[${at}].groups[${index}]`)),
        ...statement.roles.map(async (roleId, index) => {
          if (!(await roles.exists(roleId))) problems.add(`statements[${at}].roles[${index}]`, 'must be the id of a role that exists')
        }),
      ]),
    ])
    problems.throwIfAny('The access record')
  }

  async function assertMayGiveAll(by: string | undefined, next: NewAccessRecord, before?: AccessRecord): Promise<void> {
    if (by === undefined) return
    const authorizer = await permissions.fresh()
    assertMayGive(authorizer, by, givenByRecord(authorizer, next, before))
  }

  return {
    async create(input, { by } = {}) {
      const parsed = parseNewAccessRecord(input)
      await assertNamesExist(parsed)
      await assertMayGiveAll(by, parsed)
      const recordId = parsed.recordId ?? `rec_${randomToken(runtime.random, 16)}`
      const record: AccessRecord = { ...parsed, recordId, status: 'ACTIVE', lastUpdated: timestamp(runtime.clock.now()) }
      assertFits(record)
      if (await collection.insert(recordId, record)) return record
      throw new VaultError('conflict', 'There is, or was, an access record of this id. Choose another id.', {
        fields: { recordId: 'is taken' },
      })
    },

    get: (recordId) => collection.get(recordId),

    async list({ status = 'ACTIVE', filter, ...page } = {}) {
      const wanted = filter?.toLowerCase()
      const matches = ({ recordId, name, description = '' }: AccessRecord): boolean =>
        wanted === undefined || [recordId, name, description].some((text) => text.toLowerCase().includes(wanted))
      return collection.page(page, (record) => record.status === status && matches(record))
    },

    async update(recordId, input, { by, ifUnmodifiedSince } = {}) {
      const parsed = parseNewAccessRecord(input)
      if (parsed.recordId !== undefined && parsed.recordId !== recordId) {
        const problem = 'must be that of the record that is changed, or left out'
        throw new VaultError('invalid_request', `recordId ${problem}.`, { fields: { recordId: problem } })
      }
      await assertNamesExist(parsed)
      return collection.change(recordId, async (before) => {
        if (before.status === 'DELETED') throw new VaultError('not_found', 'The access record was deleted. Create a new one.')
        assertUnmodifiedSince(before.lastUpdated, ifUnmodifiedSince)
        await assertMayGiveAll(by, parsed, before)
        const record: AccessRecord = {
          ...parsed,
          recordId,
          status: 'ACTIVE',
          lastUpdated: laterTimestamp(runtime.clock.now(), before.lastUpdated),
        }
        assertFits(record)
        return record
      })
    },

    async delete(recordId) {
      await collection.change(recordId, (record) =>
        record.status === 'DELETED'
          ? record
          : { ...record, status: 'DELETED', lastUpdated: laterTimestamp(runtime.clock.now(), record.lastUpdated) },
      )
    },
  }
}

function assertFits(record: AccessRecord): void {
  if (JSON.stringify(record).length <= MAX_ACCESS_RECORD_LENGTH) return
  const problem = `must be at most ${MAX_ACCESS_RECORD_LENGTH} characters long, as JSON`
  throw new VaultError('invalid_request', `The access record ${problem}. Divide it.`, { fields: { statements: problem } })
}
