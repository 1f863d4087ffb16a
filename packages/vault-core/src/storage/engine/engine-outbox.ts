import type { NewOutboxJob, OutboxJob, OutboxStore } from '../contract.js'
import { assertJobs, assertMilliseconds, assertPageLimit } from '../rules/store-arguments.js'
import { assertStoreKeys } from '../rules/store-key.js'
import { queueRecord } from './derived-records.js'
import type { EngineRuns } from './engine-runs.js'
import { keyPrefix, keyText } from './key-text.js'
import { type Records, type TypedTransaction, walk } from './records.js'

export function engineOutbox({ read, transact }: EngineRuns): OutboxStore {
  /** Does `work` on the job if this attempt still holds it. */
  const ifHeld = (
    { tenant, id, attempt }: Pick<OutboxJob, 'tenant' | 'id' | 'attempt'>,
    work: (tables: TypedTransaction, job: Records['jobs'], nowMs: number) => Promise<void>,
  ): Promise<boolean> => {
    assertStoreKeys({ tenant, id })
    return transact(async (tables, nowMs) => {
      const job = await tables.get('jobs', keyText(tenant, id))
      if (job?.attempt !== attempt) return false
      await work(tables, job, nowMs)
      return true
    })
  }

  return {
    async add(jobs) {
      assertJobs(jobs)
      await transact((tables, nowMs) => addJobs(tables, jobs, nowMs))
    },

    async lease({ tenant, topics, limit, leaseMs }) {
      assertStoreKeys({ tenant })
      assertPageLimit(limit)
      assertMilliseconds(leaseMs, 'leaseMs')
      if (topics.length === 0) return []
      return transact(async (tables, nowMs) => {
        const leased: OutboxJob[] = []
        const lines = new Set<string>()
        for await (const [, { id, line }] of walk(tables, 'queue', { prefix: keyPrefix(tenant) }, SCAN_CHUNK)) {
          // An older one of its line was there.
          if (line !== undefined && lines.has(line)) continue
          if (line !== undefined) lines.add(line)
          const job = await tables.get('jobs', keyText(tenant, id))
          if (!job || !topics.includes(job.topic) || job.availableAtMs > nowMs) continue
          const next = { ...job, attempt: job.attempt + 1, availableAtMs: nowMs + leaseMs }
          await tables.set('jobs', keyText(tenant, id), next)
          leased.push(handedOut(next))
          if (leased.length === limit) break
        }
        return leased
      })
    },

    async depth({ tenant, topics }) {
      assertStoreKeys({ tenant })
      let jobs = 0
      let oldestAtMs: number | null = null
      await read(async (tables) => {
        for await (const [, { id }] of walk(tables, 'queue', { prefix: keyPrefix(tenant) }, SCAN_CHUNK)) {
          const job = await tables.get('jobs', keyText(tenant, id))
          if (!job || !topics.includes(job.topic)) continue
          jobs += 1
          oldestAtMs ??= job.addedAtMs ?? null
        }
      })
      return { jobs, oldestAtMs }
    },

    complete: async (held) =>
      ifHeld(held, async (tables, { tenant, id, sequence }) => {
        await tables.delete('jobs', keyText(tenant, id))
        await tables.delete('queue', keyText(tenant, sequence))
      }),

    async retry({ delayMs, ...held }) {
      assertMilliseconds(delayMs, 'delayMs')
      return ifHeld(held, (tables, job, nowMs) =>
        tables.set('jobs', keyText(job.tenant, job.id), { ...job, availableAtMs: nowMs + delayMs }),
      )
    },
  }
}

const SCAN_CHUNK = 100

function handedOut({ tenant, id, topic, orderingKey, data, attempt }: OutboxJob): OutboxJob {
  return { tenant, id, topic, ...(orderingKey !== undefined && { orderingKey }), data: data.slice(), attempt }
}

/** Adds jobs in the transaction under way; one that is there already is left as it is. */
export async function addJobs(tables: TypedTransaction, jobs: readonly NewOutboxJob[], addedAtMs: number): Promise<void> {
  for (const job of jobs) {
    const { tenant, id } = job
    if (await tables.get('jobs', keyText(tenant, id))) continue
    const sequence = await tables.count(keyText('outbox', tenant))
    const waiting = { ...handedOut({ ...job, attempt: 0 }), sequence, availableAtMs: 0, addedAtMs }
    await tables.set('jobs', keyText(tenant, id), waiting)
    await tables.set('queue', keyText(tenant, sequence), queueRecord(job))
  }
}
