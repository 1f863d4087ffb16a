import type { CredentialRow, OutboxJob } from '../contract.js'
import { keyParts, keyText } from './key-text.js'
import type { Records } from './records.js'
import type { RecordWrite } from './sorted-tables.js'

/** Tables that say nothing which the others do not: an engine that keeps its tables in memory may build them anew. */
export const derivedTables: ReadonlySet<string> = new Set(['due', 'expiry', 'queue', 'entries', 'subjects'])

/** What stands in derived tables because this record stands in its own. */
export function derivedRecords(table: string, key: string, record: object | undefined): readonly Required<RecordWrite>[] {
  if (record === undefined) return []
  return derivations[table]?.(record, key) ?? []
}

/** Key of a row in the index of due times. */
export function dueKey({ tenant, dueAtMs, userId, connectionId, accountId }: CredentialRow): string | undefined {
  return dueAtMs === null ? undefined : keyText(tenant, dueAtMs, userId, connectionId, accountId)
}

/** The due time in a key of that index. */
export function dueTimeIn(key: string): number {
  return Number(keyParts(key)[1])
}

/** The place of a job in the queue. */
export function queueRecord({ id, topic, orderingKey }: Pick<OutboxJob, 'id' | 'topic' | 'orderingKey'>): Records['queue'] {
  return { id, ...(orderingKey !== undefined && { line: keyText(topic, orderingKey) }) }
}

// Records are what this code wrote, so that their types are taken on trust.
const derivations: Readonly<Record<string, (record: object, key: string) => readonly Required<RecordWrite>[]>> = {
  credentials(record) {
    const row = record as Records['credentials']
    const key = dueKey(row)
    const { tenant, userId, connectionId, accountId } = row
    return key === undefined ? [] : [{ table: 'due', key, record: { key: { tenant, userId, connectionId, accountId } } }]
  },
  tickets(record, ticket) {
    const { expiresAtMs } = record as Records['tickets']
    return [{ table: 'expiry', key: keyText(expiresAtMs, ticket), record: { ticket } }]
  },
  jobs(record) {
    const job = record as Records['jobs']
    return [{ table: 'queue', key: keyText(job.tenant, job.sequence), record: queueRecord(job) }]
  },
  audit(record) {
    const { tenant, id, subject, sequence } = record as Records['audit']
    return [
      { table: 'entries', key: keyText(tenant, id), record: { sequence } },
      ...(subject === undefined ? [] : [{ table: 'subjects', key: keyText(tenant, subject, sequence), record: { sequence } }]),
    ]
  },
}
