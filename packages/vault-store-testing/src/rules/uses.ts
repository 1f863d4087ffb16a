import type { CredentialCount } from '@holdfast/vault-core'
import { MAX_GET_MANY } from '@holdfast/vault-core/store'
import { claimOf, insertOne, keyOf, newCredential, rowOf } from '../rows.js'
import type { Scene, StoreSubject } from '../store-subject.js'

/** When credentials were last used, and how many there are. */
export function useRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  describe('touch', () => {
    rule('notes the time of use of each row named, and changes nothing else in them', async ({ store, tenant }) => {
      const alice = await insertOne(store, tenant, { userId: 'alice' })
      const bob = await insertOne(store, tenant, { userId: 'bob' })
      const carol = await insertOne(store, tenant, { userId: 'carol' })
      await store.credentials.touch({ keys: [keyOf(alice), keyOf(bob)], atMs: 5_000 })
      const rows = await store.credentials.getMany([alice, bob, carol].map(keyOf))
      expect(rows).toEqual([{ ...alice, lastUsedAtMs: 5_000 }, { ...bob, lastUsedAtMs: 5_000 }, carol])
    })

    rule('moves the time on, and never back', async ({ store, tenant }) => {
      const key = keyOf(await insertOne(store, tenant))
      const uses: readonly number[] = [5_000, 4_000, 5_000, 6_000, 0]
      for (const atMs of uses) await store.credentials.touch({ keys: [key], atMs })
      expect((await store.credentials.get(key))?.lastUsedAtMs).toBe(6_000)
      await Promise.all([7_003, 7_001, 7_002, 6_500].map((atMs) => store.credentials.touch({ keys: [key], atMs })))
      expect((await store.credentials.get(key))?.lastUsedAtMs).toBe(7_003)
    })

    rule('stays through updates, claims and releases, and does not stand in their way', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const key = keyOf(row)
      await store.credentials.touch({ keys: [key], atMs: 5_000 })
      const claimed = rowOf(await store.credentials.claim(claimOf(row)))
      await store.credentials.touch({ keys: [key], atMs: 6_000 })
      const holder = { owner: 'owner-a', fence: claimed.fence }
      expect(await store.credentials.markSent(key, holder)).toBe(true)
      const update = { key, attemptId: 'u', expect: { version: 1, fence: claimed.fence }, set: { data: 'new' }, release: holder }
      expect(await store.credentials.update(update)).toMatchObject({ outcome: 'updated', row: { version: 2, lastUsedAtMs: 6_000 } })
      await store.credentials.touch({ keys: [key], atMs: 7_000 })
      expect(await store.credentials.update(update)).toMatchObject({ outcome: 'updated', row: { version: 2, lastUsedAtMs: 7_000 } })
      expect((await store.credentials.list({ tenant, limit: 1 })).items).toMatchObject([{ lastUsedAtMs: 7_000 }])
    })

    rule('passes over keys that are not there, and makes no row of them', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const gone = keyOf(newCredential(tenant, { userId: 'gone' }))
      await store.credentials.touch({ keys: [gone, keyOf(row), keyOf(row)], atMs: 5_000 })
      await store.credentials.touch({ keys: [], atMs: 6_000 })
      expect(await store.credentials.get(gone)).toBe(null)
      expect((await store.credentials.get(keyOf(row)))?.lastUsedAtMs).toBe(5_000)
    })

    rule(`takes ${MAX_GET_MANY.toLocaleString('en')} keys, and refuses one more`, async ({ store, tenant }) => {
      const row = await insertOne(store, tenant, { userId: 'user-777' })
      const keys = Array.from({ length: MAX_GET_MANY }, (_, n) => keyOf(newCredential(tenant, { userId: `user-${n}` })))
      await store.credentials.touch({ keys, atMs: 5_000 })
      expect((await store.credentials.get(keyOf(row)))?.lastUsedAtMs).toBe(5_000)
      await expectCode(() => store.credentials.touch({ keys: [...keys, keyOf(row)], atMs: 6_000 }), 'invalid_request')
    })
  })

  describe('counts', () => {
    const countsOf = async ({ store, tenant }: Scene): Promise<readonly CredentialCount[]> =>
      [...(await store.credentials.counts({ tenant }))].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    const nameOf = ({ status, hasRefreshToken }: CredentialCount): string => `${status} ${hasRefreshToken}`

    rule('tell how many rows have each status, with a refresh token and without', async (scene) => {
      const { store, tenant } = scene
      expect(await countsOf(scene)).toEqual([])
      const statuses = ['active', 'active', 'disconnected', 'quarantined', 'reauthorization_required', 'quarantined'] as const
      for (const [n, status] of statuses.entries())
        await insertOne(store, tenant, { userId: `user-${n}`, connectionId: `c-${n % 2}`, status, ...(n > 3 && { refreshToken: null }) })
      await insertOne(store, tenant, { userId: 'user-0', accountId: 'second' })
      expect(await countsOf(scene)).toEqual([
        { status: 'active', hasRefreshToken: true, count: 3 },
        { status: 'disconnected', hasRefreshToken: true, count: 1 },
        { status: 'quarantined', hasRefreshToken: false, count: 1 },
        { status: 'quarantined', hasRefreshToken: true, count: 1 },
        { status: 'reauthorization_required', hasRefreshToken: false, count: 1 },
      ])
    })
  })
}
