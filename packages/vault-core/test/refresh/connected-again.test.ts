import { expect, it } from 'vitest'
import { json, reset } from '../fixtures/faulty-provider.js'
import { failingStore, storeStoppingAt } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE } from '../fixtures/vault-world.js'
import { HOUR, MIN, S, type Scene, setScene } from './failure-matrix/scene.js'

const late = () => json(200, { access_token: 'canary-late', refresh_token: 'canary-late-refresh', token_type: 'Bearer', expires_in: 3_600 })

/** Alice connects again while her old grant is refreshed, and then that refresh ends. */
async function connectAgain(scene: Scene, end: () => Response): Promise<void> {
  const { world, vault, ask } = scene
  const gate = world.provider.hold()
  world.provider.failNext({ when: 'before', respond: end })
  await ask()
  await world.connect(vault)
  gate.open()
  await settle()
}

/** The process that refreshes dies, and Alice connects again. */
async function connectAgainAfterCrash({ world, vault, process, ask }: Scene): Promise<void> {
  await ask({}, process({ store: storeStoppingAt(world.store, 'credentials.update').store }))
  await world.connect(vault)
}

/** The request was cut off, so that nobody knows what came of it, before Alice connects again. */
async function connectAgainAfterFailure({ world, vault, ask }: Scene): Promise<void> {
  world.provider.failNext({ when: 'before', respond: reset })
  await ask()
  await world.connect(vault)
}

/** Another process has taken over from the one that died, and could not send. */
async function connectAgainAfterTakeover({ world, vault, process, ask }: Scene): Promise<void> {
  await ask({}, process({ store: storeStoppingAt(world.store, 'credentials.update').store }))
  await world.clock.advance(3 * MIN)
  const failing = failingStore(world.store, (call) => call === 'credentials.markSent')
  failing.isDown = true
  await ask({}, process({ store: failing.store }))
  await world.connect(vault)
}

const ends = [
  ['is answered', (scene: Scene) => connectAgain(scene, late)],
  ['fails', (scene: Scene) => connectAgain(scene, () => json(500, {}))],
  ['is cut off', (scene: Scene) => connectAgain(scene, reset)],
  ['never ends, as its process died', connectAgainAfterCrash],
  ['was cut off before', connectAgainAfterFailure],
  ['was taken over in vain', connectAgainAfterTakeover],
] as const

// Whatever became of the request for the old grant says nothing of the new one.
it.each(ends)('a new consent is refreshed when that is asked for, though the refresh of the old one %s', async (_name, happen) => {
  const scene = await setScene('ended')
  await happen(scene)
  await scene.world.clock.advance(S)
  const call = await scene.ask({ forceRefresh: true })
  expect(call.end()).toMatchObject({ credentials: { connectionId: 'drive' } })
  expect(scene.world.provider.tokenRequests.at(-1)).toEqual({ grantType: 'refresh_token', newest: true })
})

it.each(ends)(
  'who revokes a new consent is not told that its refresh was interrupted, though that of the old one %s',
  async (_name, happen) => {
    const scene = await setScene('ended')
    await happen(scene)
    await scene.world.clock.advance(2 * HOUR)
    scene.world.provider.failNext({ when: 'before', respond: () => json(400, { error: 'invalid_grant' }) })
    await expect(scene.vault.getCredentials(ALICE)).rejects.toMatchObject({
      code: 'reauthorization_required',
      facts: { reason: 'revoked' },
    })
  },
)
