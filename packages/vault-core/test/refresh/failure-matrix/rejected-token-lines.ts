import { expect } from 'vitest'
import { json } from '../../fixtures/faulty-provider.js'
import type { MatrixLine } from './matrix-line.js'
import { alike, type Call } from './scene.js'

const INVALID_GRANT = { when: 'before', respond: () => json(400, { error: 'invalid_grant' }) } as const

/** Rows 33, 35 and 36: an API refuses a token that should live. */
export const rejectedTokenLines: readonly MatrixLine[] = [
  {
    row: 33,
    event: 'An API answers 401 to a token that should live; 10 callers say so (`rejected`)',
    lives: 'a new token',
    ended: undefined,
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ ask }) {
      const rejected = fingerprintOf(await ask({ minValidityMs: 0 }))
      return alike(await Promise.all(Array.from({ length: 10 }, () => ask({ minValidityMs: 0, rejected }))))
    },
  },
  {
    row: 33,
    event: 'The same with `forceRefresh`',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    happen: async ({ ask }) => alike(await Promise.all(Array.from({ length: 10 }, () => ask({ forceRefresh: true })))),
  },
  {
    row: 33,
    event: 'The grant was revoked at the provider; a caller says that an API refused the token, and says so again',
    lives: { code: 'reauthorization_required', reason: 'revoked' },
    ended: undefined,
    requests: 1,
    status: 'reauthorization_required (revoked)',
    events: ['reauthorization_required', 'refresh_failed'],
    async happen({ world, ask }) {
      const rejected = fingerprintOf(await ask({ minValidityMs: 0 }))
      world.provider.failNext(INVALID_GRANT)
      return alike([await ask({ rejected }), await ask({ rejected }), await ask({ forceRefresh: true })])
    },
  },
  {
    row: 33,
    event: 'The provider is down when a caller says that an API refused the token',
    lives: { code: 'provider_unavailable', reason: 'http_503', retryAfterMs: [100, 1_000] },
    ended: undefined,
    requests: 1,
    status: 'active (http_503)',
    events: ['refresh_failed'],
    async happen({ world, ask }) {
      const rejected = fingerprintOf(await ask({ minValidityMs: 0 }))
      world.provider.failNext({ when: 'before', respond: () => new Response('down', { status: 503 }) })
      return ask({ rejected })
    },
  },
  {
    row: 35,
    event: 'A caller says that an API refused a token, and another one is stored by now',
    lives: 'a new token',
    ended: undefined,
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ ask, process }) {
      const rejected = fingerprintOf(await ask({ minValidityMs: 0 }))
      await ask({ forceRefresh: true }, process())
      return ask({ rejected })
    },
  },
  {
    row: 35,
    event: 'A caller says that an API refused a token that was obtained less than 30 s ago: he gets it again',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      const fresh = await ask({ forceRefresh: true })
      await world.clock.advance(29_000)
      return alike([await ask({ rejected: fingerprintOf(fresh) }), fresh])
    },
  },
  {
    row: 36,
    event: 'Another process refreshes; the provider ends the old access token',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ ask, process }) {
      await ask({ forceRefresh: true }, process())
      return ask({ minValidityMs: 0 })
    },
  },
]

function fingerprintOf(call: Call): string {
  const end = call.end()
  if (!end || !('credentials' in end)) throw new Error('There is no token to be refused.')
  expect(end.credentials.fingerprint).toMatch(/^[\w-]{22}$/)
  return end.credentials.fingerprint
}
