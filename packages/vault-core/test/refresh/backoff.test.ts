import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../src/refresh/backoff.js'

const lowest = (n: number): Uint8Array => new Uint8Array(n)
const highest = (n: number): Uint8Array => new Uint8Array(n).fill(255)

describe('backoffMs', () => {
  it.each([
    [1, 100, 1_000],
    [2, 200, 2_000],
    [5, 1_600, 16_000],
    [9, 25_600, 256_000],
    [10, 30_000, 300_000],
    [1_000_000, 30_000, 300_000],
  ])('after failure %i lies between %i and %i ms', (failures, least, most) => {
    expect(backoffMs(failures, undefined, lowest)).toBe(least)
    expect(backoffMs(failures, undefined, highest)).toBe(most)
  })

  it('is never shorter than what the provider asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        (failures, retryAfter, bytes) => {
          expect(backoffMs(failures, retryAfter, () => bytes)).toBeGreaterThanOrEqual(retryAfter)
        },
      ),
    )
  })
})
