import type { VaultStore } from '@holdfast/vault-core/store'
import { sqliteDialect } from '../dialect.js'
import { guardedDatabase } from '../guarded-database.js'
import { migrate as migrateTables } from '../migrations/migrate.js'
import { parseSqlOptions, type SqlStoreOptions } from '../options.js'
import { createKnownRows } from '../reading/known-rows.js'
import { sqlStore } from '../sql-store.js'
import { kyselyOver } from './kysely-sqlite.js'
import { openDatabase } from './open-database.js'
import type { SqliteDatabase } from './sqlite-database.js'
import { sqliteReader } from './sqlite-reader.js'
import { checkSqliteSettings } from './sqlite-settings.js'
import { createSqliteTurns } from './sqlite-turns.js'

export interface SqliteStoreOptions extends SqlStoreOptions {
  /** The database file, made if it is missing; `:memory:` for none. Not on a network file system: SQLite's locks do not work there. */
  readonly path?: string
  /** An open database of `node:sqlite` or better-sqlite3. The store does not close it, and changes none of its pragmas. */
  readonly database?: SqliteDatabase
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
export function sqliteStore(options: SqliteStoreOptions): VaultStore {
  const { path, clock = () => Date.now() } = options
  const { names, migrate, onWarning, maxRememberedRows } = parseSqlOptions(options, ['path', 'database'], ['clock'])

  const dialect = sqliteDialect(clock)
  const sqlite = options.database ?? openDatabase(path ?? '')
  const db = kyselyOver(sqlite, names)
  const turns = createSqliteTurns(db)
  const database = guardedDatabase({
    dialect,
    reader: sqliteReader(sqlite, names, createKnownRows(maxRememberedRows), turns),
    run: (work) => turns.inTurn(() => work(db)),
    transaction: turns.inTransaction,
    async prepare() {
      await migrateTables({ db, dialect, names, mode: migrate, exclusively: turns.inTransaction })
      if (options.database) checkSqliteSettings(options.database, onWarning)
    },
    async close() {
      await turns.inTurn(() => undefined)
      if (path !== undefined) sqlite.close()
    },
  })
  const isInMemory = path === ':memory:'
  return sqlStore(database, { durable: !isInMemory, crossProcess: !isInMemory })
}
