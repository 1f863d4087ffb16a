import { assertPageLimit, type NewOutboxJob, type OutboxStore } from '@holdfast/vault-core'
import type { Kysely } from 'kysely'
import type { Executor } from './executor.js'
import type { StoreSchema } from './schema.js'
import { assertKeys } from './store-arguments.js'

export function sqlOutbox(executor: Executor): OutboxStore {
  return {
    add: (jobs) => executor.transact((db) => insertJobs(db, jobs)),

    async lease({ tenant, topics, limit, leaseMs }) {
      assertKeys({ tenant })
      assertPageLimit(limit)
      if (topics.length === 0) return []
      return executor.transact(async (db, nowMs) => {
        const available = await db
          .selectFrom('outbox')
          .selectAll()
          .where('tenant', '=', tenant)
          .where('topic', 'in', topics)
          .where('available_at_ms', '<=', nowMs)
          .orderBy('sequence')
          .limit(limit)
          .execute()
        const attempts = available.map((job) => ({ ...job, attempt: job.attempt + 1 }))
        for (const { sequence, attempt } of attempts) {
          await db
            .updateTable('outbox')
            .set({ attempt, available_at_ms: nowMs + leaseMs })
            .where('sequence', '=', sequence)
            .execute()
        }
        return attempts.map(({ id, topic, data, attempt }) => ({ tenant, id, topic, data: new Uint8Array(data), attempt }))
      })
    },

    async complete({ tenant, id, attempt }) {
      assertKeys({ tenant, id })
      return executor.run(async (db) => {
        const { numDeletedRows } = await db
          .deleteFrom('outbox')
          .where((eb) => eb.and({ tenant, id, attempt }))
          .executeTakeFirst()
        return numDeletedRows > 0n
      })
    },

    async retry({ tenant, id, attempt, delayMs }) {
      assertKeys({ tenant, id })
      return executor.run(async (db, nowMs) => {
        const { numUpdatedRows } = await db
          .updateTable('outbox')
          .set({ available_at_ms: nowMs + delayMs })
          .where((eb) => eb.and({ tenant, id, attempt }))
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },
  }
}

/** Adds jobs in the transaction under way; one that is there already is left as it is. */
export async function insertJobs(db: Kysely<StoreSchema>, jobs: readonly NewOutboxJob[]): Promise<void> {
  for (const { tenant, id, topic, data } of jobs) {
    assertKeys({ tenant, id, topic })
    await db
      .insertInto('outbox')
      .values({ tenant, id, topic, data, attempt: 0, available_at_ms: 0 })
      .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing())
      .execute()
  }
}
