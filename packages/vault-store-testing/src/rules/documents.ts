import type { StoreSubject } from '../store-subject.js'

/** Versioned JSON by kind and id. */
export function documentRules({ describe, rule, expect }: StoreSubject): void {
  describe('documents', () => {
    rule('are put once as absent, then by version', async ({ store, tenant }) => {
      const key = { tenant, kind: 'role', id: 'admin' }
      expect(await store.documents.get(key)).toBe(null)
      expect(await store.documents.put({ ...key, data: '{"n":1}', expect: 'absent', attemptId: 'a' })).toEqual({
        outcome: 'stored',
        version: 1,
      })
      expect(await store.documents.put({ ...key, data: '{"n":2}', expect: 1, attemptId: 'b' })).toEqual({ outcome: 'stored', version: 2 })
      const row = await store.documents.get(key)
      expect(row).toMatchObject({ ...key, version: 2, data: '{"n":2}' })
      expect(Math.abs((row?.updatedAtMs ?? 0) - (await store.now())) < 60_000).toBe(true)
    })

    rule(
      'are not put over another version, nor over one that is there, nor where none is; the current one is told',
      async ({ store, tenant }) => {
        const key = { tenant, kind: 'role', id: 'admin' }
        expect(await store.documents.put({ ...key, data: 'x', expect: 1, attemptId: 'z' })).toEqual({ outcome: 'conflict', current: null })
        await store.documents.put({ ...key, data: 'one', expect: 'absent', attemptId: 'a' })
        const current = await store.documents.get(key)
        expect(await store.documents.put({ ...key, data: 'x', expect: 'absent', attemptId: 'b' })).toEqual({ outcome: 'conflict', current })
        expect(await store.documents.put({ ...key, data: 'x', expect: 2, attemptId: 'c' })).toEqual({ outcome: 'conflict', current })
        expect(await store.documents.get(key)).toEqual(current)
      },
    )

    rule('recognise a repeat of the same attempt', async ({ store, tenant }) => {
      const put = { tenant, kind: 'role', id: 'admin', data: 'one', expect: 'absent', attemptId: 'a' } as const
      await store.documents.put(put)
      expect(await store.documents.put(put)).toEqual({ outcome: 'stored', version: 1 })
      expect(await store.documents.put({ ...put, data: 'two', expect: 1, attemptId: 'b' })).toEqual({ outcome: 'stored', version: 2 })
      expect(await store.documents.put({ ...put, data: 'two', expect: 1, attemptId: 'b' })).toEqual({ outcome: 'stored', version: 2 })
    })

    rule('100 puts at once of one version: one wins', async ({ store, tenant }) => {
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          store.documents.put({ tenant, kind: 'k', id: 'i', data: `${n}`, expect: 'absent', attemptId: `a-${n}` }),
        ),
      )
      expect(results.filter(({ outcome }) => outcome === 'stored').length).toBe(1)
    })

    rule('of one id and different kinds are different documents', async ({ store, tenant }) => {
      await store.documents.put({ tenant, kind: 'a', id: 'i', data: 'a', expect: 'absent', attemptId: '1' })
      await store.documents.put({ tenant, kind: 'b', id: 'i', data: 'b', expect: 'absent', attemptId: '2' })
      expect((await store.documents.get({ tenant, kind: 'a', id: 'i' }))?.data).toBe('a')
      expect((await store.documents.list({ tenant, kind: 'b', limit: 10 })).items.map(({ data }) => data)).toEqual(['b'])
    })

    rule('hold text of 100,000 characters of every script', async ({ store, tenant }) => {
      const data = '{"text":"名前 Ünïcode 🔑"}'.padEnd(100_000, 'é')
      await store.documents.put({ tenant, kind: 'k', id: 'i', data, expect: 'absent', attemptId: '1' })
      expect((await store.documents.get({ tenant, kind: 'k', id: 'i' }))?.data === data).toBe(true)
    })

    rule('are deleted by version', async ({ store, tenant }) => {
      const key = { tenant, kind: 'k', id: 'i' }
      await store.documents.put({ ...key, data: 'd', expect: 'absent', attemptId: '1' })
      expect(await store.documents.delete(key, 2)).toBe('conflict')
      expect(await store.documents.delete(key, 1)).toBe('deleted')
      expect(await store.documents.delete(key, 1)).toBe('missing')
      expect(await store.documents.get(key)).toBe(null)
    })

    rule('have a revision by kind: it grows with each that is stored or deleted, and with nothing else', async ({ store, tenant }) => {
      const { documents } = store
      const [query, key] = [
        { tenant, kind: 'role' },
        { tenant, kind: 'role', id: 'admin' },
      ]
      const revisions = [await documents.revision(query)]
      expect(revisions[0]).toBe(0)
      await documents.put({ ...key, data: 'one', expect: 'absent', attemptId: 'a' })
      revisions.push(await documents.revision(query))
      await documents.put({ ...key, data: 'two', expect: 1, attemptId: 'b' })
      revisions.push(await documents.revision(query))
      await documents.put({ ...key, data: 'two', expect: 1, attemptId: 'b' })
      await documents.put({ ...key, data: 'x', expect: 'absent', attemptId: 'c' })
      await documents.delete(key, 9)
      await documents.put({ ...key, kind: 'other', data: 'x', expect: 'absent', attemptId: 'd' })
      expect(await documents.revision(query)).toBe(revisions[2])
      await documents.delete(key, 2)
      revisions.push(await documents.revision(query))
      expect(revisions.every((revision, n) => n === 0 || revision > (revisions[n - 1] ?? 0))).toBe(true)
    })

    rule('are listed by pages, each that stays exactly once', async ({ store, tenant }) => {
      const ids = Array.from({ length: 25 }, (_, n) => `doc-${String(n).padStart(2, '0')}`)
      for (const id of ids) await store.documents.put({ tenant, kind: 'k', id, data: id, expect: 'absent', attemptId: id })
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.documents.list({ tenant, kind: 'k', limit: 4, ...(cursor !== undefined && { cursor }) })
        seen.push(...page.items.map(({ id }) => id))
        const removed = `doc-${String(seen.length % 25).padStart(2, '0')}`
        if (seen.length === 8) await store.documents.delete({ tenant, kind: 'k', id: removed }, 1)
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(seen.sort()).toEqual(ids.filter((id) => id !== 'doc-08'))
    })
  })
}
