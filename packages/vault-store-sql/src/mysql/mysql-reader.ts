import type { CredentialKey } from '@holdfast/vault-core/store'
import { CompiledQuery, type Kysely, type MysqlPool, type MysqlPoolConnection } from 'kysely'
import { credentialColumns } from '../credential-columns.js'
import { type Dialect, textOf } from '../dialect.js'
import { quotedName, type TableNames } from '../names.js'
import type { CredentialColumns, StoreSchema } from '../schema.js'
import type { CredentialReader } from '../sql-database.js'
import { toCredentialRow } from '../tables/credential-row.js'

/** Runs a statement; `isPrepared` for one whose text never changes. */
export type ReadRows = (text: string, values: readonly unknown[], isPrepared: boolean) => Promise<readonly unknown[]>

/** Reads by primary key. Rows are what the statements below select, so that their shape is taken on trust. */
export function mysqlReader(names: TableNames, { exact }: Dialect, read: ReadRows): CredentialReader {
  const table = quotedName(names, 'credentials', '`')
  const single = `select ${credentialColumns.join(', ')} from ${table} where tenant = ? and user_id = ? and connection_id = ? and account_id = ?`
  const valuesOf = ({ tenant, userId, connectionId, accountId }: CredentialKey): readonly unknown[] =>
    [tenant, userId, connectionId, accountId].map(exact)
  return {
    async one(key) {
      const [row] = await read(single, valuesOf(key), true)
      return row ? toCredentialRow(row as CredentialColumns) : null
    },
    async many(keys) {
      const count = preparedCounts.find((size) => size >= keys.length)
      const asked = count === undefined ? keys : [...keys, ...Array.from({ length: count - keys.length }, () => keys[0] ?? NO_KEY)]
      const text = `select ${credentialColumns.map((column) => `c.${column}`).join(', ')} from (${keyTable(asked.length)}) k straight_join ${table} c on ${isJoined}`
      const rows = (await read(text, asked.flatMap(valuesOf), count !== undefined)) as readonly CredentialColumns[]
      const found = new Map(rows.map((row) => [nameOf(keyIn(row)), row]))
      return keys.map((key) => {
        const row = found.get(nameOf(key))
        return row ? toCredentialRow(row) : null
      })
    },
  }
}

/** The keys as rows of a table: a join finds each by the primary key, where a condition of so many parts is planned for longer than it reads. */
function keyTable(count: number): string {
  const first = keyColumnNames.map((column) => `cast(? as binary) as ${column}`)
  return [`select ${first.join(', ')}`, ...Array.from({ length: count - 1 }, () => 'select ?, ?, ?, ?')].join(' union all ')
}

const keyColumnNames = ['tenant', 'user_id', 'connection_id', 'account_id']
const isJoined = keyColumnNames.map((column) => `c.${column} = k.${column}`).join(' and ')

/** Few reads are filled up to one of these numbers, so that the server parses few texts. */
const preparedCounts = [2, 4, 8, 16, 32, 64, 128]
const NO_KEY: CredentialKey = { tenant: '', userId: '', connectionId: '', accountId: '' }

function keyIn(row: CredentialColumns): CredentialKey {
  return {
    tenant: textOf(row.tenant),
    userId: textOf(row.user_id),
    connectionId: textOf(row.connection_id),
    accountId: textOf(row.account_id),
  }
}

/** Lengths keep parts apart that hold any character. */
function nameOf({ tenant, userId, connectionId, accountId }: CredentialKey): string {
  return `${tenant.length}:${userId.length}:${connectionId.length}:${tenant}${userId}${connectionId}${accountId}`
}

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
