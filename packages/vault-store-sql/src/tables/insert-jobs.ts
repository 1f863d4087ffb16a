import type { NewOutboxJob } from '@holdfast/vault-core/store'
import type { Kysely } from 'kysely'
import type { Dialect } from '../dialect.js'
import type { StoreSchema } from '../schema.js'
import { buffer } from './credential-row.js'
import { insertUnlessThere } from './insert-unless-there.js'
import { firstsOf, type JobLine, letFirst, lockLines } from './job-lines.js'

/**
 * Adds jobs in the transaction under way; one that is there already is left as it is. Those with an ordering key take their
 * place under the lock of their line, so that no older one turns up behind them.
 */
export async function insertJobs(db: Kysely<StoreSchema>, dialect: Dialect, jobs: readonly NewOutboxJob[]): Promise<void> {
  const { exact } = dialect
  const lines = new Map<string, JobLine>()
  for (const job of jobs) if (hasLine(job)) lines.set(nameOf(job), job)
  await lockLines(db, dialect, [...lines.values()])
  const firsts = await firstsOf(db, dialect, lines)
  const begun = new Set<string>()
  const isFirst = (job: NewOutboxJob): boolean => {
    if (!hasLine(job)) return true
    const name = nameOf(job)
    if (firsts.has(name) || begun.has(name)) return false
    begun.add(name)
    return true
  }
  const rows = jobs.map((job) => ({
    tenant: exact(job.tenant),
    id: exact(job.id),
    topic: exact(job.topic),
    data: buffer(job.data),
    attempt: 0,
    available_at_ms: 0,
    ordering_key: job.orderingKey === undefined ? null : exact(job.orderingKey),
    is_first: isFirst(job) ? 1 : 0,
    added_at_ms: dialect.nowMs(),
  }))
  const inserted = await insertUnlessThere(db, dialect, 'outbox', rows)
  // The first of a line was there under another key, or somebody removed the first by hand: who comes next is first.
  for (const [name, line] of lines) if (inserted < rows.length || firsts.get(name) === false) await letFirst(db, dialect, line)
}

function hasLine(job: NewOutboxJob): job is NewOutboxJob & JobLine {
  return job.orderingKey !== undefined
}

function nameOf({ tenant, topic, orderingKey }: JobLine): string {
  return JSON.stringify([tenant, topic, orderingKey])
}
