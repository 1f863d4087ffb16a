import { assertJobs, assertMilliseconds, assertPageLimit, assertStoreKeys, type OutboxStore } from '@holdfast/vault-core/store'
import { type Selectable, sql } from 'kysely'
import { textOf } from '../dialect.js'
import type { OutboxTable } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { insertJobs } from './insert-jobs.js'
import { letFirst, lockLines } from './job-lines.js'

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
        const found: Selectable<OutboxTable>[] = []
        // One topic at a time: for several, planners give up the order of the index, and read all jobs there are.
        for (const topic of new Set(topics)) {
          const query = db
            .selectFrom('outbox')
            .selectAll()
            .where('tenant', '=', exact(tenant))
            .where('topic', '=', exact(topic))
            .where('is_first', '=', sql.lit(1))
            .where('available_at_ms', '<=', nowMs())
            .orderBy('sequence')
            .limit(limit)
          found.push(...(await (dialect.locksRows ? query.forUpdate().skipLocked() : query).execute()))
        }
        const jobs = found.sort((a, b) => Number(a.sequence) - Number(b.sequence)).slice(0, limit)
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
        return jobs.map(({ id, topic, ordering_key: orderingKey, data, attempt }) => ({
          tenant,
          id: textOf(id),
          topic: textOf(topic),
          ...(orderingKey !== null && { orderingKey: textOf(orderingKey) }),
          data: new Uint8Array(data),
          attempt: Number(attempt) + 1,
        }))
      })
    },

    async depth({ tenant, topics }) {
      assertStoreKeys({ tenant })
      if (topics.length === 0) return { jobs: 0, oldestAtMs: null }
      const found = await run((db) =>
        db
          .selectFrom('outbox')
          .select((eb) => [eb.fn.countAll().as('jobs'), eb.fn.min('added_at_ms').as('oldest')])
          .where('tenant', '=', exact(tenant))
          .where('topic', 'in', topics.map(exact))
          .executeTakeFirst(),
      )
      return { jobs: Number(found?.jobs ?? 0), oldestAtMs: found?.oldest == null ? null : Number(found.oldest) }
    },

    async complete({ tenant, id, attempt }) {
      assertStoreKeys({ tenant, id })
      const held = { tenant: exact(tenant), id: exact(id), attempt }
      const free = await run((db) =>
        db
          .deleteFrom('outbox')
          .where((eb) => eb.and(held))
          .where('ordering_key', 'is', null)
          .executeTakeFirst(),
      )
      if (free.numDeletedRows > 0n) return true
      return transact(async (db) => {
        const job = await db
          .selectFrom('outbox')
          .select(['topic', 'ordering_key'])
          .where((eb) => eb.and(held))
          .executeTakeFirst()
        if (!job || job.ordering_key === null) return false
        const line = { tenant, topic: textOf(job.topic), orderingKey: textOf(job.ordering_key) }
        await lockLines(db, dialect, [line])
        const { numDeletedRows } = await db
          .deleteFrom('outbox')
          .where((eb) => eb.and(held))
          .executeTakeFirst()
        if (numDeletedRows === 0n) return false
        await letFirst(db, dialect, line)
        return true
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
