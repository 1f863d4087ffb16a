import { closeSync, openSync } from 'node:fs'
import { VaultError } from '@holdfast/vault-core'
import { storeFailure } from '../failures/explain.js'
import type { SqliteDatabase } from './sqlite-database.js'

/** How long SQLite itself waits for another's write while the file is opened, which may make it. Milliseconds. */
const OPENING_TIMEOUT_MS = 5_000
/**
 * The same afterwards. The whole process stands still meanwhile, and who writes may be another store of this very process: what is
 * still locked then is asked for again, without standing still.
 */
const BUSY_TIMEOUT_MS = 100
/** Pages kept in memory, KiB: some 8,000 credentials. SQLite's own 2,000 hold a thousand. */
const CACHE_KIB = 16_000

/**
 * Opens the file, making it readable for its owner alone. WAL with `synchronous=FULL`: with less, the last commit, and with it a rotated
 * refresh token, may be lost when the power fails.
 *
 * @throws {VaultError} `store_unavailable`, or `invalid_configuration` where the runtime has no SQLite, with a sentence that says what to do.
 */
export function openDatabase(path: string): SqliteDatabase {
  // Loaded only here: it is not to be had everywhere, and where it is new it announces itself.
  const sqlite: typeof import('node:sqlite') | undefined = process.getBuiltinModule('node:sqlite')
  if (!sqlite) {
    throw new VaultError(
      'invalid_configuration',
      'This runtime has no `node:sqlite`. Run Node 22.18 or newer, or give `database`, one of better-sqlite3, in place of `path`.',
    )
  }
  try {
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
    const database = new sqlite.DatabaseSync(path)
    database.exec(
      `pragma busy_timeout = ${OPENING_TIMEOUT_MS}; pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -${CACHE_KIB}; pragma busy_timeout = ${BUSY_TIMEOUT_MS}`,
    )
    return database
  } catch (error) {
    throw storeFailure(isFileError(error) ? new Error(`unable to open database file (${error.code})`, { cause: error }) : error)
  }
}

function isFileError(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS'].includes(String(error.code))
  )
}
