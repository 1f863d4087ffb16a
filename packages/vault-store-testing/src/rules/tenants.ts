import { bytesOf, insertOne, keyOf, newCredential } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** Nothing crosses between tenants. */
export function tenantRules({ describe, rule, expect }: StoreSubject): void {
  describe('tenants', () => {
    rule('see nothing of each other’s credentials', async ({ store, tenant }) => {
      const other = `${tenant}-other`
      const row = await insertOne(store, tenant, { data: 'ours', dueAtMs: 1 })
      const theirs = keyOf(newCredential(other))
      expect(await store.credentials.get(theirs)).toBe(null)
      expect((await store.credentials.list({ tenant: other, limit: 10 })).items).toEqual([])
      expect(await store.credentials.due({ tenant: other, dueBeforeMs: 9, limit: 10, postponeToMs: 99 })).toEqual([])
      expect(await store.credentials.delete(theirs, 1)).toBe('missing')
      await store.credentials.touch({ keys: [theirs], atMs: 7 })
      expect(await store.credentials.counts({ tenant: other })).toEqual([])
      await insertOne(store, other, { data: 'theirs' })
      await store.credentials.update({ key: theirs, attemptId: 'x', expect: { version: 1 }, set: { data: 'changed' } })
      expect(await store.credentials.get(keyOf(row))).toEqual(row)
    })

    rule('see nothing of each other’s documents, tickets, jobs and audit', async ({ store, tenant }) => {
      const other = `${tenant}-other`
      await store.documents.put({ tenant, kind: 'k', id: 'i', data: 'd', expect: 'absent', attemptId: 'a' })
      await store.tickets.create({ tenant, kind: 'k', id: 'i', data: bytesOf('t'), ttlMs: 60_000 })
      await store.outbox.add([{ tenant, id: 'i', topic: 't', data: bytesOf('j') }])
      await store.audit.append([{ tenant, id: 'i', subject: 's', data: '{}' }])
      expect(await store.documents.get({ tenant: other, kind: 'k', id: 'i' })).toBe(null)
      expect((await store.documents.list({ tenant: other, kind: 'k', limit: 10 })).items).toEqual([])
      expect(await store.tickets.take({ tenant: other, kind: 'k', id: 'i' })).toBe(null)
      expect(await store.outbox.lease({ tenant: other, topics: ['t'], limit: 10, leaseMs: 1 })).toEqual([])
      expect(await store.outbox.depth({ tenant: other, topics: ['t'] })).toEqual({ jobs: 0, oldestAtMs: null })
      expect(await store.outbox.complete({ tenant: other, id: 'i', attempt: 0 })).toBe(false)
      expect(await store.audit.list({ tenant: other, limit: 10 })).toEqual([])
      expect(await store.audit.list({ tenant: other, subject: 's', limit: 10 })).toEqual([])
      expect(await store.audit.prune({ tenant: other, throughSequence: 1_000_000 })).toBe(0)
      expect((await store.audit.list({ tenant, limit: 10 })).length).toBe(1)
      expect(await store.tickets.take({ tenant, kind: 'k', id: 'i' })).toEqual(bytesOf('t'))
    })
  })
}
