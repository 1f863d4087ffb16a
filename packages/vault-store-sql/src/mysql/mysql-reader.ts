import type { CredentialKey } from '@holdfast/vault-core/store'
import { CompiledQuery, type Kysely, type MysqlPool, type MysqlPoolConnection } from 'kysely'
import { keyColumnNames } from '../credential-columns.js'
import type { Dialect } from '../dialect.js'
import { quotedName, type TableNames } from '../names.js'
import type { AskedRow, KnownRows } from '../reading/known-rows.js'
import { type ReadColumns, readingOfOne, selection } from '../reading/read-columns.js'
import type { StoreSchema } from '../schema.js'
import type { CredentialReader } from '../sql-database.js'

/** Runs a statement whose text never changes. */
export type ReadRows = (text: string, values: readonly unknown[]) => Promise<readonly unknown[]>

/** Reads by primary key. Rows are what the statements below select, so that their shape is taken on trust. */
export function mysqlReader(names: TableNames, known: KnownRows, { exact }: Dialect, read: ReadRows): CredentialReader {
  const table = quotedName(names, 'credentials', '`')
  const [single, many] = [readingOfOne(table), readingOfMany(table)]
  const keyOf = ({ tenant, userId, connectionId, accountId }: CredentialKey): readonly unknown[] =>
    [tenant, userId, connectionId, accountId].map(exact)
  const knownOf = ({ version, attemptId }: AskedRow): readonly unknown[] => [version, exact(attemptId)]
  return {
    async one(key) {
      const asked = known.ask(key)
      const [row] = await read(single, [...knownOf(asked), ...keyOf(key)])
      return asked.take(row as ReadColumns | undefined)
    },
    async many(keys) {
      const asked = keys.map((key) => ({ key, row: known.ask(key) }))
      const rows = (await read(many, [exact(jsonOf(asked))])) as readonly (ReadColumns & { readonly n: number })[]
      const found = new Map(rows.map((row) => [Number(row.n), row]))
      return asked.map(({ row }, index) => row.take(found.get(index + 1)))
    },
  }
}

/**
 * A reading of many rows. Its keys come as one JSON array: the server makes a table of it, and finds each by the primary key. So the text is
 * the same for any number of keys, and the server has one parameter to take instead of a hundred. They are sent as bytes, as the application's
 * connection may have any character set.
 */
function readingOfMany(table: string): string {
  const columns = [...keyColumnNames.map((column) => `${column} varbinary(765)`), 'version bigint', 'attempt_id varbinary(765)']
  const places = columns.map((column, index) => `${column} path '$[${index}]'`)
  return `select k.n, ${selection('c.version = k.version and c.last_attempt_id = k.attempt_id')} from json_table(convert(? using utf8mb4), '$[*]' columns (n for ordinality, ${places.join(', ')})) k straight_join ${table} c on ${isJoined}`
}

const isJoined = keyColumnNames.map((column) => `c.${column} = k.${column}`).join(' and ')

function jsonOf(asked: readonly { readonly key: CredentialKey; readonly row: AskedRow }[]): string {
  const rows = asked.map(({ key: { tenant, userId, connectionId, accountId }, row: { version, attemptId } }) => [
    ...[tenant, userId, connectionId, accountId],
    ...[version, attemptId],
  ])
  return JSON.stringify(rows)
}

/** Through the driver itself, prepared once on each connection. */
export function readThroughPool(pool: () => Promise<MysqlPool>): ReadRows {
  const connect = async (): Promise<PreparingConnection> => {
    const from = await pool()
    return new Promise((resolve, reject) =>
      from.getConnection((error, connection) => (error ? reject(error) : resolve(connection as PreparingConnection))),
    )
  }
  return async (text, values) => {
    const connection = await connect()
    try {
      return await new Promise((resolve, reject) => {
        const done = (error: unknown, rows: unknown): void => {
          if (error) reject(error)
          else resolve(Array.isArray(rows) ? rows : [])
        }
        connection.execute(text, [...values], done)
      })
    } finally {
      connection.release()
    }
  }
}

/** Through the application's own Kysely. */
export function readThroughKysely(db: Kysely<StoreSchema>): ReadRows {
  return async (text, values) => (await db.executeQuery(CompiledQuery.raw(text, [...values]))).rows
}

/** What Kysely's type of a connection does not mention. */
interface PreparingConnection extends MysqlPoolConnection {
  execute(text: string, values: unknown[], done: (error: unknown, rows: unknown) => void): void
}
