import type { StoreSubject } from '../store-subject.js'

/** The log that only grows. */
export function auditRules({ describe, rule, expect }: StoreSubject): void {
  const entry = (tenant: string, id: string) => ({ tenant, id, data: `{"id":"${id}"}` })

  describe('audit', () => {
    rule('lists entries in the order they were appended, with growing sequences and store times', async ({ store, tenant }) => {
      await store.audit.append([entry(tenant, 'z'), entry(tenant, 'a')])
      await store.audit.append([entry(tenant, 'm')])
      const entries = await store.audit.list({ tenant, limit: 10 })
      expect(entries.map(({ id, data }) => [id, data])).toEqual([
        ['z', '{"id":"z"}'],
        ['a', '{"id":"a"}'],
        ['m', '{"id":"m"}'],
      ])
      const sequences = entries.map(({ sequence }) => sequence)
      expect(sequences.every((sequence, n) => n === 0 || sequence > (sequences[n - 1] ?? 0))).toBe(true)
      expect(entries.every(({ atMs }) => Number.isInteger(atMs) && atMs > 0)).toBe(true)
    })

    rule('lists on from a sequence, up to the limit', async ({ store, tenant }) => {
      await store.audit.append(['a', 'b', 'c', 'd', 'e'].map((id) => entry(tenant, id)))
      const first = await store.audit.list({ tenant, limit: 2 })
      const next = await store.audit.list({ tenant, limit: 2, afterSequence: first.at(-1)?.sequence ?? 0 })
      const last = await store.audit.list({ tenant, limit: 9, afterSequence: next.at(-1)?.sequence ?? 0 })
      expect([first, next, last].map((page) => page.map(({ id }) => id))).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    })

    rule('gives 100 entries appended at once 100 different sequences', async ({ store, tenant }) => {
      await Promise.all(Array.from({ length: 100 }, (_, n) => store.audit.append([entry(tenant, `e-${n}`)])))
      const sequences = (await store.audit.list({ tenant, limit: 1_000 })).map(({ sequence }) => sequence)
      expect(sequences.length).toBe(100)
      expect(new Set(sequences).size).toBe(100)
    })
  })
}
