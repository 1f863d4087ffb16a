import { type Fault, json } from '../../fixtures/faulty-provider.js'
import { failingStore } from '../../fixtures/intercepted-store.js'
import type { MatrixLine } from './matrix-line.js'
import { alike, S } from './scene.js'

const refuse = (error: string): Fault => ({ when: 'before', respond: () => json(400, { error }) })

/** Rows 9 to 11: the provider says no, or not now. */
export const refusalLines: readonly MatrixLine[] = [
  {
    row: 9,
    event: '`invalid_grant` for the newest refresh token, and asked again',
    lives: 'the old token',
    ended: { code: 'reauthorization_required', reason: 'revoked' },
    requests: 1,
    status: 'reauthorization_required (revoked)',
    events: ['reauthorization_required', 'refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext(refuse('invalid_grant'))
      return alike([await ask(), await ask(), await ask()])
    },
  },
  {
    row: 9,
    event: '`invalid_grant`, but another process has a newer refresh token in the store',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refreshed'],
    setting: { connection: { rotation: { kind: 'grace', seconds: 60 } } },
    async happen({ world, ask, process }) {
      const link = failingStore(world.store, (call) => call === 'credentials.renew')
      link.isDown = true
      const gate = world.provider.hold()
      const call = await ask({}, process({ store: link.store, callerWaitMs: 60 * S }))
      await world.clock.advance(16 * S)
      world.provider.hold().open()
      await ask()
      world.provider.failNext(refuse('invalid_grant'))
      gate.open()
      await world.clock.advance(0)
      return call
    },
  },
  ...['invalid_client', 'unauthorized_client'].map(
    (error): MatrixLine => ({
      row: 10,
      event: `\`${error}\`, and asked again`,
      lives: 'the old token',
      ended: { code: 'provider_rejected_client', reason: error, retryAfterMs: 60_000 },
      requests: 1,
      status: 'active',
      events: ['connection_paused', 'refresh_failed'],
      async happen({ world, ask }) {
        world.provider.failNext(refuse(error))
        return alike([await ask(), await ask()])
      },
    }),
  ),
  {
    row: 11,
    event: '429 with `Retry-After: 60`, and asked again',
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'slow_down', retryAfterMs: 60_000 },
    requests: 1,
    status: 'active (slow_down)',
    events: ['connection_paused', 'refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'before', respond: () => json(429, { error: 'slow_down' }, { 'retry-after': '60' }) })
      return alike([await ask(), await ask()])
    },
  },
  {
    row: 11,
    event: '503 with a `Retry-After` that is a date, 90 s ahead',
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'http_503', retryAfterMs: 90_000 },
    requests: 1,
    status: 'active (http_503)',
    events: ['connection_paused', 'refresh_failed'],
    async happen({ world, ask }) {
      const headers = { 'retry-after': new Date(world.clock.now() + 90 * S).toUTCString() }
      world.provider.failNext({ when: 'before', respond: () => new Response('busy', { status: 503, headers }) })
      return ask()
    },
  },
]
