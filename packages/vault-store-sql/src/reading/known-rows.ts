import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import type { MovingColumns } from '../credential-columns.js'
import { textOf } from '../dialect.js'
import { toCredentialRow, toMovingPart } from '../tables/credential-row.js'
import { keyName } from './key-name.js'
import { type ReadColumns, wholeColumns } from './read-columns.js'

/**
 * Rows that were read lately. Each is read again all the same, but the database need not send again what cannot have changed, while its
 * version is the same, and written by the same attempt. So nothing that is handed out can be old.
 */
export interface KnownRows {
  ask(key: CredentialKey): AskedRow
}

/** One reading. */
export interface AskedRow {
  /** What the row is asked with: the version that is known of it, or one that none has. */
  readonly version: number
  readonly attemptId: string
  readonly isKnown: boolean
  /** What a reading of the columns that move brought, made whole; null if there is no row, undefined if it is another than the one that is known. */
  takeMoving(read: MovingColumns | undefined): CredentialRow | null | undefined
  /** What the reading brought, made whole; null if there is no row. What it holds is not to be changed. */
  take(read: ReadColumns | undefined): CredentialRow | null
}

/** No row has it: versions begin with 1. */
const NO_VERSION = 0

/** @param most - So many are kept. */
export function createKnownRows(most: number): KnownRows {
  const rows = new Map<string, CredentialRow>()

  const remember = (name: string, row: CredentialRow): void => {
    if (most === 0) return
    if (rows.size >= most && !rows.has(name)) {
      const [oldest] = rows.keys()
      if (oldest !== undefined) rows.delete(oldest)
    }
    rows.set(name, row)
  }

  const forget = (name: string): null => {
    rows.delete(name)
    return null
  }

  return {
    ask(key) {
      const name = keyName(key)
      const known = rows.get(name)
      return {
        version: known?.version ?? NO_VERSION,
        attemptId: known?.lastAttemptId ?? '',
        isKnown: known !== undefined,
        takeMoving(read) {
          if (!read) return forget(name)
          if (!known || Number(read.version) !== known.version || textOf(read.last_attempt_id) !== known.lastAttemptId) return undefined
          if (isUnmoved(known, read)) return known
          const row = { ...known, ...toMovingPart(read) }
          remember(name, row)
          return row
        },
        take(read) {
          if (!read) return forget(name)
          // A row always has data: without it the database has found what was known.
          const isKnown = read.data === null
          const row = toCredentialRow(wholeColumns(read, key, isKnown ? known : undefined))
          if (!isKnown) remember(name, row)
          return row
        },
      }
    },
  }
}

/** False as well where a driver gives numbers or text in another form: then the row is made anew. */
function isUnmoved(known: CredentialRow, read: MovingColumns): boolean {
  const { lease, intent } = known
  return (
    read.due_at_ms === known.dueAtMs &&
    read.fence === known.fence &&
    read.last_used_at_ms === known.lastUsedAtMs &&
    read.unresolved_sends === known.unresolvedSends &&
    (lease ? read.lease_owner === lease.owner && read.lease_until_ms === lease.untilMs : read.lease_owner === null) &&
    (intent
      ? read.intent_attempt_id === intent.attemptId && read.intent_state === intent.state && read.intent_sent_at_ms === intent.sentAtMs
      : read.intent_attempt_id === null)
  )
}
