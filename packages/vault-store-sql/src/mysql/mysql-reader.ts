import type { CredentialKey } from '@holdfast/vault-core/store'
import { CompiledQuery, type Kysely, type MysqlPool, type MysqlPoolConnection } from 'kysely'
import { credentialColumns } from '../credential-columns.js'
import type { Dialect } from '../dialect.js'
import { quotedName, type TableNames } from '../names.js'
import type { CredentialColumns, StoreSchema } from '../schema.js'
import type { CredentialReader } from '../sql-database.js'
import { toCredentialRow } from '../tables/credential-row.js'

/** Runs a statement; `isPrepared` for one whose text never changes. */
export type ReadRows = (text: string, values: readonly unknown[], isPrepared: boolean) => Promise<readonly unknown[]>

/** Reads by primary key. Rows are what the statements below select, so that their shape is taken on trust. */
export function mysqlReader(names: TableNames, { exact }: Dialect, read: ReadRows): CredentialReader {
  const table = quotedName(names, 'credentials', '`')
  const isKey = 'tenant = ? and user_id = ? and connection_id = ? and account_id = ?'
  const select = `select ${credentialColumns.join(', ')} from ${table} where `
  const valuesOf = ({ tenant, userId, connectionId, accountId }: CredentialKey): readonly unknown[] =>
    [tenant, userId, connectionId, accountId].map(exact)
  return {
    async one(key) {
      const [row] = await read(select + isKey, valuesOf(key), true)
      return row ? toCredentialRow(row as CredentialColumns) : null
    },
    async many(keys) {
      const rows = await read(select + keys.map(() => `(${isKey})`).join(' or '), keys.flatMap(valuesOf), false)
      const found = new Map(
        rows.map((row) => {
          const credential = toCredentialRow(row as CredentialColumns)
          return [nameOf(credential), credential]
        }),
      )
      return keys.map((key) => {
        const row = found.get(nameOf(key))
        return row ? structuredClone(row) : null
      })
    },
  }
}

function nameOf({ tenant, userId, connectionId, accountId }: CredentialKey): string {
  return JSON.stringify([tenant, userId, connectionId, accountId])
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
