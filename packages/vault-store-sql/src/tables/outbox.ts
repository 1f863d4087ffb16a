import {
  assertJobs,
  assertMilliseconds,
  assertPageLimit,
  assertStoreKeys,
  type NewOutboxJob,
  type OutboxStore,
} from '@holdfast/vault-core/store'
import { type Kysely, sql } from 'kysely'
import { type Dialect, textOf } from '../dialect.js'
import type { StoreSchema } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { buffer } from './credential-row.js'
import { insertUnlessThere } from './insert-unless-there.js'

export function sqlOutbox({ dialect, run, transact }: SqlDatabase): OutboxStore {
  const { exact, nowMs } = dialect
  return {
    async add(jobs) {
      assertJobs(jobs)
      await transact((db) => insertJobs(db, dialect, jobs))
    },

    async lease({ tenant, topics, limit, leaseMs }) {
      assertStoreKeys({ tenant })
      assertPageLimit(limit)
      assertMilliseconds(leaseMs, 'leaseMs')
      if (topics.length === 0) return []
      return transact(async (db) => {
        const query = db
          .selectFrom('outbox')
          .selectAll()
          .where('tenant', '=', exact(tenant))
          .where('topic', 'in', topics.map(exact))
          .where('available_at_ms', '<=', nowMs())
          .orderBy('sequence')
          .limit(limit)
        const jobs = await (dialect.locksRows ? query.forUpdate().skipLocked() : query).execute()
        if (jobs.length === 0) return []
        await db
          .updateTable('outbox')
          .set({ attempt: sql<number>`attempt + 1`, available_at_ms: sql<number>`${nowMs()} + ${sql.lit(leaseMs)}` })
          .where(
            'sequence',
            'in',
            jobs.map(({ sequence }) => sequence),
          )
          .execute()
        return jobs.map(({ id, topic, data, attempt }) => ({
          tenant,
          id: textOf(id),
          topic: textOf(topic),
          data: new Uint8Array(data),
          attempt: Number(attempt) + 1,
        }))
      })
    },

    async complete({ tenant, id, attempt }) {
      assertStoreKeys({ tenant, id })
      return run(async (db) => {
        const { numDeletedRows } = await db
          .deleteFrom('outbox')
          .where((eb) => eb.and({ tenant: exact(tenant), id: exact(id), attempt }))
          .executeTakeFirst()
        return numDeletedRows > 0n
      })
    },

    async retry({ tenant, id, attempt, delayMs }) {
      assertStoreKeys({ tenant, id })
      assertMilliseconds(delayMs, 'delayMs')
      return run(async (db) => {
        const { numUpdatedRows } = await db
          .updateTable('outbox')
          .set({ available_at_ms: sql<number>`${nowMs()} + ${sql.lit(delayMs)}` })
          .where((eb) => eb.and({ tenant: exact(tenant), id: exact(id), attempt }))
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },
  }
}

/** Adds jobs in the transaction under way; one that is there already is left as it is. */
export async function insertJobs(db: Kysely<StoreSchema>, dialect: Dialect, jobs: readonly NewOutboxJob[]): Promise<void> {
  const { exact } = dialect
  const rows = jobs.map(({ tenant, id, topic, data }) => ({
    tenant: exact(tenant),
    id: exact(id),
    topic: exact(topic),
    data: buffer(data),
    attempt: 0,
    available_at_ms: 0,
  }))
  await insertUnlessThere(db, dialect, 'outbox', rows)
}
