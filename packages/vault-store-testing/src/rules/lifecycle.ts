import { insertOne, keyOf } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** The store's clock, what it promises, and its end. */
export function lifecycleRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  describe('the store', () => {
    rule('has a clock in whole epoch milliseconds that goes on', async ({ store, elapse }) => {
      const before = await store.now()
      expect(Number.isInteger(before) && before > 1_500_000_000_000).toBe(true)
      await elapse(1_000)
      expect((await store.now()) - before >= 999).toBe(true)
    })

    rule('says what it can promise', async ({ store }) => {
      expect([typeof store.capabilities.durable, typeof store.capabilities.crossProcess]).toEqual(['boolean', 'boolean'])
    })

    rule('refuses every call after close with store_unavailable; closing twice is harmless', async ({ store, tenant }) => {
      const key = keyOf(await insertOne(store, tenant))
      await store.close()
      await store.close()
      await expectCode(() => store.now(), 'store_unavailable', 'now')
      await expectCode(() => store.credentials.get(key), 'store_unavailable', 'credentials.get')
      await expectCode(() => store.documents.list({ tenant, kind: 'k', limit: 1 }), 'store_unavailable', 'documents.list')
      await expectCode(() => store.tickets.take({ tenant, kind: 'k', id: 'i' }), 'store_unavailable', 'tickets.take')
      await expectCode(() => store.outbox.add([]), 'store_unavailable', 'outbox.add')
      await expectCode(() => store.audit.list({ tenant, limit: 1 }), 'store_unavailable', 'audit.list')
    })

    rule('closed in the middle of work finishes each call or refuses it, and hangs none', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const calls = Array.from({ length: 50 }, (_, n) =>
        store.credentials.update({ key: keyOf(row), attemptId: `a-${n}`, expect: { epoch: 1 }, set: { data: `${n}` } }).then(
          ({ outcome }) => outcome,
          (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
        ),
      )
      await store.close()
      const outcomes = await Promise.all(calls)
      expect(outcomes.filter((outcome) => outcome !== 'updated' && outcome !== 'store_unavailable')).toEqual([])
    })
  })
}
