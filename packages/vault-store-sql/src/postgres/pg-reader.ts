import type { CredentialKey } from '@holdfast/vault-core/store'
import type { Kysely, PostgresPool } from 'kysely'
import { CompiledQuery } from 'kysely'
import { credentialColumns } from '../credential-columns.js'
import { quotedName, type TableNames } from '../names.js'
import type { CredentialColumns, StoreSchema } from '../schema.js'
import type { CredentialReader } from '../sql-database.js'
import { toCredentialRow } from '../tables/credential-row.js'

/** Runs one of the two texts below, whose number of parameters never changes. */
export type ReadRows = (text: string, values: readonly unknown[]) => Promise<readonly unknown[]>

/** Reads by primary key. Rows are what the two statements below select, so that their shape is taken on trust. */
export function pgReader(names: TableNames, read: ReadRows): CredentialReader {
  const table = quotedName(names, 'credentials', '"')
  const one = `select ${credentialColumns.join(', ')} from ${table} where tenant = $1 and user_id = $2 and connection_id = $3 and account_id = $4`
  const many = `select k.n, ${credentialColumns.map((column) => `c.${column}`).join(', ')}
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as k (tenant, user_id, connection_id, account_id, n)
join ${table} c using (tenant, user_id, connection_id, account_id)`
  return {
    async one({ tenant, userId, connectionId, accountId }) {
      const [row] = await read(one, [tenant, userId, connectionId, accountId])
      return row ? toCredentialRow(row as CredentialColumns) : null
    },
    async many(keys) {
      const column = (part: keyof CredentialKey): string[] => keys.map((key) => key[part])
      const rows = await read(many, [column('tenant'), column('userId'), column('connectionId'), column('accountId')])
      const found = new Map(rows.map((row) => [Number((row as { readonly n: string }).n), row as CredentialColumns]))
      return keys.map((_, index) => {
        const row = found.get(index + 1)
        return row ? toCredentialRow(row) : null
      })
    },
  }
}

/** Through the driver itself, as named statements: each is parsed and planned once on a connection. */
export function readThroughPool(pool: () => Promise<PostgresPool>, isNamed: boolean): ReadRows {
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `holdfast_${names.size}_${text.length}`
    names.set(text, name)
    return name
  }
  return async (text, values) => {
    const reserved: object = await (await pool()).connect()
    const client = reserved as PgClient
    let failure: unknown
    try {
      const { rows } = await client.query({ text, values, ...(isNamed && { name: nameOf(text) }) })
      return rows
    } catch (error) {
      failure = error
      throw error
    } finally {
      // A connection that failed is not used again.
      client.release(failure !== undefined)
    }
  }
}

/** Through the application's own Kysely, which gives statements no names. */
export function readThroughKysely(db: Kysely<StoreSchema>): ReadRows {
  return async (text, values) => (await db.executeQuery(CompiledQuery.raw(text, [...values]))).rows
}

/** The form of a query that Kysely's type of a client does not mention. */
interface PgClient {
  query(config: {
    readonly text: string
    readonly values: readonly unknown[]
    readonly name?: string
  }): Promise<{ readonly rows: readonly unknown[] }>
  release(destroy: boolean): void
}
