import { MAX_GET_MANY, MAX_STORE_VALUE_BYTES } from '@holdfast/vault-core/store'
import { bytesOf, claimOf, insertOne, keyOf, newCredential } from '../rows.js'
import type { Scene, StoreSubject } from '../store-subject.js'

/** How large values may be, and what no value may be. */
export function valueRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  const largest = new Uint8Array(MAX_STORE_VALUE_BYTES).fill(0xa5)
  const tooLarge = new Uint8Array(MAX_STORE_VALUE_BYTES + 1)
  const largestText = `é${'x'.repeat(MAX_STORE_VALUE_BYTES - 2)}`

  /** Every call that takes a value, with these. */
  const callsWith = ({ store, tenant }: Scene, bytes: Uint8Array, text: string): Readonly<Record<string, () => Promise<unknown>>> => {
    const key = keyOf(newCredential(tenant))
    return {
      'credentials.insert, bytes': () => store.credentials.insert(newCredential(tenant, { userId: 'bytes', refreshToken: bytes })),
      'credentials.insert, text': () => store.credentials.insert(newCredential(tenant, { userId: 'text', data: text })),
      'credentials.update, bytes': () =>
        store.credentials.update({ key, attemptId: 'b', expect: { epoch: 1 }, set: { accessToken: bytes } }),
      'credentials.update, text': () => store.credentials.update({ key, attemptId: 't', expect: { epoch: 1 }, set: { data: text } }),
      'documents.put': () => store.documents.put({ tenant, kind: 'k', id: 'i', data: text, expect: 'absent', attemptId: 'd' }),
      'tickets.create': () => store.tickets.create({ tenant, kind: 'k', id: 'i', data: bytes, ttlMs: 60_000 }),
      'outbox.add': () => store.outbox.add([{ tenant, id: 'i', topic: 't', data: bytes }]),
      'audit.append': () => store.audit.append([{ tenant, id: 'i', data: text }]),
    }
  }
  const contentOf = async ({ store, tenant }: Scene): Promise<unknown> => ({
    rows: (await store.credentials.list({ tenant, limit: 10 })).items.map(({ userId, version }) => [userId, version]),
    document: await store.documents.get({ tenant, kind: 'k', id: 'i' }),
    ticket: await store.tickets.take({ tenant, kind: 'k', id: 'i' }),
    jobs: (await store.outbox.lease({ tenant, topics: ['t'], limit: 10, leaseMs: 1 })).length,
    entries: (await store.audit.list({ tenant, limit: 10 })).length,
  })
  const nothing = { rows: [['alice', 1]], document: null, ticket: null, jobs: 0, entries: 0 }

  describe('values', () => {
    rule('of the largest size go in and come out', async (scene) => {
      const { store, tenant } = scene
      await insertOne(store, tenant)
      for (const call of Object.values(callsWith(scene, largest, largestText))) await call()
      const row = await store.credentials.get(keyOf(newCredential(tenant, { userId: 'bytes' })))
      expect([row?.refreshToken?.length, row?.refreshToken?.every((byte) => byte === 0xa5)]).toEqual([MAX_STORE_VALUE_BYTES, true])
      expect((await store.documents.get({ tenant, kind: 'k', id: 'i' }))?.data === largestText).toBe(true)
      expect((await store.tickets.take({ tenant, kind: 'k', id: 'i' }))?.length).toBe(MAX_STORE_VALUE_BYTES)
      expect((await store.outbox.lease({ tenant, topics: ['t'], limit: 1, leaseMs: 1 }))[0]?.data.length).toBe(MAX_STORE_VALUE_BYTES)
      expect((await store.audit.list({ tenant, limit: 1 }))[0]?.data.length).toBe(largestText.length)
    })

    for (const [name, bytes, text] of [
      ['one byte more', tooLarge, `${largestText}x`],
      ['NUL in text', tooLarge, 'a\0b'],
      ['text that is no Unicode', tooLarge, 'a\ud800b'],
    ] as const) {
      rule(`that are not allowed are refused whole: ${name}`, async (scene) => {
        await insertOne(scene.store, scene.tenant)
        for (const [method, call] of Object.entries(callsWith(scene, bytes, text))) await expectCode(call, 'invalid_request', method)
        expect(await contentOf(scene)).toEqual(nothing)
      })
    }

    for (const ms of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      rule(`of time that are no whole milliseconds are refused: ${ms}`, async ({ store, tenant }) => {
        const row = await insertOne(store, tenant)
        const holder = { owner: 'o', fence: 1 }
        const calls: Readonly<Record<string, () => Promise<unknown>>> = {
          'claim, leaseMs': () => store.credentials.claim(claimOf(row, { leaseMs: ms })),
          'claim, takeOverSentAfterMs': () => store.credentials.claim(claimOf(row, { takeOverSentAfterMs: ms })),
          renew: () => store.credentials.renew(keyOf(row), holder, ms),
          'due, dueBeforeMs': () => store.credentials.due({ tenant, dueBeforeMs: ms, limit: 1 }),
          'due, postponeToMs': () => store.credentials.due({ tenant, dueBeforeMs: 1, limit: 1, postponeToMs: ms }),
          'insert, expiresAtMs': () => store.credentials.insert(newCredential(tenant, { userId: 'x', expiresAtMs: ms })),
          touch: () => store.credentials.touch({ keys: [keyOf(row)], atMs: ms }),
          'tickets.create': () => store.tickets.create({ tenant, kind: 'k', id: 'i', data: bytesOf(''), ttlMs: ms }),
          'audit.list': () => store.audit.list({ tenant, afterSequence: ms, limit: 1 }),
          'audit.prune': () => store.audit.prune({ tenant, throughSequence: ms }),
          'outbox.lease': () => store.outbox.lease({ tenant, topics: ['t'], limit: 1, leaseMs: ms }),
          'outbox.retry': () => store.outbox.retry({ tenant, id: 'i', attempt: 1, delayMs: ms }),
        }
        for (const [method, call] of Object.entries(calls)) await expectCode(call, 'invalid_request', method)
        expect(await store.credentials.get(keyOf(row))).toEqual(row)
      })
    }

    rule(`getMany reads ${MAX_GET_MANY.toLocaleString('en')} keys, and refuses one more`, async ({ store, tenant }) => {
      const row = await insertOne(store, tenant, { userId: 'user-7' })
      const keys = Array.from({ length: MAX_GET_MANY }, (_, n) => keyOf(newCredential(tenant, { userId: `user-${n}` })))
      const rows = await store.credentials.getMany(keys)
      expect([rows.length, rows.filter(Boolean).length]).toEqual([MAX_GET_MANY, 1])
      expect(rows[7]).toEqual(row)
      await expectCode(() => store.credentials.getMany([...keys, keyOf(row)]), 'invalid_request')
    })
  })
}
