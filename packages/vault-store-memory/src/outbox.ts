import { assertPageLimit, assertStoreKey, type OutboxStore } from '@holdfast/vault-core'
import { keyOf, type MemoryState, type StoredJob } from './memory-state.js'

export function memoryOutbox(state: MemoryState): OutboxStore {
  const { jobs } = state
  const held = ({
    tenant,
    id,
    attempt,
  }: {
    readonly tenant: string
    readonly id: string
    readonly attempt: number
  }): readonly [string, StoredJob] | undefined => {
    const key = keyOf({ tenant, id })
    const job = jobs.get(key)
    return job && job.attempt === attempt ? [key, job] : undefined
  }
  return {
    add: (added) => state.run(() => state.addJobs(added)),

    lease: ({ tenant, topics, limit, leaseMs }) =>
      state.run((nowMs) => {
        assertStoreKey(tenant, 'tenant')
        assertPageLimit(limit)
        const available = [...jobs]
          .filter(([, job]) => job.tenant === tenant && topics.includes(job.topic) && job.availableAtMs <= nowMs)
          .slice(0, limit)
        return available.map(([key, job]) => {
          const leased = { ...job, attempt: job.attempt + 1, availableAtMs: nowMs + leaseMs }
          jobs.set(key, leased)
          const { availableAtMs: _, ...shown } = leased
          return shown
        })
      }),

    complete: (job) =>
      state.run(() => {
        const found = held(job)
        return found !== undefined && jobs.delete(found[0])
      }),

    retry: ({ delayMs, ...job }) =>
      state.run((nowMs) => {
        const found = held(job)
        if (found) jobs.set(found[0], { ...found[1], availableAtMs: nowMs + delayMs })
        return found !== undefined
      }),
  }
}
