import type { NewOutboxJob, OutboxJob, VaultStore } from '@holdfast/vault-core'
import { bytesOf, insertOne, keyOf, rowOf } from '../rows.js'
import type { Scene, StoreSubject } from '../store-subject.js'

/** Jobs that are done one after the other. */
export function orderingRules({ describe, rule, expect }: StoreSubject): void {
  const job = (tenant: string, id: string, orderingKey?: string, topic = 'webhook'): NewOutboxJob => ({
    tenant,
    id,
    topic,
    data: bytesOf(`job ${id}`),
    ...(orderingKey !== undefined && { orderingKey }),
  })
  const lease = ({ store, tenant }: Pick<Scene, 'store' | 'tenant'>, change: object = {}): Promise<readonly OutboxJob[]> =>
    store.outbox.lease({ tenant, topics: ['webhook'], limit: 10, leaseMs: 1_000, ...change })
  const idsIn = (jobs: readonly OutboxJob[]): readonly string[] => jobs.map(({ id }) => id)

  describe('ordering keys', () => {
    rule('hand out the jobs of one key one after the other, oldest first', async (scene) => {
      const { store, tenant } = scene
      await store.outbox.add([job(tenant, 'z', 'k'), job(tenant, 'a', 'k')])
      await store.outbox.add([job(tenant, 'm', 'k')])
      for (const id of ['z', 'a', 'm']) {
        expect(await lease(scene)).toEqual([{ ...job(tenant, id, 'k'), attempt: 1 }])
        expect(await lease(scene)).toEqual([])
        expect(await store.outbox.complete({ tenant, id, attempt: 1 })).toBe(true)
      }
      expect(await lease(scene)).toEqual([])
      await store.outbox.add([job(tenant, 'new', 'k')])
      expect(idsIn(await lease(scene))).toEqual(['new'])
    })

    rule('hold nothing back that has another key, another topic or none', async (scene) => {
      const { store, tenant } = scene
      const other = `${tenant}-other`
      await store.outbox.add([job(tenant, '1', 'k'), job(tenant, '2', 'k'), job(tenant, '3'), job(tenant, '4', 'K'), job(tenant, '5')])
      await store.outbox.add([job(tenant, '6', 'k', 'mail'), job(tenant, '7', 'k '), job(other, '8', 'k')])
      expect(idsIn(await lease(scene, { topics: ['webhook', 'mail'] }))).toEqual(['1', '3', '4', '5', '6', '7'])
      expect(idsIn(await lease({ store, tenant: other }))).toEqual(['8'])
    })

    rule('hold no other key back, however many jobs wait in line and however few are asked for', async (scene) => {
      const { store, tenant } = scene
      await store.outbox.add([...Array.from({ length: 20 }, (_, n) => job(tenant, `${n}`, 'k')), job(tenant, 'other', 'other')])
      expect(idsIn(await lease(scene, { limit: 1 }))).toEqual(['0'])
      expect(idsIn(await lease(scene, { limit: 1 }))).toEqual(['other'])
    })

    rule('hold back what comes later while the first waits for its next attempt, and when its lease ran out', async (scene) => {
      const { store, tenant, elapse } = scene
      await store.outbox.add([job(tenant, 'a', 'k'), job(tenant, 'b', 'k')])
      await lease(scene)
      expect(await store.outbox.retry({ tenant, id: 'a', attempt: 1, delayMs: 5_000 })).toBe(true)
      expect(await lease(scene)).toEqual([])
      await elapse(5_001)
      expect(await lease(scene)).toMatchObject([{ id: 'a', attempt: 2 }])
      await elapse(1_001)
      expect(await lease(scene)).toMatchObject([{ id: 'a', attempt: 3 }])
      expect(await store.outbox.complete({ tenant, id: 'a', attempt: 2 })).toBe(false)
      expect(await lease(scene)).toEqual([])
      expect(await store.outbox.complete({ tenant, id: 'a', attempt: 3 })).toBe(true)
      expect(await lease(scene)).toMatchObject([{ id: 'b', attempt: 1 }])
    })

    rule('keep the order though jobs are added again', async (scene) => {
      const { store, tenant } = scene
      await store.outbox.add([job(tenant, 'a', 'k'), job(tenant, 'b', 'k')])
      await store.outbox.add([job(tenant, 'b', 'k'), job(tenant, 'a', 'other'), job(tenant, 'c', 'k')])
      // The first of a key that is there already, under another one.
      await store.outbox.add([job(tenant, 'a', 'late'), job(tenant, 'd', 'late')])
      for (const id of ['a', 'b', 'c']) {
        expect(idsIn(await lease(scene)).filter((leased) => leased !== 'd')).toEqual([id])
        await store.outbox.complete({ tenant, id, attempt: 1 })
      }
      expect(await store.outbox.complete({ tenant, id: 'd', attempt: 1 })).toBe(true)
      expect((await store.outbox.depth({ tenant, topics: ['webhook'] })).jobs).toBe(0)
    })

    rule('have never two jobs of one key in hand, while many add, lease and complete at once', async (scene) => {
      const { store, tenant } = scene
      const other = await scene.another()
      const perAdder = 12
      const handed: OutboxJob[] = []
      const inHand = new Set<string>()
      const faults: string[] = []
      const add = async (client: VaultStore, adder: number): Promise<void> => {
        for (let n = 0; n < perAdder; n += 2)
          await client.outbox.add([job(tenant, `${adder}-${n}`, `key-${n % 3}`), job(tenant, `${adder}-${n + 1}`, `key-${(n + 1) % 3}`)])
      }
      const work = async (client: VaultStore): Promise<void> => {
        while (handed.length < 4 * perAdder && faults.length === 0) {
          const jobs = await lease({ store: client, tenant }, { limit: 2, leaseMs: 600_000 })
          for (const { id, orderingKey = '' } of jobs) {
            if (inHand.has(orderingKey)) faults.push(`${id} while another of ${orderingKey} was in hand`)
            inHand.add(orderingKey)
          }
          handed.push(...jobs)
          await new Promise((resolve) => setTimeout(resolve, 0))
          for (const { id, attempt, orderingKey = '' } of jobs) {
            inHand.delete(orderingKey)
            if (!(await client.outbox.complete({ tenant, id, attempt }))) faults.push(`${id} could not be completed`)
          }
        }
      }
      const adders = [store, other, store, other]
      await Promise.all([...adders.map(add), ...[store, other, other, store].map(work)])
      expect(faults).toEqual([])
      for (const adder of adders.keys())
        for (const key of ['key-0', 'key-1', 'key-2']) {
          const numbers = handed
            .filter(({ id, orderingKey }) => orderingKey === key && id.startsWith(`${adder}-`))
            .map(({ id }) => Number(id.split('-')[1]))
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
        }
    })
  })

  describe('companions of the writes of one row', () => {
    rule('stand in the order of its writes, jobs and audit entries, though many write at once', async (scene) => {
      const { store, tenant } = scene
      const key = keyOf(await insertOne(store, tenant))
      const write = async (client: VaultStore, writer: number): Promise<void> => {
        for (let n = 0, version = 1; n < 6; ) {
          const id = String(version + 1)
          const also = {
            outbox: [job(tenant, `${id} ${writer}`, 'row')],
            audit: [{ tenant, id: `${id} ${writer}`, subject: 'row', data: '{}' }],
          }
          const result = await client.credentials.update({
            key,
            attemptId: `${id}-${writer}`,
            expect: { version },
            set: { data: id },
            also,
          })
          if (result.outcome === 'updated') n += 1
          version = rowOf(result).version
        }
      }
      const other = await scene.another()
      await Promise.all([store, other, store, other].map(write))
      const versionsIn = (ids: readonly string[]): readonly number[] => ids.map((id) => Number(id.split(' ')[0]))
      const inOrder = Array.from({ length: 24 }, (_, n) => n + 2)
      const jobs: OutboxJob[] = []
      for (let leased = await lease(scene); leased.length > 0; leased = await lease(scene)) {
        jobs.push(...leased)
        for (const each of leased) await store.outbox.complete(each)
      }
      expect(versionsIn(idsIn(jobs))).toEqual(inOrder)
      const entries = await store.audit.list({ tenant, subject: 'row', limit: 100 })
      expect(versionsIn(entries.map(({ id }) => id))).toEqual(inOrder)
    })
  })
}
