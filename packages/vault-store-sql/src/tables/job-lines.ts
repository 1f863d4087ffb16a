import type { Kysely } from 'kysely'
import type { Dialect } from '../dialect.js'
import type { StoreSchema } from '../schema.js'
import { lockCounter } from './counters.js'

/** Jobs that are done one after the other: those of a topic with the same ordering key. The oldest of them has `is_first`. */
export interface JobLine {
  readonly tenant: string
  readonly topic: string
  readonly orderingKey: string
}

/**
 * Keeps others from adding to these lines, and from moving them on, until the transaction ends: a database gives a number to
 * a job before others see it, and the numbers of two transactions may become visible in the wrong order. Lines share
 * {@link LOCKS} rows by a hash of their keys. Taken after the lock on the row that is written, and before all others.
 */
export async function lockLines(db: Kysely<StoreSchema>, dialect: Dialect, lines: readonly JobLine[]): Promise<void> {
  // Where rows are not locked, one transaction writes at a time.
  if (!dialect.locksRows) return
  for (const [tenant, own] of Map.groupBy(lines, (line) => line.tenant)) {
    const locks = new Set(own.map(({ orderingKey }) => lockOf(orderingKey)))
    // In one order, so that no two wait for each other.
    for (const lock of [...locks].sort()) await lockCounter(db, dialect, { tenant, topic: 'ordering', name: lock })
  }
}

const LOCKS = 64

function lockOf(orderingKey: string): string {
  let hash = 0
  for (let index = 0; index < orderingKey.length; index++) hash = (Math.imul(hash, 31) + orderingKey.charCodeAt(index)) >>> 0
  return String(hash % LOCKS)
}

/** For each line in which jobs are waiting, by its name: whether the oldest of them is marked as the first, as it has to be. */
export async function firstsOf(
  db: Kysely<StoreSchema>,
  dialect: Dialect,
  lines: ReadonlyMap<string, JobLine>,
): Promise<ReadonlyMap<string, boolean>> {
  const found = new Map<string, boolean>()
  for (const [name, line] of lines) {
    const oldest = await oldestOf(db, dialect, line)
    if (oldest) found.set(name, oldest.is_first === 1)
  }
  return found
}

/** Marks the oldest job of a line as its first, under the lock of the line. */
export async function letFirst(db: Kysely<StoreSchema>, dialect: Dialect, line: JobLine): Promise<void> {
  const oldest = await oldestOf(db, dialect, line)
  if (!oldest || oldest.is_first === 1) return
  await db.updateTable('outbox').set({ is_first: 1 }).where('sequence', '=', oldest.sequence).execute()
}

function oldestOf(
  db: Kysely<StoreSchema>,
  { exact }: Dialect,
  { tenant, topic, orderingKey }: JobLine,
): Promise<{ readonly sequence: number | string | bigint; readonly is_first: number } | undefined> {
  return db
    .selectFrom('outbox')
    .select(['sequence', 'is_first'])
    .where((eb) => eb.and({ tenant: exact(tenant), topic: exact(topic), ordering_key: exact(orderingKey) }))
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst()
}
