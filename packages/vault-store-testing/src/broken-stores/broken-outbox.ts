import type { Companions, OutboxStore, VaultStore } from '@holdfast/vault-core'
import { type BrokenStores, nextTurn, withCredentials } from './broken-store.js'

/** Jobs handed out twice, too early, or in the wrong order. */
export const brokenOutbox: BrokenStores = {
  'a job is handed out under no lease': {
    breakIt: (sound) => ({ ...sound, outbox: { ...sound.outbox, lease: (query) => sound.outbox.lease({ ...query, leaseMs: 0 }) } }),
    caughtBy: /hands a job out again when its lease has run out/,
  },
  'anybody may complete a job': {
    breakIt: (sound) => ({
      ...sound,
      outbox: {
        ...sound.outbox,
        complete: async (job) => {
          for (let attempt = 0; attempt < 5; attempt++) if (await sound.outbox.complete({ ...job, attempt })) return true
          return false
        },
      },
    }),
    caughtBy: /lets only the attempt that holds a job/,
  },
  'jobs come newest first': {
    breakIt: (sound) => ({ ...sound, outbox: { ...sound.outbox, lease: async (query) => (await sound.outbox.lease(query)).toReversed() } }),
    caughtBy: /hands out jobs in the order of their arrival/,
  },
  'topics are chosen only after the page was filled': {
    breakIt: (sound) => {
      const topics = new Set<string>()
      return withOutbox(sound, {
        add: (jobs) => {
          for (const { topic } of jobs) topics.add(topic)
          return sound.outbox.add(jobs)
        },
        lease: async (query) => {
          const jobs = await sound.outbox.lease({ ...query, topics: query.topics.length === 0 ? [] : [...topics] })
          return jobs.filter(({ topic }) => query.topics.includes(topic))
        },
      })
    },
    caughtBy: /looks past the jobs of other topics/,
  },
  'jobs are handed out in the bytes that were given': {
    breakIt: (sound) => {
      const given = new Map<string, Uint8Array>()
      return withOutbox(sound, {
        add: (jobs) => {
          for (const { id, data } of jobs) given.set(id, data)
          return sound.outbox.add(jobs)
        },
        lease: async (query) => (await sound.outbox.lease(query)).map((job) => ({ ...job, data: given.get(job.id) ?? job.data })),
      })
    },
    caughtBy: /keeps the bytes of a job/,
  },
  'jobs that wait for an older one of their key fill the page': {
    breakIt: (sound) => {
      const waiting = new Set<string>()
      return withOutbox(sound, {
        add: (jobs) => {
          for (const { id } of jobs) waiting.add(id)
          return sound.outbox.add(jobs)
        },
        lease: async (query) => {
          const page = [...waiting].slice(0, query.limit)
          const jobs = await sound.outbox.lease({ ...query, limit: 1_000 })
          for (const job of jobs) if (!page.includes(job.id)) await sound.outbox.retry({ ...job, delayMs: 0 })
          const handed = jobs.filter(({ id }) => page.includes(id))
          for (const { id } of handed) waiting.delete(id)
          return handed
        },
      })
    },
    caughtBy: /hold no other key back, however many jobs wait in line/,
  },
  'ordering keys are taken no notice of': {
    breakIt: (sound) =>
      withOutbox(sound, {
        add: (jobs) => sound.outbox.add(jobs.map(({ orderingKey: _, ...job }) => job)),
        lease: async (query) => (await sound.outbox.lease(query)).map((job) => ({ ...job, orderingKey: 'k' })),
      }),
    caughtBy: /hand out the jobs of one key one after the other/,
  },
  'a job that waits for its next attempt lets later ones of its key pass': {
    breakIt: (sound) => {
      const waiting = new Set<string>()
      return withOutbox(sound, {
        retry: async (job) => {
          waiting.add(job.id)
          return sound.outbox.retry({ ...job, delayMs: 0 })
        },
        lease: async (query) => {
          const jobs = await sound.outbox.lease(query)
          const passed = jobs.filter(({ id }) => waiting.delete(id))
          for (const job of passed) {
            await sound.outbox.complete(job)
            await sound.outbox.add([job])
          }
          return passed.length === 0 ? jobs : sound.outbox.lease(query)
        },
      })
    },
    caughtBy: /hold back what comes later while the first waits/,
  },
  'all topics are one line': {
    breakIt: (sound) =>
      withOutbox(sound, {
        add: (jobs) =>
          sound.outbox.add(jobs.map((job) => ({ ...job, topic: 'one', ...(job.orderingKey && { orderingKey: job.orderingKey }) }))),
        lease: (query) => sound.outbox.lease({ ...query, topics: ['one'] }),
      }),
    caughtBy: /hold nothing back that has another key, another topic or none/,
  },
  'the next of a key may come before the first is done': {
    breakIt: (sound) => {
      const early: (() => void)[] = []
      return withOutbox(sound, {
        lease: async (query) => {
          const jobs = await sound.outbox.lease(query)
          for (const job of jobs) if (await sound.outbox.complete(job)) early.push(() => undefined)
          return jobs
        },
        complete: async () => early.pop() !== undefined,
      })
    },
    caughtBy: /have never two jobs of one key in hand/,
  },
  'companions take their places some time after their write': {
    breakIt: (sound) => {
      let writes = 0
      const add = async (also: Companions | undefined): Promise<void> => {
        // Every other one is late.
        if (++writes % 2 === 0) for (let turns = 0; turns < 3; turns++) await nextTurn()
        await sound.outbox.add(also?.outbox ?? [])
        await sound.audit.append(also?.audit ?? [])
      }
      return withCredentials(sound, {
        update: async ({ also, ...change }) => {
          const result = await sound.credentials.update(change)
          if (result.outcome === 'updated') await add(also)
          return result
        },
      })
    },
    caughtBy: /stand in the order of its writes/,
  },
  'the depth counts what waits, and forgets what is leased': {
    breakIt: (sound) => {
      const leased = new Set<string>()
      return withOutbox(sound, {
        lease: async (query) => {
          const jobs = await sound.outbox.lease(query)
          for (const { id } of jobs) leased.add(id)
          return jobs
        },
        depth: async (query) => {
          const depth = await sound.outbox.depth(query)
          return { ...depth, jobs: depth.jobs - leased.size }
        },
      })
    },
    caughtBy: /tells how many jobs of the topics are there/,
  },
  'a job that is added again goes to the end of its line': {
    breakIt: (sound) =>
      withOutbox(sound, {
        add: async (jobs) => {
          // Nobody has leased it yet.
          for (const { tenant, id } of jobs) await sound.outbox.complete({ tenant, id, attempt: 0 })
          await sound.outbox.add(jobs)
        },
      }),
    caughtBy: /keep the order though jobs are added again/,
  },
}

function withOutbox(sound: VaultStore, change: Partial<OutboxStore>): VaultStore {
  return { ...sound, outbox: { ...sound.outbox, ...change } }
}
