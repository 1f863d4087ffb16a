import type { InsertObject, Kysely } from 'kysely'
import type { Dialect } from '../dialect.js'
import type { StoreSchema } from '../schema.js'

/** Inserts rows; those whose key is taken are left out. Tells how many it inserted. */
export async function insertUnlessThere<T extends keyof StoreSchema>(
  db: Kysely<StoreSchema>,
  dialect: Dialect,
  table: T,
  rows: readonly InsertObject<StoreSchema, T>[],
): Promise<number> {
  if (rows.length === 0) return 0
  const query = db.insertInto(table).values(rows)
  const skipping = dialect.name === 'mysql' ? query.ignore() : query.onConflict((conflict) => conflict.doNothing())
  const { numInsertedOrUpdatedRows } = await skipping.executeTakeFirst()
  return Number(numInsertedOrUpdatedRows ?? 0n)
}
