import { VaultError, type VaultStore } from '@holdfast/vault-core'
import { sqlAudit } from '../audit.js'
import { sqlCredentials } from '../credentials.js'
import { sqlDocuments } from '../documents.js'
import type { MigrateMode } from '../migrate.js'
import { sqlOutbox } from '../outbox.js'
import { sqlTickets } from '../tickets.js'
import { openDatabase } from './open-database.js'
import type { SqliteDatabase } from './sqlite-database.js'
import { createSqliteExecutor } from './sqlite-executor.js'

export interface SqliteStoreOptions {
  /** The database file, made if it is missing; `:memory:` for none. Not on a network file system: SQLite's locks do not work there. */
  readonly path?: string
  /** An open database in place of `path`. The store does not close it, and changes none of its pragmas. */
  readonly database?: SqliteDatabase
  /** Put before each table's name. Default `holdfast_`. */
  readonly tablePrefix?: string
  /** What to do about the tables at first use. Default `auto`. */
  readonly migrate?: MigrateMode
  /** The store's clock, epoch milliseconds: SQLite has none, so it is the machine's. Default `Date.now`. */
  readonly clock?: () => number
}

/**
 * Keeps a vault in SQLite. Several processes on one machine may share the file.
 *
 * @throws {VaultError} `store_unavailable` when the file cannot be opened; `invalid_configuration` for wrong options.
 * @example
 * ```ts
 * const store = sqliteStore({ path: './vault.db' })
 * ```
 */
export function sqliteStore({
  path,
  database,
  tablePrefix = 'holdfast_',
  migrate = 'auto',
  clock = () => Date.now(),
}: SqliteStoreOptions): VaultStore {
  if ((path === undefined) === (database === undefined)) throw invalid('path', 'Give sqliteStore either `path` or `database`.')
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,40}$|^$/.test(tablePrefix))
    throw invalid('tablePrefix', '`tablePrefix` may hold letters, digits and "_" only.')
  if (!['auto', 'check', 'off'].includes(migrate)) throw invalid('migrate', '`migrate` must be "auto", "check" or "off".')

  const executor = createSqliteExecutor({
    database: database ?? openDatabase(path ?? ''),
    owned: database === undefined,
    prefix: tablePrefix,
    migrate,
    clock,
  })
  return {
    capabilities: { durable: path !== ':memory:', crossProcess: path !== ':memory:' },
    credentials: sqlCredentials(executor),
    documents: sqlDocuments(executor),
    tickets: sqlTickets(executor),
    outbox: sqlOutbox(executor),
    audit: sqlAudit(executor),
    now: () => executor.run(async (_db, nowMs) => nowMs),
    close: () => executor.close(),
  }
}

function invalid(field: string, message: string): VaultError {
  return new VaultError('invalid_configuration', message, { fields: { [field]: message } })
}
