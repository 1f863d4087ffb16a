import { afterEach, expect, it, vi } from 'vitest'
import { parseRetryAfter } from '../../src/oauth/retry-after.js'

const NOW = Date.UTC(2026, 10, 6, 8, 49, 37)

afterEach(() => vi.unstubAllEnvs())

it.each(['UTC', 'America/New_York', 'Asia/Tokyo'])('a date without a zone is of Greenwich, on a machine in %s', (zone) => {
  vi.stubEnv('TZ', zone)
  expect(parseRetryAfter('Fri Nov  6 08:50:37 2026', NOW)).toBe(60_000)
  expect(parseRetryAfter('Fri, 06 Nov 2026 08:50:37 GMT', NOW)).toBe(60_000)
})
