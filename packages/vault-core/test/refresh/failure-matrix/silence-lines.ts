import { type Fault, reset } from '../../fixtures/faulty-provider.js'
import type { MatrixLine } from './matrix-line.js'
import { MIN, S } from './scene.js'

const never: Fault['respond'] = () => new Promise<never>(() => undefined)
const OUTCOME_UNKNOWN = { code: 'reauthorization_required', reason: 'rotation_outcome_unknown' } as const

/** Row 5: the answer is late, or does not come. */
export const silenceLines: readonly MatrixLine[] = [
  {
    row: 5,
    event: 'The provider takes longer than the caller waits (10 s)',
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'refresh_in_progress', retryAfterMs: 1_000 },
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      const gate = world.provider.hold()
      const call = await ask()
      await world.clock.advance(10 * S)
      gate.open()
      return call
    },
  },
  {
    row: 5,
    event: 'The same, asked again when the answer has come',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      const gate = world.provider.hold()
      await ask()
      await world.clock.advance(MIN)
      gate.open()
      await world.clock.advance(0)
      return ask()
    },
  },
  {
    row: 5,
    event: 'No answer within the life of the request (2 min, `strict`); asked again, and the provider had done nothing',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refresh_failed', 'refreshed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'before', respond: never })
      await ask()
      await world.clock.advance(121 * S)
      return ask()
    },
  },
  {
    row: 5,
    event: 'The connection breaks after sending, `strict`',
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'network', retryAfterMs: 120_000 },
    requests: 1,
    status: 'active',
    events: ['refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'after', respond: reset })
      return ask()
    },
  },
  {
    row: 5,
    event: 'The same, asked again after two minutes; the provider had rotated',
    lives: 'the old token',
    ended: OUTCOME_UNKNOWN,
    requests: 2,
    status: 'reauthorization_required (rotation_outcome_unknown)',
    events: ['refresh_failed', 'reauthorization_required', 'refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'after', respond: reset })
      await ask()
      await world.clock.advance(121 * S)
      return ask()
    },
  },
  {
    row: 5,
    event: 'The same; the provider had done nothing',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refresh_failed', 'refreshed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'before', respond: reset })
      await ask()
      await world.clock.advance(121 * S)
      return ask()
    },
  },
  {
    row: 5,
    event: 'The connection breaks after sending, `grace` or `none`: sent again at once',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refreshed'],
    setting: { connection: { rotation: { kind: 'none' } }, rotates: false },
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'after', respond: reset })
      return ask()
    },
  },
]
