import type { DocumentRow } from '../storage/contract.js'
import type { AccessRecord } from './access-record.js'
import { parseNewAccessRecord } from './access-record-fields.js'

/** Kind of the documents that hold access records. */
export const ACCESS_RECORD_KIND = 'access_record'

/**
 * Reads a stored record. Anything that this version does not know makes it unreadable, and an unreadable record gives
 * nothing: a field of a newer version might restrict it. Roles may be unknown; those alone give nothing.
 *
 * @throws When the row holds no such record.
 */
export function parseStoredAccessRecord(row: DocumentRow): AccessRecord {
  const stored: unknown = JSON.parse(row.data)
  if (typeof stored !== 'object' || stored === null) throw new TypeError('The document is no access record.')
  const { status, lastUpdated, ...content } = { status: undefined, lastUpdated: undefined, ...stored }
  if (status !== 'ACTIVE' && status !== 'DELETED') throw new TypeError('The access record has no known status.')
  if (typeof lastUpdated !== 'string') throw new TypeError('The access record has no time of its last change.')
  const record = parseNewAccessRecord(content)
  if (record.recordId !== row.id) throw new TypeError('The access record stands under the id of another.')
  return { ...record, recordId: record.recordId, status, lastUpdated }
}
