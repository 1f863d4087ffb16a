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

    rule('tells how many jobs of the topics are there, and since when the oldest', async ({ store, tenant, elapse }) => {
      const depth = (...topics: readonly string[]) => store.outbox.depth({ tenant, topics })
      expect(await depth('revocation')).toEqual({ jobs: 0, oldestAtMs: null })
      const before = await store.now()
      await store.outbox.add([job(tenant, 'a'), job(tenant, 'b')])
      const after = await store.now()
      await elapse(5_000)
      await store.outbox.add([job(tenant, 'c', 'webhook')])
      const first = await depth('revocation')
      expect([first.jobs, (first.oldestAtMs ?? 0) >= before && (first.oldestAtMs ?? 0) <= after]).toEqual([2, true])
      expect(((await depth('webhook')).oldestAtMs ?? 0) >= after + 5_000).toBe(true)
      expect(await depth('webhook', 'revocation')).toEqual({ jobs: 3, oldestAtMs: first.oldestAtMs })
      expect((await depth()).jobs).toBe(0)
      await store.outbox.lease(query(tenant, { limit: 1 }))
      expect((await depth('revocation')).jobs).toBe(2)
      await store.outbox.complete({ tenant, id: 'a', attempt: 1 })
      expect((await depth('revocation')).jobs).toBe(1)
    })

    rule('looks past the jobs of other topics, however many came first', async ({ store, tenant }) => {
      await store.outbox.add([...Array.from({ length: 20 }, (_, n) => job(tenant, `${n}`, 'webhook')), job(tenant, 'a')])
      expect((await store.outbox.lease(query(tenant, { limit: 2 }))).map(({ id }) => id)).toEqual(['a'])
    })

    rule('keeps the bytes of a job, whatever becomes of those that were given or handed out', async ({ store, tenant, elapse }) => {
      const given = bytesOf('job a')
      await store.outbox.add([{ ...job(tenant, 'a'), data: given }])
      given.fill(0)
      const [leased] = await store.outbox.lease(query(tenant))
      expect(leased?.data).toEqual(bytesOf('job a'))
      leased?.data.fill(1)
      await elapse(1_001)
      expect((await store.outbox.lease(query(tenant)))[0]?.data).toEqual(bytesOf('job a'))
    })

    rule('hands out no more than the limit, and nothing for no topics', async ({ store, tenant }) => {
      await store.outbox.add([job(tenant, 'a'), job(tenant, 'b'), job(tenant, 'c')])
      expect(await store.outbox.lease(query(tenant, { topics: [] }))).toEqual([])
      expect((await store.outbox.lease(query(tenant, { limit: 2 }))).map(({ id }) => id)).toEqual(['a', 'b'])
      expect((await store.outbox.lease(query(tenant, { limit: 2 }))).map(({ id }) => id)).toEqual(['c'])
    })
  })
}
