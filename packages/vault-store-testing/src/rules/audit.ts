import type { AuditEntry } from '@holdfast/vault-core'
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

    rule('lists the entries of one subject, oldest first and on from a sequence', async ({ store, tenant }) => {
      const about = (id: string, subject: string) => ({ ...entry(tenant, id), subject })
      await store.audit.append([about('a', 'x'), about('b', 'y'), entry(tenant, 'c'), about('d', 'x')])
      await store.audit.append([about('e', 'x'), about('f', 'xx')])
      const list = (query: object): Promise<readonly AuditEntry[]> => store.audit.list({ tenant, limit: 10, ...query })
      const first = await list({ subject: 'x', limit: 2 })
      expect(first.map(({ id, subject }) => [id, subject])).toEqual([
        ['a', 'x'],
        ['d', 'x'],
      ])
      expect((await list({ subject: 'x', afterSequence: first.at(-1)?.sequence ?? 0 })).map(({ id }) => id)).toEqual(['e'])
      expect(await list({ subject: 'nobody' })).toEqual([])
      const all = await list({})
      expect(all.map(({ id, subject }) => [id, subject ?? 'none'])).toEqual([
        ['a', 'x'],
        ['b', 'y'],
        ['c', 'none'],
        ['d', 'x'],
        ['e', 'x'],
        ['f', 'xx'],
      ])
      expect(all.filter((each) => 'subject' in each).length).toBe(5)
    })

    rule('prunes up to a sequence, counts what went, and gives no sequence again', async ({ store, tenant }) => {
      const ids = ['a', 'b', 'c', 'd']
      await store.audit.append(ids.map((id) => ({ ...entry(tenant, id), subject: 'x' })))
      const before = await store.audit.list({ tenant, limit: 10 })
      const throughSequence = before[1]?.sequence ?? 0
      expect(await store.audit.prune({ tenant, throughSequence })).toBe(2)
      expect(await store.audit.prune({ tenant, throughSequence })).toBe(0)
      expect(await store.audit.list({ tenant, limit: 10 })).toEqual(before.slice(2))
      expect(await store.audit.list({ tenant, subject: 'x', limit: 10 })).toEqual(before.slice(2))
      const last = before.at(-1)?.sequence ?? 0
      expect(await store.audit.prune({ tenant, throughSequence: last + 1_000 })).toBe(2)
      // Also the id of an entry that went.
      await store.audit.append([entry(tenant, 'e'), entry(tenant, 'a')])
      const after = await store.audit.list({ tenant, afterSequence: last, limit: 10 })
      expect(after.map(({ id }) => id)).toEqual(['e', 'a'])
    })

    rule('leaves an entry that is there already as it is', async ({ store, tenant }) => {
      await store.audit.append([entry(tenant, 'a'), entry(tenant, 'b')])
      const before = await store.audit.list({ tenant, limit: 10 })
      await store.audit.append([{ ...entry(tenant, 'a'), data: 'other' }, entry(tenant, 'c')])
      const after = await store.audit.list({ tenant, limit: 10 })
      expect(after.slice(0, 2)).toEqual(before)
      expect(after.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    })

    rule('hides no entry from a reader who goes on from the last that he saw, while many append', async ({ store, tenant, another }) => {
      const other = await another()
      let isOver = false
      const seen: string[] = []
      const read = async (): Promise<void> => {
        for (let last = 0, isLast = false; !isLast; ) {
          isLast = isOver
          const page = await store.audit.list({ tenant, limit: 7, afterSequence: last })
          seen.push(...page.map(({ id }) => id))
          last = page.at(-1)?.sequence ?? last
          if (page.length > 0) isLast = false
          // A store that answers from memory would leave the writers no turn.
          else await new Promise((resolve) => setTimeout(resolve, 0))
        }
      }
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; n < 12; n++)
          await (writer % 2 === 0 ? store : other).audit.append([entry(tenant, `${writer}-${n}`), entry(tenant, `${writer}-${n}-too`)])
      }
      const reading = read()
      await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
      isOver = true
      await reading
      expect(seen.length).toBe(192)
      expect(new Set(seen).size).toBe(192)
    })

    rule('gives 100 entries appended at once 100 different sequences', async ({ store, tenant }) => {
      await Promise.all(Array.from({ length: 100 }, (_, n) => store.audit.append([entry(tenant, `e-${n}`)])))
      const sequences = (await store.audit.list({ tenant, limit: 1_000 })).map(({ sequence }) => sequence)
      expect(sequences.length).toBe(100)
      expect(new Set(sequences).size).toBe(100)
    })
  })
}
