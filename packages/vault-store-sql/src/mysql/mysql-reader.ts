import type { CredentialKey } from '@holdfast/vault-core/store'
import { CompiledQuery, type Kysely, type MysqlPool, type MysqlPoolConnection } from 'kysely'
import type { Dialect } from '../dialect.js'
import { quotedName, type TableNames } from '../names.js'
import type { AskedRow, KnownRows } from '../reading/known-rows.js'
import { type ReadColumns, readingOfOne, selection } from '../reading/read-columns.js'
import type { StoreSchema } from '../schema.js'
import type { CredentialReader } from '../sql-database.js'

/** Runs a statement; `isPrepared` for one whose text never changes. */
export type ReadRows = (text: string, values: readonly unknown[], isPrepared: boolean) => Promise<readonly unknown[]>

/** Reads by primary key. Rows are what the statements below select, so that their shape is taken on trust. */
export function mysqlReader(names: TableNames, known: KnownRows, { exact }: Dialect, read: ReadRows): CredentialReader {
  const table = quotedName(names, 'credentials', '`')
  const single = readingOfOne(table)
  const keyOf = ({ tenant, userId, connectionId, accountId }: CredentialKey): readonly unknown[] =>
    [tenant, userId, connectionId, accountId].map(exact)
  const knownOf = ({ version, attemptId }: AskedRow): readonly unknown[] => [version, exact(attemptId)]
  return {
    async one(key) {
      const asked = known.ask(key)
      const [row] = await read(single, [...knownOf(asked), ...keyOf(key)], true)
      return asked.take(row as ReadColumns | undefined)
    },
    async many(keys) {
      const asked = keys.map((key) => ({ key, row: known.ask(key) }))
      const [first] = asked
      const count = preparedCounts.find((size) => size >= keys.length) ?? keys.length
      const filling = first ? Array.from({ length: count - keys.length }, () => first) : []
      const text = `select k.n, ${selection('c.version = k.version and c.last_attempt_id = k.attempt_id')} from (${keyTable(count)}) k straight_join ${table} c on ${isJoined}`
      const values = [...asked, ...filling].flatMap(({ key, row }) => [...keyOf(key), ...knownOf(row)])
      const rows = (await read(text, values, isPrepared(count))) as readonly (ReadColumns & { readonly n: number })[]
      const found = new Map(rows.map((row) => [Number(row.n), row]))
      return asked.map(({ row }, index) => row.take(found.get(index)))
    },
  }
}

/** The keys as rows of a table: a join finds each by the primary key, where a condition of so many parts is planned for longer than it reads. */
function keyTable(count: number): string {
  const first = keyColumnNames.map((column) => `cast(? as binary) as ${column}`)
  const rest = Array.from({ length: count - 1 }, (_, index) => `select ?, ?, ?, ?, ?, ?, ${index + 1}`)
  return [`select ${first.join(', ')}, cast(? as signed) as version, cast(? as binary) as attempt_id, 0 as n`, ...rest].join(' union all ')
}

const keyColumnNames = ['tenant', 'user_id', 'connection_id', 'account_id']
const isJoined = keyColumnNames.map((column) => `c.${column} = k.${column}`).join(' and ')

/** Few reads are filled up to one of these numbers, so that the server parses few texts. */
const preparedCounts = [2, 4, 8, 16, 32, 64, 128]
const isPrepared = (count: number): boolean => preparedCounts.includes(count)

/** Through the driver itself, prepared once on each connection. */
export function readThroughPool(pool: () => Promise<MysqlPool>): ReadRows {
  const connect = async (): Promise<PreparingConnection> => {
    const from = await pool()
    return new Promise((resolve, reject) =>
      from.getConnection((error, connection) => (error ? reject(error) : resolve(connection as PreparingConnection))),
    )
  }
  return async (text, values, isPrepared) => {
    const connection = await connect()
    try {
      return await new Promise((resolve, reject) => {
        const done = (error: unknown, rows: unknown): void => {
          if (error) reject(error)
          else resolve(Array.isArray(rows) ? rows : [])
        }
        if (isPrepared) connection.execute(text, [...values], done)
        else connection.query(text, [...values], done)
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
