import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../src/oauth/retry-after.js'

const NOW = Date.UTC(2026, 10, 6, 8, 49, 37)

describe('Retry-After', () => {
  it.each<[string | null, number | undefined]>([
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['1.5', 1_500],
    ['3600', 3_600_000],
    ['3601', MAX_RETRY_AFTER_MS],
    ['999999999999', MAX_RETRY_AFTER_MS],
    ['9'.repeat(24), MAX_RETRY_AFTER_MS],
    ['Fri, 06 Nov 2026 08:50:37 GMT', 60_000],
    ['Friday, 06-Nov-26 08:50:37 GMT', 60_000],
    ['Fri Nov  6 08:50:37 2026 GMT', 60_000],
    ['Fri, 06 Nov 2026 08:49:37 GMT', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['Fri, 06 Nov 2099 08:49:37 GMT', MAX_RETRY_AFTER_MS],
    [null, undefined],
    ['', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['2026-11-06', undefined],
    ['5, 10', undefined],
    ['Fri, 99 Foo 2026', undefined],
  ])('%s', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected)
  })

  it('is between nothing and an hour, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.nat().map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (value) => {
          const delayMs = parseRetryAfter(value, NOW)
          expect(delayMs === undefined || (Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= MAX_RETRY_AFTER_MS)).toBe(true)
        },
      ),
    )
  })
})
