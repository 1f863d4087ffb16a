import { storeStoppingAt } from '../../fixtures/intercepted-store.js'
import type { MatrixLine } from './matrix-line.js'
import { alike, type Call, MIN, S, type Scene, SOFT } from './scene.js'

const IN_PROGRESS = { code: 'provider_unavailable', reason: 'refresh_in_progress' } as const
const OUTCOME_UNKNOWN = { code: 'reauthorization_required', reason: 'rotation_outcome_unknown' } as const

/** Rows 1 to 4: many callers, many processes, and processes that die. */
export const processLines: readonly MatrixLine[] = [
  {
    row: 1,
    event: '100 callers of one process at once',
    lives: 'the old token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      const gate = world.provider.hold()
      const calls = await Promise.all(Array.from({ length: 100 }, () => ask(SOFT)))
      gate.open()
      await world.clock.advance(0)
      return alike(calls)
    },
  },
  {
    row: 2,
    event: '100 callers of 8 processes over one store at once',
    lives: 'the old token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask, process }) {
      const vaults = Array.from({ length: 8 }, () => process())
      const gate = world.provider.hold()
      const calls = await Promise.all(Array.from({ length: 100 }, (_, caller) => ask(SOFT, vaults[caller % 8])))
      gate.open()
      await world.clock.advance(2 * S)
      return alike(calls)
    },
  },
  {
    row: 3,
    event: 'A process dies before it sends; another one asks before the lease (45 s) ends',
    lives: 'the old token',
    ended: { ...IN_PROGRESS, retryAfterMs: 1_000 },
    requests: 0,
    status: 'active',
    events: [],
    async happen(scene) {
      await dieAt(scene, 'before')
      const call = await scene.ask()
      await scene.world.clock.advance(10 * S)
      return call
    },
  },
  {
    row: 3,
    event: 'The same, asked after the lease',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen(scene) {
      await dieAt(scene, 'before')
      await scene.world.clock.advance(46 * S)
      return scene.ask()
    },
  },
  {
    row: 4,
    event: 'A process dies after it sent, `strict`; another one asks a minute later',
    lives: 'the old token',
    ended: { ...IN_PROGRESS, retryAfterMs: 60_000 },
    requests: 1,
    status: 'active',
    events: [],
    async happen(scene) {
      await dieBeforeWriting(scene)
      await scene.world.clock.advance(MIN)
      return scene.ask()
    },
  },
  {
    row: 4,
    event: 'The same, asked after two minutes; the provider had rotated, and takes a second use for theft',
    lives: 'the old token',
    ended: OUTCOME_UNKNOWN,
    requests: 2,
    status: 'reauthorization_required (rotation_outcome_unknown)',
    events: ['reauthorization_required', 'refresh_failed'],
    async happen(scene) {
      await dieBeforeWriting(scene)
      await scene.world.clock.advance(121 * S)
      return scene.ask()
    },
  },
  {
    row: 4,
    event: 'The same, but the request never reached the provider',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen(scene) {
      await dieAt(scene, 'after')
      await scene.world.clock.advance(121 * S)
      return scene.ask()
    },
  },
  {
    row: 4,
    event: 'The same, and nobody asks: the sweeper finds it',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen(scene) {
      await dieAt(scene, 'after')
      await scene.world.clock.advance(121 * S)
      // The first pass learns that the request may still run until a moment, and looks again then.
      await scene.vault.sweep()
      return scene.ask()
    },
  },
  {
    row: 4,
    event: 'A process dies after it sent, `grace` or `none`; another one asks after the lease (15 s)',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refreshed'],
    setting: { connection: { rotation: { kind: 'grace', seconds: 60 } }, rotates: false },
    async happen(scene) {
      await dieBeforeWriting(scene)
      await scene.world.clock.advance(16 * S)
      return scene.ask()
    },
  },
]

/** A process dies at the mark, which comes directly before the request. */
async function dieAt({ world, process, ask }: Scene, when: 'before' | 'after'): Promise<Call> {
  const { store } = storeStoppingAt(world.store, 'credentials.markSent', when)
  return ask({}, process({ store }))
}

async function dieBeforeWriting({ world, process, ask }: Scene): Promise<Call> {
  const { store } = storeStoppingAt(world.store, 'credentials.update')
  return ask({}, process({ store }))
}
