import type { VaultStore } from '@holdfast/vault-core/store'
import { Kysely, MysqlDialect, type MysqlPool, sql } from 'kysely'
import { mysqlDialect } from '../dialect.js'
import { guardedDatabase } from '../guarded-database.js'
import { type KyselyInstance, vaultTables } from '../kysely-instance.js'
import { migrate as migrateTables } from '../migrations/migrate.js'
import { tableNamesPlugin } from '../names.js'
import { invalid, parseSqlOptions, type SqlStoreOptions } from '../options.js'
import { keyName } from '../reading/key-name.js'
import { createKnownRows } from '../reading/known-rows.js'
import { sharedReads } from '../reading/shared-reads.js'
import type { StoreSchema } from '../schema.js'
import { sqlStore } from '../sql-store.js'
import { openMysqlPool } from './mysql-pool.js'
import { mysqlReader, readThroughKysely, readThroughPool } from './mysql-reader.js'
import { checkMysqlSettings } from './mysql-settings.js'

export interface MysqlStoreOptions extends SqlStoreOptions {
  /** `mysql://user:password@host:3306/database`. The store opens a pool of its own, and closes it; needs the package `mysql2`. */
  readonly connectionString?: string
  /** Most connections of that pool. Default 10. */
  readonly maxConnections?: number
  /** The application's pool of `mysql2` (not of `mysql2/promise`: its property `pool` is one). The store does not close it. */
  readonly pool?: MysqlPool
  /** The application's Kysely over MySQL. The store does not close it, and uses none of its plugins. */
  readonly db?: KyselyInstance
  /** Added to the database's clock, milliseconds: for tests that let time pass. */
  readonly clockOffsetMs?: () => number
}

/** How long a process waits while another migrates. Seconds. */
const MIGRATION_PATIENCE_S = 60

/**
 * Keeps a vault in MySQL 8.0 or MariaDB 10.6, or newer, in a database of its own or among the application's tables.
 *
 * @throws {VaultError} `invalid_configuration` for wrong options. What is wrong with the database is told by the first call.
 * @example
 * ```ts
 * const store = mysqlStore({ connectionString: 'mysql://root@127.0.0.1:3306/test' })
 * ```
 */
export function mysqlStore(options: MysqlStoreOptions): VaultStore {
  const { connectionString, maxConnections = 10 } = options
  const { names, migrate, onWarning, maxRememberedRows } = parseSqlOptions(
    options,
    ['connectionString', 'pool', 'db'],
    ['maxConnections', 'clockOffsetMs'],
  )
  if (connectionString !== undefined && !/^(mysql|mariadb):\/\//.test(connectionString))
    throw invalid('connectionString', 'must begin with "mysql://"')
  // The driver's own error would quote all of it.
  if (connectionString !== undefined && !URL.canParse(connectionString))
    throw invalid('connectionString', 'is no URL: in a password, write "#" as "%23", "/" as "%2F", "?" as "%3F" and "%" as "%25"')
  // It would take no callback, and every call would hang.
  if (options.pool && 'pool' in options.pool) throw invalid('pool', 'is one of `mysql2/promise`: pass its property `pool`')
  if (!Number.isInteger(maxConnections) || maxConnections < 1) throw invalid('maxConnections', 'must be a whole number, 1 or more')

  const dialect = mysqlDialect(options.clockOffsetMs)
  let opened: Promise<MysqlPool> | undefined
  const pool = (): Promise<MysqlPool> => {
    opened ??= options.pool
      ? Promise.resolve(options.pool)
      : openMysqlPool((connectionString ?? '').replace(/^mariadb:/, 'mysql:'), maxConnections)
    return opened
  }
  const db = options.db
    ? vaultTables(options.db, names)
    : new Kysely<StoreSchema>({ dialect: new MysqlDialect({ pool }), plugins: [tableNamesPlugin(names)] })
  const read = options.db ? readThroughKysely(db) : readThroughPool(pool)

  const database = guardedDatabase({
    dialect,
    reader: sharedReads(mysqlReader(names, createKnownRows(maxRememberedRows), dialect, read), keyName),
    run: (work) => work(db),
    // Repeatable read, the default, would lock gaps between keys too.
    transaction: (work) => db.transaction().setIsolationLevel('read committed').execute(work),
    async prepare() {
      await checkMysqlSettings(db, onWarning)
      await migrateTables({ db, dialect, names, mode: migrate, exclusively: (work) => underLock(db, `holdfast ${names.prefix}`, work) })
    },
    close: async () => {
      if (connectionString === undefined || !opened) return
      const own = await opened
      await new Promise<void>((resolve, reject) => own.end((error) => (error ? reject(error) : resolve())))
    },
  })
  return sqlStore(database, { durable: true, crossProcess: true })
}

/** A lock of the server by name, on one connection: here a transaction would not hold, as each change of a table ends it. */
function underLock(db: Kysely<StoreSchema>, name: string, work: (own: Kysely<StoreSchema>) => Promise<void>): Promise<void> {
  return db.connection().execute(async (own) => {
    const lockName = sql`concat(left(database(), 30), ${` ${name}`})`
    const { rows } = await sql<{
      readonly got: number | string | null
    }>`select get_lock(${lockName}, ${MIGRATION_PATIENCE_S}) as got`.execute(own)
    if (Number(rows[0]?.got) !== 1) throw new Error('Another process has been migrating the tables of the vault for a minute.')
    try {
      await work(own)
    } finally {
      await sql`select release_lock(${lockName})`.execute(own)
    }
  })
}
