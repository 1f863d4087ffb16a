import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDueQueue } from '../../../src/refresh/due-work/due-queue.js'

const anybody = (): boolean => true

describe('a queue of what is due', () => {
  it('lets connections take turns, however many wait on one of them', () => {
    const queue = createDueQueue<string>()
    for (let n = 0; n < 4; n++) queue.add('a', `a${n}`)
    queue.add('b', 'b0')
    queue.add('c', 'c0')
    queue.add('b', 'b1')
    const order = Array.from({ length: 7 }, () => queue.next(anybody))
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3'])
    expect(queue.next(anybody)).toBeUndefined()
  })

  it('keeps the turn of one that may not go', () => {
    const queue = createDueQueue<string>()
    for (const id of ['a', 'b', 'c']) for (let n = 0; n < 3; n++) queue.add(id, `${id}${n}`)
    expect(queue.next((id) => id !== 'a')).toBe('b0')
    expect(queue.next((id) => id !== 'a')).toBe('c0')
    expect([queue.next(anybody), queue.next(anybody)]).toEqual(['a0', 'b1'])
    expect(queue.next(() => false)).toBeUndefined()
    expect(queue.size).toBe(5)
  })

  const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 80 })

  it('loses nothing, repeats nothing, and keeps the order of each connection', () => {
    fc.assert(
      fc.property(items, fc.array(fc.boolean()), (ids, takes) => {
        const queue = createDueQueue<{ readonly id: string; readonly n: number }>()
        const out: { readonly id: string; readonly n: number }[] = []
        for (const [n, id] of ids.entries()) {
          queue.add(id, { id, n })
          const next = takes[n] ? queue.next(anybody) : undefined
          if (next) out.push(next)
          expect(queue.size).toBe(n + 1 - out.length)
        }
        out.push(...drained(queue))
        for (const id of new Set(ids))
          expect(out.filter((item) => item.id === id).map(({ n }) => n)).toEqual(ids.flatMap((each, n) => (each === id ? [n] : [])))
        expect(out).toHaveLength(ids.length)
      }),
    )
  })

  it('serves each connection as often as any other while both have something', () => {
    fc.assert(
      fc.property(items, (ids) => {
        const queue = createDueQueue<string>()
        for (const id of ids) queue.add(id, id)
        const served: Record<string, number> = {}
        while (queue.size > 0) {
          const waited = new Set(queue.connectionIds())
          const id = queue.next(anybody)
          if (id === undefined) break
          served[id] = (served[id] ?? 0) + 1
          const counts = [...waited].map((each) => served[each] ?? 0)
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

function drained<Item>(queue: ReturnType<typeof createDueQueue<Item>>): readonly Item[] {
  const out: Item[] = []
  for (let item = queue.next(anybody); item !== undefined; item = queue.next(anybody)) out.push(item)
  return out
}
