import { bytesOf } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** Work to be done at least once. */
export function outboxRules({ describe, rule, expect }: StoreSubject): void {
  const job = (tenant: string, id: string, topic = 'revocation') => ({ tenant, id, topic, data: bytesOf(`job ${id}`) })
  const query = (tenant: string, change: object = {}) => ({ tenant, topics: ['revocation'], limit: 10, leaseMs: 1_000, ...change })

  describe('outbox', () => {
    rule('hands out jobs in the order of their arrival, of the topics asked for', async ({ store, tenant }) => {
      await store.outbox.add([job(tenant, 'z'), job(tenant, 'webhook', 'webhook'), job(tenant, 'a')])
      await store.outbox.add([job(tenant, 'm')])
      expect(await store.outbox.lease(query(tenant))).toEqual([
        { ...job(tenant, 'z'), attempt: 1 },
        { ...job(tenant, 'a'), attempt: 1 },
        { ...job(tenant, 'm'), attempt: 1 },
      ])
      expect((await store.outbox.lease(query(tenant, { topics: ['webhook', 'revocation'] }))).map(({ id }) => id)).toEqual(['webhook'])
    })

    rule('hands each job to one caller, also to many at once', async ({ store, tenant }) => {
      await store.outbox.add(Array.from({ length: 50 }, (_, n) => job(tenant, `job-${n}`)))
      const handed = (await Promise.all(Array.from({ length: 10 }, () => store.outbox.lease(query(tenant, { limit: 10 }))))).flat()
      expect(new Set(handed.map(({ id }) => id)).size).toBe(handed.length)
    })

    rule('hands a job out again when its lease has run out, as the next attempt', async ({ store, tenant, elapse }) => {
      await store.outbox.add([job(tenant, 'a')])
      await store.outbox.lease(query(tenant))
      expect(await store.outbox.lease(query(tenant))).toEqual([])
      await elapse(1_001)
      expect(await store.outbox.lease(query(tenant))).toMatchObject([{ id: 'a', attempt: 2 }])
    })

    rule('lets only the attempt that holds a job complete or retry it', async ({ store, tenant, elapse }) => {
      await store.outbox.add([job(tenant, 'a')])
      await store.outbox.lease(query(tenant))
      await elapse(1_001)
      await store.outbox.lease(query(tenant))
      expect(await store.outbox.complete({ tenant, id: 'a', attempt: 1 })).toBe(false)
      expect(await store.outbox.retry({ tenant, id: 'a', attempt: 1, delayMs: 0 })).toBe(false)
      expect(await store.outbox.complete({ tenant, id: 'a', attempt: 2 })).toBe(true)
      expect(await store.outbox.complete({ tenant, id: 'a', attempt: 2 })).toBe(false)
      await elapse(5_000)
      expect(await store.outbox.lease(query(tenant))).toEqual([])
    })

    rule('makes a job available again after the delay of a retry', async ({ store, tenant, elapse }) => {
      await store.outbox.add([job(tenant, 'a')])
      await store.outbox.lease(query(tenant))
      expect(await store.outbox.retry({ tenant, id: 'a', attempt: 1, delayMs: 5_000 })).toBe(true)
      await elapse(4_000)
      expect(await store.outbox.lease(query(tenant))).toEqual([])
      await elapse(1_001)
      expect(await store.outbox.lease(query(tenant))).toMatchObject([{ attempt: 2 }])
    })

    rule('leaves a job that is there already as it is', async ({ store, tenant }) => {
      await store.outbox.add([job(tenant, 'a')])
      await store.outbox.lease(query(tenant))
      await store.outbox.add([{ ...job(tenant, 'a'), data: bytesOf('other') }])
      expect(await store.outbox.lease(query(tenant))).toEqual([])
    })

    rule('hands out no more than the limit, and nothing for no topics', async ({ store, tenant }) => {
      await store.outbox.add([job(tenant, 'a'), job(tenant, 'b'), job(tenant, 'c')])
      expect(await store.outbox.lease(query(tenant, { topics: [] }))).toEqual([])
      expect((await store.outbox.lease(query(tenant, { limit: 2 }))).map(({ id }) => id)).toEqual(['a', 'b'])
      expect((await store.outbox.lease(query(tenant, { limit: 2 }))).map(({ id }) => id)).toEqual(['c'])
    })
  })
}
