import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect.js'
import type { StoreSchema } from '../schema.js'

export interface CounterName {
  readonly tenant: string
  readonly topic: 'audit' | 'documents' | 'ordering'
  /** The kind of document; a number for the ordering of jobs; empty for the audit. */
  readonly name: string
}

/**
 * Moves a counter on and returns it, in the transaction under way. Its row stays locked until the transaction ends, so
 * that the counts become visible in their order.
 */
export async function advance(db: Kysely<StoreSchema>, dialect: Dialect, counter: CounterName, by: number): Promise<number> {
  await lockCounter(db, dialect, counter, by)
  return readCounter(db, dialect, counter)
}

/** Moves a counter on, for the lock on its row alone: nobody else moves it until the transaction ends. */
export async function lockCounter(db: Kysely<StoreSchema>, dialect: Dialect, counter: CounterName, by = 1): Promise<void> {
  const key = columnsOf(dialect, counter)
  const insert = db.insertInto('counters').values({ ...key, value: by })
  if (dialect.name === 'mysql') {
    await insert.onDuplicateKeyUpdate({ value: sql<number>`value + ${by}` }).execute()
  } else {
    await insert
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'topic', 'name']).doUpdateSet({ value: sql<number>`${sql.ref('counters.value')} + ${by}` }),
      )
      .execute()
  }
}

/** 0 for a counter that was never moved. */
export async function readCounter(db: Kysely<StoreSchema>, dialect: Dialect, counter: CounterName): Promise<number> {
  const row = await db
    .selectFrom('counters')
    .select('value')
    .where((eb) => eb.and(columnsOf(dialect, counter)))
    .executeTakeFirst()
  return Number(row?.value ?? 0)
}

function columnsOf({ exact }: Dialect, { tenant, topic, name }: CounterName) {
  return { tenant: exact(tenant), topic, name: exact(name) }
}
