import { readPageQuery } from '../documents/page-query.js'
import type { VaultEventType } from '../events/vault-event.js'
import { refuseFields } from '../refuse-fields.js'
import type { AuditStore } from '../storage/contract.js'
import { MAX_PAGE_LIMIT } from '../storage/rules/store-arguments.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import type { AuditLogEntry, EntryFormat } from './audit-log-entry.js'
import { isEventType } from './audit-log-options.js'
import { readEntries } from './entry-reader.js'

/** Which entries: all that are given must be so. */
export interface AuditLogFilter {
  /** Of one user: what was done with his credentials, by whomever. */
  readonly userId?: string
  readonly connectionId?: string
  /** As the events name it. */
  readonly accountId?: string
  readonly types?: readonly VaultEventType[]
  /** Those after this sequence. */
  readonly after?: number
}

export interface AuditLogQuery extends AuditLogFilter {
  /** Most entries of the page, 1 to 1,000. Default 100. */
  readonly limit?: number
}

export interface AuditLogPage {
  readonly items: readonly AuditLogEntry[]
  /** For the next page. Absent at the end of the log. */
  readonly after?: number
}

export interface ExportQuery extends AuditLogFilter {
  /** Stored at this time or later. */
  readonly since?: Date
  /** Stored before this time. */
  readonly until?: Date
}

export interface ReadLog {
  list(query?: AuditLogQuery): Promise<AuditLogPage>
  export(query?: ExportQuery): AsyncIterable<string>
}

export function createReadLog({
  audit,
  tenant,
  format,
}: {
  readonly audit: AuditStore
  readonly tenant: string
  readonly format: EntryFormat
}): ReadLog {
  async function* matching(filter: AuditLogFilter, pageSize?: number): AsyncGenerator<AuditLogEntry> {
    for await (const stored of readEntries({ audit, tenant, subject: filter.userId, afterSequence: filter.after, pageSize })) {
      const entry = await format.read(stored)
      if (matches(entry, filter)) yield entry
    }
  }

  return {
    async list(query = {}) {
      assertFilter(query)
      const { limit } = readPageQuery(query.limit === undefined ? {} : { limit: query.limit })
      const items: AuditLogEntry[] = []
      for await (const entry of matching(query, pageSizeOf(query, limit))) {
        const last = items.at(-1)
        if (last && items.length === limit) return { items, after: last.sequence }
        items.push(entry)
      }
      return { items }
    },

    async *export(query = {}) {
      assertFilter(query)
      const [sinceMs, untilMs] = [query.since?.getTime(), query.until?.getTime()]
      for await (const entry of matching(query)) {
        const storedMs = entry.storedAt.getTime()
        if (storedMs >= (sinceMs ?? storedMs) && storedMs < (untilMs ?? Number.POSITIVE_INFINITY)) yield `${JSON.stringify(entry)}\n`
      }
    },
  }
}

/** What cannot be read is shown to everybody who looks near it. */
function matches(entry: AuditLogEntry, { userId, connectionId, accountId, types }: AuditLogFilter): boolean {
  if (!entry.isGenuine) return true
  if (types !== undefined && !types.some((type) => type === entry.type)) return false
  const isOf = (asked: string | undefined, own: string | undefined): boolean => asked === undefined || asked === own
  return isOf(userId, entry.userId) && isOf(connectionId, entry.connectionId) && isOf(accountId, entry.accountId)
}

/** Where all that is read is wanted, no more is read than that. */
function pageSizeOf({ connectionId, accountId, types }: AuditLogFilter, limit: number): number {
  return (connectionId ?? accountId ?? types) === undefined ? Math.min(limit + 1, MAX_PAGE_LIMIT) : MAX_PAGE_LIMIT
}

/** @throws {VaultError} `invalid_request`, naming each bad field. */
function assertFilter({ userId, connectionId, accountId, types, after, since, until }: ExportQuery): void {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries({ userId, connectionId, accountId })) {
    const problem = value === undefined ? undefined : storeKeyProblem(value)
    if (problem) fields[name] = problem
  }
  if (types !== undefined && !(Array.isArray(types) && types.every(isEventType))) fields['types'] = 'must be a list of types of events'
  if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0)) fields['after'] = 'must be a sequence that this log returned'
  for (const [name, time] of Object.entries({ since, until })) {
    if (time !== undefined && !(time instanceof Date && Number.isFinite(time.getTime()))) fields[name] = 'must be a date'
  }
  refuseFields(fields)
}
