import { claimOf, insertOne, keyOf, newCredential, rowOf } from '../rows.js'
import type { Scene, StoreSubject } from '../store-subject.js'

/** Who may refresh, until when, and what is known of a request that was sent. */
export function leaseRules({ describe, rule, expect }: StoreSubject): void {
  const claimed = async ({ store, tenant }: Scene) => rowOf(await store.credentials.claim(claimOf(await insertOne(store, tenant))))
  const holderOf = (row: { readonly fence: number }) => ({ owner: 'owner-a', fence: row.fence })

  describe('leases', () => {
    rule('claim of a key that is not there says missing', async ({ store, tenant }) => {
      const request = { ...claimOf(await insertOne(store, tenant)), key: keyOf(newCredential(tenant, { userId: 'nobody' })) }
      expect(await store.credentials.claim(request)).toEqual({ outcome: 'missing' })
    })

    rule('claim writes owner, lease and a claimed intent, and moves the fence on; the version stays', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const before = await store.now()
      const result = await store.credentials.claim(claimOf(row))
      const { lease, ...rest } = rowOf(result)
      expect(result.outcome).toBe('claimed')
      expect(rest).toMatchObject({
        version: 1,
        fence: 1,
        intent: { attemptId: 'attempt-a', state: 'claimed', sentAtMs: null },
        unresolvedSends: 0,
      })
      expect(lease?.owner).toBe('owner-a')
      expect((lease?.untilMs ?? 0) >= before + 10_000 && (lease?.untilMs ?? 0) <= (await store.now()) + 10_000).toBe(true)
      expect(await store.credentials.get(keyOf(row))).toEqual(rowOf(result))
    })

    rule('claim returns the newest row', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      await store.credentials.update({ key: keyOf(row), attemptId: 'u', expect: { version: 1 }, set: { data: 'newest' } })
      const result = await store.credentials.claim(claimOf(row, { expectVersion: 2 }))
      expect(result).toMatchObject({ outcome: 'claimed', row: { data: 'newest' } })
    })

    rule('claim with another version says changed, and claims nothing', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      expect(await store.credentials.claim(claimOf(row, { expectVersion: 2 }))).toEqual({ outcome: 'changed', row })
      expect(await store.credentials.get(keyOf(row))).toEqual(row)
    })

    rule('while a lease lives, another claim is busy', async (scene) => {
      const row = await claimed(scene)
      const second = await scene.store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))
      expect(second).toEqual({ outcome: 'busy', row })
      await scene.elapse(9_000)
      expect((await scene.store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))).outcome).toBe('busy')
    })

    rule('the same owner with another attempt is busy too', async (scene) => {
      const row = await claimed(scene)
      expect((await scene.store.credentials.claim(claimOf(row, { attemptId: 'attempt-b' }))).outcome).toBe('busy')
    })

    rule('claim recognises a repeat of the same attempt under the same fence', async (scene) => {
      const row = await claimed(scene)
      expect(await scene.store.credentials.claim(claimOf(row))).toEqual({ outcome: 'claimed', row })
    })

    rule('100 claims at once: one wins', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, n) => store.credentials.claim(claimOf(row, { owner: `owner-${n}`, attemptId: `attempt-${n}` }))),
      )
      expect(results.filter(({ outcome }) => outcome === 'claimed').length).toBe(1)
      expect((await store.credentials.get(keyOf(row)))?.fence).toBe(1)
    })

    rule('a lease that ran out is taken over under a higher fence', async (scene) => {
      const row = await claimed(scene)
      await scene.elapse(10_001)
      const result = await scene.store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))
      expect(result).toMatchObject({ outcome: 'claimed', row: { fence: 2, lease: { owner: 'owner-b' }, unresolvedSends: 0 } })
    })

    rule('leases of two credentials do not touch each other', async (scene) => {
      await claimed(scene)
      const bob = await insertOne(scene.store, scene.tenant, { userId: 'bob' })
      expect((await scene.store.credentials.claim(claimOf(bob, { owner: 'owner-b' }))).outcome).toBe('claimed')
    })

    rule('claim and renew move the due time to the end of the lease, so that a dead holder is found; release leaves it', async (scene) => {
      const { store, tenant, elapse } = scene
      const row = await claimed(scene)
      expect(row.dueAtMs).toBe(row.lease?.untilMs)
      const due = async (): Promise<number> => (await store.credentials.due({ tenant, dueBeforeMs: await store.now(), limit: 10 })).length
      expect(await due()).toBe(0)
      await elapse(5_000)
      await store.credentials.renew(keyOf(row), holderOf(row), 10_000)
      const renewed = await store.credentials.get(keyOf(row))
      expect(renewed?.dueAtMs).toBe(renewed?.lease?.untilMs)
      await elapse(6_000)
      expect(await due()).toBe(0)
      await elapse(5_000)
      expect(await due()).toBe(1)
      await store.credentials.release(keyOf(row), holderOf(row))
      expect((await store.credentials.get(keyOf(row)))?.dueAtMs).toBe(renewed?.dueAtMs)
    })

    rule('markSent by the holder notes the moment; by anybody else it does nothing', async (scene) => {
      const { store } = scene
      const row = await claimed(scene)
      expect(await store.credentials.markSent(keyOf(row), { owner: 'owner-b', fence: row.fence })).toBe(false)
      expect(await store.credentials.markSent(keyOf(row), { owner: 'owner-a', fence: row.fence + 1 })).toBe(false)
      expect(await store.credentials.get(keyOf(row))).toEqual(row)
      const before = await store.now()
      expect(await store.credentials.markSent(keyOf(row), holderOf(row))).toBe(true)
      const intent = (await store.credentials.get(keyOf(row)))?.intent
      expect(intent).toMatchObject({ attemptId: 'attempt-a', state: 'sent' })
      expect((intent?.sentAtMs ?? 0) >= before).toBe(true)
    })

    rule('markSent is refused once the lease has run out, even if nobody took over', async (scene) => {
      const row = await claimed(scene)
      await scene.elapse(10_001)
      expect(await scene.store.credentials.markSent(keyOf(row), holderOf(row))).toBe(false)
      expect((await scene.store.credentials.get(keyOf(row)))?.intent?.state).toBe('claimed')
    })

    rule('markSent and renew without a lease do nothing', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      expect(await store.credentials.markSent(keyOf(row), { owner: 'owner-a', fence: 0 })).toBe(false)
      expect(await store.credentials.renew(keyOf(row), { owner: 'owner-a', fence: 0 }, 1_000)).toBe(false)
    })

    rule('renew makes the lease live on, also when it ran out and nobody took over', async (scene) => {
      const { store, elapse } = scene
      const row = await claimed(scene)
      await elapse(8_000)
      expect(await store.credentials.renew(keyOf(row), holderOf(row), 10_000)).toBe(true)
      await elapse(8_000)
      expect((await store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))).outcome).toBe('busy')
      await elapse(3_000)
      expect(await store.credentials.renew(keyOf(row), holderOf(row), 10_000)).toBe(true)
      expect((await store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))).outcome).toBe('busy')
    })

    rule('a holder whose lease was taken over can neither mark, renew nor release', async (scene) => {
      const { store } = scene
      const row = await claimed(scene)
      await scene.elapse(10_001)
      const taken = rowOf(await store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' })))
      expect(await store.credentials.markSent(keyOf(row), holderOf(row))).toBe(false)
      expect(await store.credentials.renew(keyOf(row), holderOf(row), 10_000)).toBe(false)
      expect(await store.credentials.release(keyOf(row), holderOf(row))).toBe(false)
      expect(await store.credentials.get(keyOf(row))).toEqual(taken)
    })

    rule('the fence tells apart two leases of one owner', async (scene) => {
      const { store } = scene
      const row = await claimed(scene)
      await scene.elapse(10_001)
      const again = rowOf(await store.credentials.claim(claimOf(row, { attemptId: 'attempt-b' })))
      expect(again.fence).toBe(2)
      expect(await store.credentials.markSent(keyOf(row), holderOf(row))).toBe(false)
      expect(await store.credentials.renew(keyOf(row), holderOf(row), 20_000)).toBe(false)
      expect(await store.credentials.release(keyOf(row), holderOf(row))).toBe(false)
      expect(await store.credentials.release(keyOf(row), holderOf(row), { keepIntent: true })).toBe(false)
      expect(await store.credentials.get(keyOf(row))).toEqual(again)
      const late = { key: keyOf(row), attemptId: 'late', expect: { epoch: 1 }, set: {}, release: holderOf(row) }
      expect(await store.credentials.update(late)).toMatchObject({
        outcome: 'updated',
        row: { fence: 2, lease: again.lease, intent: again.intent },
      })
      expect(await store.credentials.release(keyOf(row), holderOf(again))).toBe(true)
    })

    rule('release ends the lease and clears the intent; the fence stays', async (scene) => {
      const { store } = scene
      const row = await claimed(scene)
      expect(await store.credentials.release(keyOf(row), holderOf(row))).toBe(true)
      expect(await store.credentials.get(keyOf(row))).toMatchObject({ lease: null, intent: null, fence: 1, version: 1 })
      expect(await store.credentials.release(keyOf(row), holderOf(row))).toBe(false)
      expect(await store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))).toMatchObject({
        outcome: 'claimed',
        row: { fence: 2 },
      })
    })

    rule('release that keeps the intent ends the lease; a sent intent then still bars others for its time', async (scene) => {
      const { store, elapse } = scene
      const row = await claimed(scene)
      await store.credentials.markSent(keyOf(row), holderOf(row))
      expect(await store.credentials.release(keyOf(row), holderOf(row), { keepIntent: true })).toBe(true)
      expect(await store.credentials.get(keyOf(row))).toMatchObject({ lease: null, intent: { state: 'sent' } })
      const other = claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' })
      await elapse(59_000)
      expect((await store.credentials.claim(other)).outcome).toBe('busy')
      await elapse(1_001)
      expect(await store.credentials.claim(other)).toMatchObject({
        outcome: 'claimed',
        row: { unresolvedSends: 1, intent: { state: 'claimed' } },
      })
    })

    rule('a sent intent whose lease ran out is taken over only after its time, and at once where that time is zero', async (scene) => {
      const { store, elapse } = scene
      const row = await claimed(scene)
      await store.credentials.markSent(keyOf(row), holderOf(row))
      await elapse(10_001)
      expect((await store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))).outcome).toBe('busy')
      const eager = claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b', takeOverSentAfterMs: 0 })
      expect(await store.credentials.claim(eager)).toMatchObject({ outcome: 'claimed', row: { fence: 2, unresolvedSends: 1 } })
    })

    rule('unresolved sends add up, until an update with release clears them', async (scene) => {
      const { store, elapse } = scene
      let row = await claimed(scene)
      for (let taken = 1; taken <= 3; taken++) {
        await store.credentials.markSent(keyOf(row), { owner: row.lease?.owner ?? '', fence: row.fence })
        await elapse(10_001)
        row = rowOf(
          await store.credentials.claim(claimOf(row, { owner: `owner-${taken}`, attemptId: `attempt-${taken}`, takeOverSentAfterMs: 0 })),
        )
        expect(row.unresolvedSends).toBe(taken)
      }
      const release = { owner: 'owner-3', fence: row.fence }
      const done = await store.credentials.update({ key: keyOf(row), attemptId: 'done', expect: { version: 1 }, set: {}, release })
      expect(done).toMatchObject({ outcome: 'updated', row: { lease: null, intent: null, unresolvedSends: 0, fence: 4, version: 2 } })
    })

    rule('update with release by somebody who no longer holds the lease writes, and leaves the lease alone', async (scene) => {
      const { store } = scene
      const row = await claimed(scene)
      await scene.elapse(10_001)
      const taken = rowOf(await store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' })))
      const late = await store.credentials.update({
        key: keyOf(row),
        attemptId: 'late',
        expect: { epoch: 1 },
        set: { data: 'late' },
        release: holderOf(row),
      })
      expect(late).toMatchObject({ outcome: 'updated', row: { data: 'late', fence: 2, lease: taken.lease, intent: taken.intent } })
    })

    rule('update with release that conflicts leaves the lease alone', async (scene) => {
      const row = await claimed(scene)
      const result = await scene.store.credentials.update({
        key: keyOf(row),
        attemptId: 'x',
        expect: { version: 9 },
        set: {},
        release: holderOf(row),
      })
      expect(result).toEqual({ outcome: 'conflict', row })
    })

    rule('update by fence is refused once another took over', async (scene) => {
      const { store } = scene
      const row = await claimed(scene)
      await scene.elapse(10_001)
      await store.credentials.claim(claimOf(row, { owner: 'owner-b', attemptId: 'attempt-b' }))
      // Zero, the fence of a row that nobody has claimed yet, is a condition like any other.
      for (const fence of [0, row.fence]) {
        const late = { key: keyOf(row), attemptId: `late-${fence}`, expect: { fence }, set: { data: 'late' } }
        expect((await store.credentials.update(late)).outcome).toBe('conflict')
      }
    })
  })
}
