import { json } from '../../fixtures/faulty-provider.js'
import { failingStore, storeStoppingAt } from '../../fixtures/intercepted-store.js'
import { memoryJournal } from '../../fixtures/memory-journal.js'
import type { MatrixLine } from './matrix-line.js'
import { alike, S, type Scene } from './scene.js'

const GRACE = { connection: { rotation: { kind: 'grace', seconds: 60 } } } as const

/** Rows 6 to 8: the store is away, or another process was faster, when the answer is to be written. */
export const writeBackLines: readonly MatrixLine[] = [
  {
    row: 6,
    event: 'The store is down when the answer comes, and back soon',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen(scene) {
      const { link, call } = await answeredWhileDown(scene)
      link.isDown = false
      await scene.world.clock.advance(10 * S)
      return call
    },
  },
  {
    row: 6,
    event: 'The same, asked again while it is down',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen(scene) {
      const { link, vault } = await answeredWhileDown(scene)
      await scene.world.clock.advance(60 * S)
      const call = await scene.ask({}, vault)
      link.isDown = false
      await scene.world.clock.advance(10 * S)
      return call
    },
  },
  {
    row: 6,
    event: 'The same, but the process dies; the next one has its journal',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: [],
    async happen(scene) {
      const journal = memoryJournal()
      await answeredWhileDown(scene, { journal })
      return scene.ask({}, scene.process({ journal }))
    },
  },
  {
    row: 6,
    event: 'The same without a journal, asked after two minutes',
    lives: 'the old token',
    ended: { code: 'reauthorization_required', reason: 'rotation_outcome_unknown' },
    requests: 2,
    status: 'reauthorization_required (rotation_outcome_unknown)',
    events: ['reauthorization_required', 'refresh_failed'],
    async happen(scene) {
      await answeredWhileDown(scene)
      await scene.world.clock.advance(121 * S)
      return scene.ask()
    },
  },
  {
    row: 7,
    event: 'A process loses its lease while the provider is slow, and another one takes over, `grace`: both callers',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refreshed'],
    setting: GRACE,
    async happen({ world, ask, process }) {
      const link = failingStore(world.store, (call) => call === 'credentials.renew')
      link.isDown = true
      // The provider has rotated for the first; its answer stays on the way until the second has written.
      let arrive = (answer: Response): void => void answer
      world.provider.failNext({
        when: 'after',
        respond: () =>
          new Promise((resolve) => {
            arrive = resolve
          }),
      })
      const firstGate = world.provider.hold()
      const first = await ask({}, process({ store: link.store, callerWaitMs: 60 * S }))
      await world.clock.advance(16 * S)
      const secondGate = world.provider.hold()
      const second = ask()
      await world.clock.advance(0)
      firstGate.open()
      await world.clock.advance(0)
      secondGate.open()
      const call = await second
      arrive(json(200, { access_token: 'canary-access-2', refresh_token: 'canary-refresh-2', token_type: 'Bearer', expires_in: 3_600 }))
      await world.clock.advance(S)
      return alike([first, call])
    },
  },
  {
    row: 8,
    event: 'A process is suspended for a minute before it sends',
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'lease_lost', retryAfterMs: 1_000 },
    requests: 0,
    status: 'active',
    events: [],
    async happen({ world, ask, process }) {
      const suspended = storeStoppingAt(world.store, 'credentials.markSent')
      const call = await ask({}, process({ store: suspended.store, callerWaitMs: 120 * S }))
      await world.clock.advance(60 * S)
      suspended.resume()
      return call
    },
  },
  {
    row: 8,
    event: 'A process is suspended for a minute with the answer in hand; another one has refreshed meanwhile: both callers',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['refreshed'],
    setting: { connection: { rotation: { kind: 'none' } }, rotates: false },
    async happen({ world, ask, process }) {
      const suspended = storeStoppingAt(world.store, 'credentials.update')
      const call = await ask({}, process({ store: suspended.store, callerWaitMs: 120 * S }))
      await world.clock.advance(60 * S)
      const other = await ask()
      suspended.resume()
      await world.clock.advance(S)
      return alike([call, other])
    },
  },
]

/** A process has its answer, and cannot reach the store to write it. */
async function answeredWhileDown({ world, process, ask }: Scene, options: Parameters<Scene['process']>[0] = {}) {
  const link = failingStore(world.store)
  const vault = process({ ...options, store: link.store })
  const gate = world.provider.hold()
  const asked = ask({}, vault)
  await world.clock.advance(0)
  link.isDown = true
  gate.open()
  await world.clock.advance(0)
  return { link, vault, call: await asked }
}
