import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyRateBook, type RateBook, rateBookAfter } from '../../../src/refresh/rate/rate-book.js'

const HELD_MS = 6_000

/** Processes that come by one after the other. */
function bookkeeping(limit: number) {
  let book: RateBook = emptyRateBook
  let nowMs = 1_000
  return {
    comeBy(owner: string, taken: number, wantsMore: boolean): number {
      const after = rateBookAfter(book, { owner, taken, peak: taken, wantsMore, limit, nowMs, untilMs: nowMs + HELD_MS })
      book = after.book
      return after.mayUse
    },
    pass: (ms: number) => void (nowMs += ms),
    slotsOf: (owner: string): number => book.holders[owner]?.slots ?? 0,
    total: (): number =>
      Object.values(book.holders)
        .filter(({ untilMs }) => untilMs > nowMs)
        .reduce((sum, { slots }) => sum + slots, 0),
    names: (): readonly string[] => Object.keys(book.holders),
  }
}

describe('rateBookAfter', () => {
  it('gives all to a process that is alone, and half to each of two once the first has come again', () => {
    const { comeBy } = bookkeeping(200)
    expect(comeBy('a', 0, true)).toBe(200)
    expect(comeBy('b', 0, true)).toBe(0)
    expect(comeBy('a', 0, true)).toBe(100)
    expect(comeBy('b', 0, true)).toBe(100)
  })

  it('takes nothing away that is taken', () => {
    const { comeBy } = bookkeeping(200)
    comeBy('a', 0, true)
    comeBy('b', 0, true)
    // It may take no more until what it has taken is below its share.
    expect(comeBy('a', 170, true)).toBe(100)
    expect(comeBy('b', 0, true)).toBe(30)
    expect(comeBy('a', 90, true)).toBe(100)
    expect(comeBy('b', 30, true)).toBe(100)
  })

  it('leaves those who want no more what they have taken, and divides the rest', () => {
    const { comeBy } = bookkeeping(200)
    expect(comeBy('callers', 20, false)).toBe(20)
    expect(comeBy('a', 0, true)).toBe(180)
    comeBy('b', 0, true)
    expect(comeBy('a', 0, true)).toBe(90)
    expect(comeBy('b', 0, true)).toBe(90)
  })

  it('counts what did not wait, and gives the others the less', () => {
    const { comeBy } = bookkeeping(100)
    expect(comeBy('a', 0, true)).toBe(100)
    expect(comeBy('callers', 30, false)).toBe(0)
    expect(comeBy('a', 100, true)).toBe(70)
    expect(comeBy('a', 70, true)).toBe(70)
    expect(comeBy('callers', 30, false)).toBe(30)
  })

  it('strikes out whoever wants nothing, and whoever has not come for too long', () => {
    const { comeBy, names, pass } = bookkeeping(100)
    comeBy('a', 0, true)
    comeBy('a', 0, false)
    expect(names()).toEqual([])
    comeBy('dead', 0, true)
    pass(HELD_MS - 1)
    expect(comeBy('b', 0, true)).toBe(0)
    pass(1)
    expect(comeBy('b', 0, true)).toBe(100)
    expect(names()).toEqual(['b'])
  })

  it('gives one at least to as many as there are slots', () => {
    const { comeBy } = bookkeeping(2)
    expect(comeBy('a', 0, true)).toBe(2)
    expect(comeBy('b', 0, true)).toBe(0)
    expect(comeBy('c', 0, true)).toBe(0)
    expect(comeBy('a', 0, true)).toBe(1)
    expect(comeBy('b', 0, true)).toBe(1)
    expect(comeBy('c', 0, true)).toBe(0)
  })

  const visits = fc.array(
    fc.record({
      owner: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      takenShare: fc.double({ min: 0, max: 1, noNaN: true }),
      wantsMore: fc.boolean(),
      afterMs: fc.integer({ min: 0, max: 4_000 }),
    }),
    { maxLength: 60 },
  )

  it('never gives out more than there is, whoever comes, goes and dies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), visits, (limit, all) => {
        const { comeBy, pass, slotsOf, total } = bookkeeping(limit)
        for (const { owner, takenShare, wantsMore, afterMs } of all) {
          pass(afterMs)
          // Nobody takes more than he has.
          comeBy(owner, total() > 0 ? Math.floor(takenShare * slotsOf(owner)) : 0, wantsMore)
          expect(total()).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('gives all who want more the same within three rounds, whatever was before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 500 }), visits, (limit, before) => {
        const { comeBy, pass, slotsOf } = bookkeeping(limit)
        for (const { owner, takenShare, wantsMore } of before) comeBy(owner, Math.floor(takenShare * slotsOf(owner)), wantsMore)
        pass(HELD_MS - 1)
        const all = ['a', 'b', 'c', 'd', 'e']
        for (let round = 0; round < 3; round++) for (const owner of all) comeBy(owner, 0, true)
        expect(all.map(slotsOf)).toEqual(all.map(() => Math.floor(limit / all.length)))
      }),
    )
  })
})
