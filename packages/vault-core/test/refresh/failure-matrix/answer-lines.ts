import { type Fault, json } from '../../fixtures/faulty-provider.js'
import type { MatrixLine } from './matrix-line.js'
import { HOUR, S } from './scene.js'

const TOKENS = { access_token: 'canary-access-2', refresh_token: 'canary-refresh-2', token_type: 'Bearer', expires_in: 3_600 }
/** The provider rotates, and answers with this instead of its usual answer. */
const answers = (body: object): Fault => ({ when: 'after', respond: () => json(200, body) })

/** Rows 15, 19, 20 and 21: what stands in the answer. */
export const answerLines: readonly MatrixLine[] = [
  {
    row: 15,
    event: 'No `refresh_token` in the answer: the old one stays, also for the next refresh',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refreshed', 'refreshed'],
    setting: { connection: { rotation: { kind: 'none' } }, rotates: false },
    async happen({ world, ask }) {
      await ask()
      await world.clock.advance(2 * HOUR)
      return ask()
    },
  },
  {
    row: 19,
    event: 'A narrower scope than before; the caller has `requiredScopes`',
    lives: { code: 'insufficient_scope', missingScopes: ['files.read'] },
    ended: { code: 'insufficient_scope', missingScopes: ['files.read'] },
    requests: 1,
    status: 'active',
    events: ['refreshed', 'scope_changed'],
    async happen({ world, ask }) {
      world.provider.failNext(answers({ ...TOKENS, scope: 'profile' }))
      return ask({ requiredScopes: ['files.read'] })
    },
  },
  {
    row: 19,
    event: 'The same; the caller has none',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed', 'scope_changed'],
    async happen({ world, ask }) {
      world.provider.failNext(answers({ ...TOKENS, scope: 'profile' }))
      return ask()
    },
  },
  {
    row: 20,
    event: '`token_type` `BEARER`',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      world.provider.failNext(answers({ ...TOKENS, token_type: 'BEARER' }))
      return ask()
    },
  },
  unusable(20, '`token_type` `MAC`', 'token_type', { ...TOKENS, token_type: 'MAC' }),
  unusable(20, '`token_type` `DPoP`', 'token_type', { ...TOKENS, token_type: 'DPoP' }),
  {
    row: 20,
    event: '`token_type` `MAC`, and asked again before it is time',
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'quarantined', retryAfterMs: [100, 1_000] },
    requests: 1,
    status: 'quarantined (quarantined)',
    events: ['refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext(answers({ ...TOKENS, token_type: 'MAC' }))
      await ask()
      return ask()
    },
  },
  {
    row: 20,
    event: 'The same, asked after a second: the new refresh token was kept',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refresh_failed', 'refreshed'],
    async happen({ world, ask }) {
      world.provider.failNext(answers({ ...TOKENS, token_type: 'MAC' }))
      await ask()
      await world.clock.advance(S)
      return ask()
    },
  },
  unusable(21, 'The access token stands where no rule looks for it', 'access_token', {
    refresh_token: TOKENS.refresh_token,
    authed_user: { access_token: 'canary-access-2', token_type: 'user' },
  }),
]

/** The provider rotated, and sent an access token that nobody may use. */
function unusable(row: number, event: string, field: string, body: object): MatrixLine {
  return {
    row,
    event,
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'quarantined', retryAfterMs: [100, 1_000], fields: [field] },
    requests: 1,
    status: 'quarantined (quarantined)',
    events: ['refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext(answers(body))
      return ask()
    },
  }
}
