import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import { toCredentialRow } from '../tables/credential-row.js'
import { keyName } from './key-name.js'
import { type ReadColumns, wholeColumns } from './read-columns.js'

/**
 * Rows that were read lately. Each is read again all the same, but the database need not send again what is long in it, while its version is
 * the same, and written by the same attempt. So nothing that is handed out can be old.
 */
export interface KnownRows {
  ask(key: CredentialKey): AskedRow
}

/** One reading. */
export interface AskedRow {
  /** What the row is asked with: the version that is known of it, or one that none has. */
  readonly version: number
  readonly attemptId: string
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

  return {
    ask(key) {
      const name = keyName(key)
      const known = rows.get(name)
      return {
        version: known?.version ?? NO_VERSION,
        attemptId: known?.lastAttemptId ?? '',
        take(read) {
          if (!read) {
            rows.delete(name)
            return null
          }
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
