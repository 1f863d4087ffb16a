import { hash } from 'node:crypto'
import { CompiledQuery, type Kysely, type PostgresPool } from 'kysely'
import type { StoreSchema } from '../schema.js'
import type { RunPrepared } from '../sql-database.js'

/**
 * Through the driver itself, as named statements: each is parsed and planned once on a connection.
 *
 * @param isNamed - False for a pooler that hands each transaction another connection.
 */
export function preparedThroughPool(pool: () => Promise<PostgresPool>, isNamed: boolean): RunPrepared {
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    // Other stores over the same pool prepare statements too: equal names would need equal texts.
    const name = names.get(text) ?? `holdfast_${hash('sha256', text, 'base64url')}`
    names.set(text, name)
    return name
  }
  return async <R>(text: string, values: readonly unknown[]) => {
    const reserved: object = await (await pool()).connect()
    const client = reserved as PgClient
    let failure: unknown
    try {
      const { rows, rowCount } = await client.query({ text, values, ...(isNamed && { name: nameOf(text) }) })
      return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) }
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
export function unnamedThroughKysely(db: Kysely<StoreSchema>): RunPrepared {
  return <R>(text: string, values: readonly unknown[]) => db.executeQuery<R>(CompiledQuery.raw(text, [...values]))
}

/** The form of a query that Kysely's type of a client does not mention. */
interface PgClient {
  query(config: {
    readonly text: string
    readonly values: readonly unknown[]
    readonly name?: string
  }): Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number | null }>
  release(destroy: boolean): void
}
