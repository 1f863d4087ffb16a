import { bytesOf, insertOne, keyOf, newCredential, rowOf } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** Insert, read, compare-and-swap, delete. */
export function credentialRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  describe('credentials', () => {
    rule('get returns null for a key that is not there', async ({ store, tenant }) => {
      expect(await store.credentials.get(keyOf(newCredential(tenant)))).toBe(null)
    })

    rule('insert stores every field exactly, with version 1, fence 0 and no lease', async ({ store, tenant }) => {
      const { attemptId, ...content } = newCredential(tenant)
      const now = await store.now()
      const { outcome, row } = await store.credentials.insert(newCredential(tenant))
      expect(outcome).toBe('inserted')
      expect(row).toMatchObject({
        ...content,
        version: 1,
        lastAttemptId: attemptId,
        fence: 0,
        lease: null,
        intent: null,
        unresolvedSends: 0,
        lastUsedAtMs: null,
      })
      expect(row.createdAtMs >= now - 1 && row.updatedAtMs === row.createdAtMs).toBe(true)
      expect(await store.credentials.get(keyOf(row))).toEqual(row)
    })

    rule('insert keeps nulls as nulls', async ({ store, tenant }) => {
      const empty = { accessToken: null, refreshToken: null, refreshTokenFingerprint: null, expiresAtMs: null, dueAtMs: null }
      const row = await insertOne(store, tenant, empty)
      expect(await store.credentials.get(keyOf(row))).toMatchObject(empty)
    })

    rule('insert keeps zeros as zeros', async ({ store, tenant }) => {
      const zero = { epoch: 0, secretRev: 0, expiresAtMs: 0, dueAtMs: 0 }
      const row = await insertOne(store, tenant, zero)
      expect(await store.credentials.get(keyOf(row))).toMatchObject(zero)
      const wrong = { key: keyOf(row), attemptId: 'a', expect: { epoch: 1 }, set: {} }
      expect((await store.credentials.update(wrong)).outcome).toBe('conflict')
      expect((await store.credentials.update({ ...wrong, expect: { epoch: 0 } })).outcome).toBe('updated')
    })

    rule('insert does not replace what is there, and says so', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const second = await store.credentials.insert(newCredential(tenant, { attemptId: 'another', data: 'other' }))
      expect(second).toEqual({ outcome: 'exists', row })
    })

    rule('insert recognises a repeat of the same attempt', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      expect(await store.credentials.insert(newCredential(tenant))).toEqual({ outcome: 'inserted', row })
    })

    rule('100 inserts at once: one wins', async ({ store, tenant }) => {
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, n) => store.credentials.insert(newCredential(tenant, { attemptId: `attempt-${n}` }))),
      )
      expect(results.filter(({ outcome }) => outcome === 'inserted').length).toBe(1)
    })

    rule('bytes come back as they were, all 256 of them, and large ones too', async ({ store, tenant }) => {
      const all = Uint8Array.from({ length: 256 }, (_, n) => n)
      const large = Uint8Array.from({ length: 65_536 }, (_, n) => (n * 31) % 256)
      const row = await insertOne(store, tenant, { accessToken: all, refreshToken: large, data: 'x'.repeat(65_536) })
      const read = await store.credentials.get(keyOf(row))
      expect([...(read?.accessToken ?? [])]).toEqual([...all])
      expect(Array.from(read?.refreshToken ?? []).join()).toBe(Array.from(large).join())
      expect(read?.data.length).toBe(65_536)
    })

    rule('bytes are copies: changing what was given or returned changes nothing in the store', async ({ store, tenant }) => {
      const given = bytesOf('access')
      const row = await insertOne(store, tenant, { accessToken: given })
      given.fill(0)
      row.accessToken?.fill(1)
      const read = await store.credentials.get(keyOf(row))
      read?.accessToken?.fill(2)
      expect((await store.credentials.get(keyOf(row)))?.accessToken).toEqual(bytesOf('access'))
    })

    rule('a row that is read without a copy is as good as one, and later writes do not change it', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const read = await store.credentials.get(keyOf(row), { copy: false })
      expect(read).toEqual(row)
      const set = { accessToken: bytesOf('new'), status: 'quarantined' } as const
      await store.credentials.update({ key: keyOf(row), attemptId: 'attempt-2', expect: { version: 1 }, set })
      expect(await store.credentials.get(keyOf(row), { copy: false })).toMatchObject({ ...set, version: 2 })
      expect(read).toEqual(row)
    })

    rule('getMany answers in the order of the keys, null for each that is not there', async ({ store, tenant }) => {
      const alice = await insertOne(store, tenant)
      const bob = await insertOne(store, tenant, { userId: 'bob' })
      const missing = keyOf(newCredential(tenant, { userId: 'nobody' }))
      expect(await store.credentials.getMany([keyOf(bob), missing, keyOf(alice), keyOf(bob)])).toEqual([bob, null, alice, bob])
      expect(await store.credentials.getMany([])).toEqual([])
    })

    rule('update changes what it names and nothing else, and moves the version on by one', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const result = await store.credentials.update({
        key: keyOf(row),
        attemptId: 'attempt-2',
        expect: { version: 1 },
        set: { accessToken: bytesOf('new'), status: 'quarantined', expiresAtMs: null },
      })
      const { updatedAtMs, ...rest } = rowOf(result)
      expect(result.outcome).toBe('updated')
      const { updatedAtMs: _, ...before } = row
      expect(rest).toEqual({
        ...before,
        accessToken: bytesOf('new'),
        status: 'quarantined',
        expiresAtMs: null,
        version: 2,
        lastAttemptId: 'attempt-2',
      })
      expect(updatedAtMs >= row.updatedAtMs).toBe(true)
      expect(await store.credentials.get(keyOf(row))).toEqual(rowOf(result))
    })

    rule('update of a key that is not there says missing', async ({ store, tenant }) => {
      const key = keyOf(newCredential(tenant))
      expect(await store.credentials.update({ key, attemptId: 'a', expect: { version: 1 }, set: {} })).toEqual({ outcome: 'missing' })
    })

    rule('update without an expectation is refused', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      await expectCode(
        () => store.credentials.update({ key: keyOf(row), attemptId: 'a', expect: {}, set: { data: 'x' } }),
        'invalid_request',
      )
      expect(await store.credentials.get(keyOf(row))).toEqual(row)
    })

    const wrong = [
      ['version', { version: 2 }],
      ['epoch', { epoch: 2 }],
      ['fence', { fence: 1 }],
      ['refresh token fingerprint', { refreshTokenFingerprint: bytesOf('fingerprint-0002') }],
      ['refresh token fingerprint, as a part of it', { refreshTokenFingerprint: bytesOf('fingerprint') }],
      ['epoch beside a right version', { version: 1, epoch: 2 }],
      ['fingerprint beside a right epoch', { epoch: 1, refreshTokenFingerprint: bytesOf('other') }],
    ] as const
    for (const [name, expectation] of wrong) {
      rule(`update with another ${name} is a conflict, changes nothing, and returns the newest row`, async ({ store, tenant }) => {
        const row = await insertOne(store, tenant)
        const result = await store.credentials.update({ key: keyOf(row), attemptId: 'a', expect: expectation, set: { data: 'changed' } })
        expect(result).toEqual({ outcome: 'conflict', row })
        expect(await store.credentials.get(keyOf(row))).toEqual(row)
      })
    }

    rule('update with all expectations right is done', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const expectation = { version: 1, epoch: 1, fence: 0, refreshTokenFingerprint: bytesOf('fingerprint-0001') }
      expect((await store.credentials.update({ key: keyOf(row), attemptId: 'a', expect: expectation, set: {} })).outcome).toBe('updated')
    })

    rule('update that expects a fingerprint where there is none is a conflict', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant, { refreshTokenFingerprint: null })
      const result = await store.credentials.update({
        key: keyOf(row),
        attemptId: 'a',
        expect: { refreshTokenFingerprint: bytesOf('f') },
        set: {},
      })
      expect(result.outcome).toBe('conflict')
    })

    rule('update recognises a repeat of the same attempt, and writes nothing again', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      const change = { key: keyOf(row), attemptId: 'attempt-2', expect: { version: 1 }, set: { data: 'second' } }
      const first = await store.credentials.update(change)
      expect(await store.credentials.update(change)).toEqual(first)
      expect((await store.credentials.get(keyOf(row)))?.version).toBe(2)
    })

    rule('100 compare-and-swap increments at once add up to exactly 100', async ({ store, tenant }) => {
      const key = keyOf(await insertOne(store, tenant, { secretRev: 0 }))
      const increment = async (n: number): Promise<void> => {
        for (let tries = 0; ; tries++) {
          const row = await store.credentials.get(key)
          if (!row) throw new Error('The row is gone.')
          const result = await store.credentials.update({
            key,
            attemptId: `attempt-${n}-${tries}`,
            expect: { version: row.version },
            set: { secretRev: row.secretRev + 1 },
          })
          if (result.outcome === 'updated') return
        }
      }
      await Promise.all(Array.from({ length: 100 }, (_, n) => increment(n)))
      expect(await store.credentials.get(key)).toMatchObject({ secretRev: 100, version: 101 })
    })

    rule('delete removes the row of the expected version only', async ({ store, tenant }) => {
      const row = await insertOne(store, tenant)
      expect(await store.credentials.delete(keyOf(row), 2)).toBe('conflict')
      expect(await store.credentials.get(keyOf(row))).toEqual(row)
      expect(await store.credentials.delete(keyOf(row), 1)).toBe('deleted')
      expect(await store.credentials.get(keyOf(row))).toBe(null)
      expect(await store.credentials.delete(keyOf(row), 1)).toBe('missing')
    })
  })
}
