import type { Companions } from '@holdfast/vault-core'
import { bytesOf, insertOne, keyOf, newCredential } from '../rows.js'
import type { Scene, StoreSubject } from '../store-subject.js'

/** What must happen together happens together, or not at all. */
export function atomicityRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  const companions = (tenant: string): Companions => ({
    outbox: [{ tenant, id: 'job', topic: 'revocation', data: bytesOf('job') }],
    audit: [{ tenant, id: 'entry', data: '{}' }],
  })
  /** How many jobs and entries there are. */
  const added = async ({ store, tenant }: Scene): Promise<readonly [number, number]> => [
    (await store.outbox.lease({ tenant, topics: ['revocation'], limit: 10, leaseMs: 1 })).length,
    (await store.audit.list({ tenant, limit: 10 })).length,
  ]

  describe('companions of a write', () => {
    rule('are added with an insert, and not when the key is taken', async (scene) => {
      const { store, tenant } = scene
      await insertOne(store, tenant)
      await store.credentials.insert(newCredential(tenant, { attemptId: 'second' }), companions(tenant))
      expect(await added(scene)).toEqual([0, 0])
      await store.credentials.insert(newCredential(tenant, { userId: 'bob' }), companions(tenant))
      expect(await added(scene)).toEqual([1, 1])
    })

    rule('are added with an update, and not when it conflicts', async (scene) => {
      const { store, tenant } = scene
      const key = keyOf(await insertOne(store, tenant))
      await store.credentials.update({ key, attemptId: 'a', expect: { version: 2 }, set: {}, also: companions(tenant) })
      expect(await added(scene)).toEqual([0, 0])
      await store.credentials.update({ key, attemptId: 'b', expect: { version: 1 }, set: {}, also: companions(tenant) })
      expect(await added(scene)).toEqual([1, 1])
    })

    rule('are added with a document, and not when it conflicts', async (scene) => {
      const { store, tenant } = scene
      const put = { tenant, kind: 'k', id: 'i', data: 'd', also: companions(tenant) }
      await store.documents.put({ ...put, expect: 1, attemptId: 'a' })
      expect(await added(scene)).toEqual([0, 0])
      await store.documents.put({ ...put, expect: 'absent', attemptId: 'b' })
      expect(await added(scene)).toEqual([1, 1])
    })

    rule('are added once, though the write is repeated', async (scene) => {
      const { store, tenant } = scene
      const key = keyOf(await insertOne(store, tenant))
      const change = { key, attemptId: 'a', expect: { version: 1 }, set: {}, also: companions(tenant) }
      await store.credentials.update(change)
      await store.credentials.update(change)
      expect((await store.audit.list({ tenant, limit: 10 })).length).toBe(1)
    })

    rule('that are refused take the whole write with them', async (scene) => {
      const { store, tenant } = scene
      const row = await insertOne(store, tenant)
      const bad: Companions = { ...companions(tenant), audit: [{ tenant, id: 'a\0b', data: '{}' }] }
      const change = { key: keyOf(row), attemptId: 'a', expect: { version: 1 }, set: { data: 'changed' }, also: bad }
      await expectCode(() => store.credentials.update(change), 'invalid_request')
      expect(await store.credentials.get(keyOf(row))).toEqual(row)
      expect(await added(scene)).toEqual([0, 0])
    })
  })
}
