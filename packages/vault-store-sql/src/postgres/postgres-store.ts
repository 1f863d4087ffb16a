import type { VaultStore } from '@holdfast/vault-core/store'
import { CompiledQuery, Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely'
import { postgresDialect } from '../dialect.js'
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
import { openPgPool, withoutCrashes } from './pg-pool.js'
import { preparedThroughPool, unnamedThroughKysely } from './pg-prepared.js'
import { pgReader } from './pg-reader.js'
import { checkPgSettings } from './pg-settings.js'

export interface PostgresStoreOptions extends SqlStoreOptions {
  /** `postgres://user:password@host:5432/database`. The store opens a pool of its own, and closes it; needs the package `pg`. */
  readonly connectionString?: string
  /** Most connections of that pool. Default 10. */
  readonly maxConnections?: number
  /** The application's `Pool` of `pg`. The store does not close it. Give it a listener for `error`. */
  readonly pool?: PostgresPool
  /** The application's Kysely over PostgreSQL. The store does not close it, and uses none of its plugins. */
  readonly db?: KyselyInstance
  /** The schema of the tables, made if it is missing. Default: the first of the connection's search path. */
  readonly schema?: string
  /** Whether the statements that come again and again are prepared as named statements. Default true; false for a pooler that hands each transaction another connection. */
  readonly preparedStatements?: boolean
  /** Added to the database's clock, milliseconds: for tests that let time pass. */
  readonly clockOffsetMs?: () => number
}

/**
 * Keeps a vault in PostgreSQL 12 or newer, in a database of its own or among the application's tables.
 *
 * @throws {VaultError} `invalid_configuration` for wrong options. What is wrong with the database is told by the first call.
 * @example
 * ```ts
 * const store = postgresStore({ connectionString: 'postgres://127.0.0.1:5432/test' })
 * ```
 */
export function postgresStore(options: PostgresStoreOptions): VaultStore {
  const { connectionString, maxConnections = 10, schema } = options
  const { names, migrate, onWarning, maxRememberedRows } = parseSqlOptions(
    options,
    ['connectionString', 'pool', 'db'],
    ['maxConnections', 'schema', 'preparedStatements', 'clockOffsetMs'],
  )
  if (connectionString !== undefined && !/^postgres(ql)?:\/\//.test(connectionString))
    throw invalid('connectionString', 'must begin with "postgres://"')
  if (!Number.isInteger(maxConnections) || maxConnections < 1) throw invalid('maxConnections', 'must be a whole number, 1 or more')

  const dialect = postgresDialect(options.clockOffsetMs)
  let opened: Promise<PostgresPool> | undefined
  const pool = (): Promise<PostgresPool> => {
    opened ??= Promise.resolve(options.pool ?? openPgPool(connectionString ?? '', maxConnections)).then(withoutCrashes)
    return opened
  }
  const db = options.db
    ? vaultTables(options.db, names)
    : new Kysely<StoreSchema>({ dialect: new PostgresDialect({ pool }), plugins: [tableNamesPlugin(names)] })
  const prepared = options.db ? unnamedThroughKysely(db) : preparedThroughPool(pool, options.preparedStatements ?? true)
  const transaction = <T>(work: (own: Kysely<StoreSchema>) => Promise<T>): Promise<T> =>
    db.transaction().setIsolationLevel('read committed').execute(work)

  const database = guardedDatabase({
    dialect,
    reader: sharedReads(pgReader(names, createKnownRows(maxRememberedRows), prepared), keyName),
    prepared,
    run: (work) => work(db),
    transaction,
    async prepare() {
      await migrateTables({
        db,
        dialect,
        names,
        mode: migrate,
        exclusively: (work) =>
          transaction(async (own) => {
            // Ends with the transaction.
            await sql`select pg_advisory_xact_lock(hashtext('holdfast migrations'), hashtext(${`${schema}.${names.prefix}`}))`.execute(own)
            if (schema !== undefined) await own.executeQuery(CompiledQuery.raw(`create schema if not exists "${schema}"`))
            await work(own)
          }),
      })
      await checkPgSettings(db, onWarning)
    },
    close: async () => {
      if (connectionString !== undefined && opened) await (await opened).end()
    },
  })
  return sqlStore(database, { durable: true, crossProcess: true })
}
