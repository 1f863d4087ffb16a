import { json } from '../../fixtures/faulty-provider.js'
import type { MatrixLine } from './matrix-line.js'
import { alike, HOUR, MIN, S } from './scene.js'

const DAY = 24 * HOUR
const TOKENS = { access_token: 'canary-access-2', refresh_token: 'canary-refresh-2', token_type: 'Bearer', expires_in: 3_600 }

/** Rows 16 to 18, and 31: how long tokens last. */
export const lifetimeLines: readonly MatrixLine[] = [
  {
    row: 16,
    event: 'The provider states no lifetime, nor does the connection: used until an API refuses it',
    lives: 'the old token',
    ended: undefined,
    requests: 0,
    status: 'active',
    events: [],
    setting: { lifetimeS: null, ageMs: 1_000 * HOUR },
    happen: ({ ask }) => ask(),
  },
  {
    row: 16,
    event: 'The provider states no lifetime; the connection declares one hour',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    setting: { lifetimeS: null, connection: { defaultLifetimeS: 3_600 } },
    happen: ({ ask }) => ask(),
  },
  ...[
    ['a number in a string', '3600'],
    ['a number with a fraction', 3_600.7],
    ['a word', 'NaN'],
    ['more than ten years', 1e300],
  ].map(
    ([what, expiresIn]): MatrixLine => ({
      row: 17,
      event: `\`expires_in\` is ${what}`,
      lives: 'a new token',
      ended: 'a new token',
      requests: 1,
      status: 'active',
      events: ['refreshed'],
      async happen({ world, ask }) {
        world.provider.failNext({ when: 'after', respond: () => json(200, { ...TOKENS, expires_in: expiresIn }) })
        return ask()
      },
    }),
  ),
  ...[0, -5].map(
    (expiresIn): MatrixLine => ({
      row: 17,
      event: `\`expires_in\` is ${expiresIn}, and asked again`,
      lives: 'the old token',
      ended: { code: 'provider_unavailable', reason: 'expired_on_arrival', retryAfterMs: [100, 1_000] },
      requests: 1,
      status: 'active (expired_on_arrival)',
      events: ['refresh_failed'],
      async happen({ world, ask }) {
        world.provider.failNext({ when: 'after', respond: () => json(200, { ...TOKENS, expires_in: expiresIn }) })
        await ask()
        return alike([await ask(), await ask()])
      },
    }),
  ),
  {
    row: 18,
    event: 'Tokens live 60 s, and 50 callers ask for 5 minutes',
    lives: 'the old token',
    ended: undefined,
    requests: 0,
    status: 'active',
    events: [],
    setting: { lifetimeS: 60, ageMs: 10 * S },
    happen: async ({ ask }) => alike(await Promise.all(Array.from({ length: 50 }, () => ask({ minValidityMs: 5 * MIN })))),
  },
  {
    row: 18,
    event: 'The same, when the token has ended, one after the other',
    lives: undefined,
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    setting: { lifetimeS: 60, ageMs: MIN },
    async happen({ vault, ask }) {
      const call = await ask({ minValidityMs: 5 * MIN })
      for (let more = 0; more < 50; more++)
        await vault.getCredentials({ connectionId: 'drive', userId: 'alice' }, { minValidityMs: 5 * MIN })
      return call
    },
  },
  {
    row: 31,
    event: 'A refresh token that ends unused after a week, and nobody asks for 6 days: the sweeper uses it',
    lives: undefined,
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    setting: { connection: { refreshTokenIdleLifetimeS: 7 * 86_400 }, lifetimeS: 3_600, ageMs: 6 * DAY },
    async happen({ vault, ask }) {
      await vault.sweep()
      return ask()
    },
  },
  {
    row: 31,
    event: 'A refresh token that ends in a day whatever is done',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed', 'refresh_token_expiring'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'after', respond: () => json(200, { ...TOKENS, refresh_token_expires_in: 86_400 }) })
      return ask()
    },
  },
]
