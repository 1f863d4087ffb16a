import type { CredentialRow, Page } from '@holdfast/vault-core'
import { MAX_GET_MANY } from '@holdfast/vault-core/store'
import { insertOne, keyOf, newCredential } from '../rows.js'
import type { Scene, StoreSubject } from '../store-subject.js'

/** Listings by cursor, and what is due. */
export function listingRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  const users = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `user-${String(n).padStart(3, '0')}`)
  const insertUsers = async ({ store, tenant }: Scene, names: readonly string[]): Promise<void> => {
    for (const userId of names) await insertOne(store, tenant, { userId })
  }
  const listAll = async (
    { store, tenant }: Scene,
    limit: number,
    between: () => Promise<void> = async () => undefined,
  ): Promise<readonly CredentialRow[]> => {
    const rows: CredentialRow[] = []
    let page: Page<CredentialRow> = await store.credentials.list({ tenant, limit })
    rows.push(...page.items)
    while (page.cursor !== undefined) {
      await between()
      page = await store.credentials.list({ tenant, limit, cursor: page.cursor })
      rows.push(...page.items)
    }
    return rows
  }

  describe('listings', () => {
    rule('of nothing are one empty page', async ({ store, tenant }) => {
      expect(await store.credentials.list({ tenant, limit: 10 })).toEqual({ items: [] })
    })

    for (const limit of [1, 7, 24, 25, 26]) {
      rule(`by pages of ${limit} return each of 25 rows exactly once`, async (scene) => {
        await insertUsers(scene, users(25))
        const names = (await listAll(scene, limit)).map(({ userId }) => userId)
        expect(names.length).toBe(25)
        expect([...new Set(names)].sort()).toEqual([...users(25)])
      })
    }

    rule('keep one order, whatever the page', async (scene) => {
      await insertUsers(scene, ['ä', 'Z', 'a', '名', 'z', 'A', '🔑', '0'])
      const [first, second] = [await listAll(scene, 3), await listAll(scene, 100)]
      expect(first.map(({ userId }) => userId)).toEqual(second.map(({ userId }) => userId))
    })

    rule('return each row that stays exactly once while others come and go', async (scene) => {
      const { store, tenant } = scene
      await insertUsers(scene, users(40))
      let turn = 0
      const names = (
        await listAll(scene, 5, async () => {
          turn += 1
          // Every fourth row goes, before and behind the cursor; others come, everywhere.
          const gone = keyOf(newCredential(tenant, { userId: `user-${String((turn * 4) % 40).padStart(3, '0')}` }))
          const row = await store.credentials.get(gone)
          if (row) await store.credentials.delete(gone, row.version)
          await insertOne(store, tenant, { userId: `user-${String((turn * 7) % 40).padStart(3, '0')}-new` })
        })
      ).map(({ userId }) => userId)
      expect(new Set(names).size).toBe(names.length)
      const stayed = users(40).filter((_, n) => n % 4 !== 0)
      expect(stayed.filter((name) => !names.includes(name))).toEqual([])
    })

    rule('return a row once though it is updated meanwhile', async (scene) => {
      const { store, tenant } = scene
      await insertUsers(scene, users(10))
      let n = 0
      const rows = await listAll(scene, 2, async () => {
        const key = keyOf(newCredential(tenant, { userId: 'user-009' }))
        await store.credentials.update({ key, attemptId: `u-${n++}`, expect: { epoch: 1 }, set: { data: `d-${n}` } })
      })
      expect(rows.map(({ userId }) => userId)).toEqual([...users(10)])
    })

    rule('filter by user, connection, status and refresh token, alone and together', async ({ store, tenant }) => {
      await insertOne(store, tenant, { userId: 'a', connectionId: 'x' })
      await insertOne(store, tenant, { userId: 'a', connectionId: 'y', status: 'disconnected' })
      await insertOne(store, tenant, { userId: 'b', connectionId: 'x', status: 'reauthorization_required' })
      await insertOne(store, tenant, { userId: 'b', connectionId: 'x', accountId: 'second', refreshToken: null })
      const count = async (query: object): Promise<number> => (await store.credentials.list({ tenant, limit: 100, ...query })).items.length
      expect(await count({ userId: 'a' })).toBe(2)
      expect(await count({ connectionId: 'x' })).toBe(3)
      expect(await count({ status: 'active' })).toBe(2)
      expect(await count({ userId: 'b', connectionId: 'x', status: 'active' })).toBe(1)
      expect(await count({ userId: 'nobody' })).toBe(0)
      expect(await count({ hasRefreshToken: true })).toBe(3)
      expect(await count({ hasRefreshToken: false })).toBe(1)
      expect(await count({ status: 'active', hasRefreshToken: true })).toBe(1)
      expect(await count({ status: 'active', hasRefreshToken: false, connectionId: 'x' })).toBe(1)
      expect(await count({ status: 'disconnected', hasRefreshToken: false })).toBe(0)
    })

    rule('of a filter fill their pages: an empty one is the last', async ({ store, tenant }) => {
      for (const [n, userId] of users(30).entries()) {
        const isRare = n % 10 === 9
        await insertOne(store, tenant, { userId, status: isRare ? 'quarantined' : 'active', ...(isRare && { refreshToken: null }) })
      }
      for (const filter of [{ status: 'quarantined' as const }, { hasRefreshToken: false }]) {
        const first = await store.credentials.list({ tenant, limit: 2, ...filter })
        expect(first.items.map(({ userId }) => userId)).toEqual(['user-009', 'user-019'])
        const last = await store.credentials.list({ tenant, limit: 2, ...filter, cursor: first.cursor ?? '' })
        expect(last.items.map(({ userId }) => userId)).toEqual(['user-029'])
        expect(last.cursor).toBe(undefined)
      }
    })

    rule('refuse a limit that is not a whole number from 1 to 1,000, and a cursor that is none', async ({ store, tenant }) => {
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
        await expectCode(() => store.credentials.list({ tenant, limit }), 'invalid_request', `list with limit ${limit}`)
        await expectCode(() => store.documents.list({ tenant, kind: 'k', limit }), 'invalid_request', `documents.list with limit ${limit}`)
        await expectCode(() => store.credentials.due({ tenant, dueBeforeMs: 0, limit }), 'invalid_request', `due with limit ${limit}`)
      }
      const cursor = 'no cursor'
      await expectCode(() => store.credentials.list({ tenant, limit: 1, cursor }), 'invalid_request', 'list with no cursor')
      await expectCode(
        () => store.documents.list({ tenant, kind: 'k', limit: 1, cursor }),
        'invalid_request',
        'documents.list with no cursor',
      )
    })
  })

  describe('what is due', () => {
    const dueUsers = async (
      { store, tenant }: Scene,
      query: { dueBeforeMs: number; limit?: number; postponeToMs?: number; excludeConnectionIds?: readonly string[] },
    ): Promise<readonly string[]> => (await store.credentials.due({ tenant, limit: 100, ...query })).map(({ userId }) => userId)
    const insertDue = async ({ store, tenant }: Scene): Promise<void> => {
      for (const [userId, dueAtMs] of Object.entries({ late: 3_000, soon: 1_000, never: null, middle: 2_000 }))
        await insertOne(store, tenant, { userId, dueAtMs })
    }

    rule('comes earliest first, up to the moment and the limit; rows without a due time never', async (scene) => {
      await insertDue(scene)
      expect(await dueUsers(scene, { dueBeforeMs: 999 })).toEqual([])
      expect(await dueUsers(scene, { dueBeforeMs: 2_000 })).toEqual(['soon', 'middle'])
      expect(await dueUsers(scene, { dueBeforeMs: 9_999, limit: 1 })).toEqual(['soon'])
      expect(await dueUsers(scene, { dueBeforeMs: 9_999 })).toEqual(['soon', 'middle', 'late'])
    })

    rule('may be postponed in the same step; the version stays', async (scene) => {
      await insertDue(scene)
      expect(await dueUsers(scene, { dueBeforeMs: 2_000, postponeToMs: 5_000 })).toEqual(['soon', 'middle'])
      expect(await dueUsers(scene, { dueBeforeMs: 4_000 })).toEqual(['late'])
      const [first, ...rest] = await dueUsers(scene, { dueBeforeMs: 5_000 })
      expect([first, ...rest.sort()]).toEqual(['late', 'middle', 'soon'])
      const row = await scene.store.credentials.get(keyOf(newCredential(scene.tenant, { userId: 'soon' })))
      expect(row).toMatchObject({ dueAtMs: 5_000, version: 1 })
    })

    rule('is what the newest write says, and nothing that was deleted', async (scene) => {
      const { store, tenant } = scene
      await insertDue(scene)
      const write = (userId: string, dueAtMs: number | null) =>
        store.credentials.update({
          key: keyOf(newCredential(tenant, { userId })),
          attemptId: 'u',
          expect: { version: 1 },
          set: { dueAtMs },
        })
      await write('soon', 4_000)
      await write('never', 0)
      await write('middle', null)
      expect(await dueUsers(scene, { dueBeforeMs: 2_000 })).toEqual(['never'])
      expect(await dueUsers(scene, { dueBeforeMs: 9_999 })).toEqual(['never', 'late', 'soon'])
      await store.credentials.delete(keyOf(newCredential(tenant, { userId: 'late' })), 1)
      expect(await dueUsers(scene, { dueBeforeMs: 9_999, postponeToMs: 10_000 })).toEqual(['never', 'soon'])
    })

    rule('passes over the connections that are excluded, however many of their rows come first', async (scene) => {
      const { store, tenant } = scene
      for (const userId of users(20)) await insertOne(store, tenant, { userId, connectionId: 'busy', dueAtMs: 1_000 })
      for (const [userId, connectionId] of [
        ['one', 'calm'],
        ['two', 'idle'],
        ['three', 'calm'],
      ] as const)
        await insertOne(store, tenant, { userId, connectionId, dueAtMs: 2_000 + userId.length })
      const query = { dueBeforeMs: 9_999, limit: 5 }
      expect(await dueUsers(scene, { ...query, excludeConnectionIds: ['busy', 'idle'] })).toEqual(['one', 'three'])
      expect(await dueUsers(scene, { ...query, excludeConnectionIds: ['busy', 'nobody'], postponeToMs: 10_000 })).toEqual([
        'one',
        'two',
        'three',
      ])
      expect((await dueUsers(scene, { ...query, limit: 50, excludeConnectionIds: [] })).length).toBe(20)
      expect(await dueUsers(scene, { dueBeforeMs: 2_002, limit: 5, excludeConnectionIds: ['busy'] })).toEqual([])
    })

    rule('refuses more than 1,000 connections to exclude', async ({ store, tenant }) => {
      const excludeConnectionIds = Array.from({ length: MAX_GET_MANY + 1 }, (_, n) => `connection-${n}`)
      const due = (count: number) =>
        store.credentials.due({ tenant, dueBeforeMs: 1, limit: 1, excludeConnectionIds: excludeConnectionIds.slice(0, count) })
      expect(await due(MAX_GET_MANY)).toEqual([])
      await expectCode(() => due(MAX_GET_MANY + 1), 'invalid_request')
    })

    rule('and postponed is handed to one of many callers', async (scene) => {
      const { store, tenant } = scene
      for (const userId of users(40)) await insertOne(store, tenant, { userId, dueAtMs: 1_000 })
      const batches = await Promise.all(
        Array.from({ length: 10 }, () => store.credentials.due({ tenant, dueBeforeMs: 1_000, limit: 10, postponeToMs: 9_000 })),
      )
      const handed = batches.flat().map(({ userId }) => userId)
      expect(new Set(handed).size).toBe(handed.length)
      expect(handed.length + (await dueUsers(scene, { dueBeforeMs: 1_000 })).length).toBe(40)
    })
  })
}
