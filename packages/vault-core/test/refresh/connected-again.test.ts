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

it.each([
  ['is replaced', false],
  ['was forgotten with its user', true],
])('a new consent does not wait for the request of an old one that %s, in the same process either', async (_what, isForgotten) => {
  const { world, vault, ask } = await setScene('ended')
  world.provider.failNext({ when: 'before', respond: () => new Promise(() => undefined) })
  await ask()
  if (isForgotten) await vault.forgetUser('alice')
  await world.connect(vault)
  const call = await ask({ forceRefresh: true })
  expect(call.end()).toHaveProperty('credentials')
  expect(world.provider.tokenRequests.at(-1)).toEqual({ grantType: 'refresh_token', newest: true })
})

it('the same refresh token that is stored again while it is under way is not sent once more', async () => {
  const { world, ask, process } = await setScene('ended')
  const gate = world.provider.hold()
  const first = await ask()
  await process().importCredential({ ...ALICE, refreshToken: 'canary-refresh-1' }, { replace: true })
  const second = await ask({}, process())
  expect(world.provider.refreshes()).toBe(1)
  gate.open()
  await world.clock.advance(S)
  for (const call of [first, second]) expect(call.end()).toHaveProperty('credentials')
  // What came for it is the one that the other has sent.
  expect(world.provider.tokenRequests.filter(({ newest }) => !newest)).toEqual([])
  expect(world.provider.grantAlive).toBe(true)
})

it('nor one whose request was cut off before its time is over', async () => {
  const { world, vault, ask } = await setScene('ended')
  world.provider.failNext({ when: 'before', respond: reset })
  await ask()
  await vault.importCredential({ ...ALICE, refreshToken: 'canary-refresh-1' }, { replace: true })
  expect((await ask()).end()).toMatchObject({ error: { code: 'provider_unavailable' } })
  await world.clock.advance(2 * MIN)
  expect((await ask()).end()).toHaveProperty('credentials')
  expect(world.provider.refreshes()).toBe(2)
})

it('the same one that the provider goes on taking can be sent as soon as its request has ended', async () => {
  const { world, vault, ask } = await setScene('ended', { rotates: false })
  const gate = world.provider.hold()
  await ask()
  await world.connect(vault)
  gate.open()
  await world.clock.advance(S)
  const sent = world.provider.refreshes()
  expect((await ask({ forceRefresh: true })).end()).toHaveProperty('credentials')
  expect(world.provider.refreshes()).toBe(sent + 1)
})

it('what is unknown of it stays so: when it is refused then, its user is told why', async () => {
  const { world, vault, ask, process } = await setScene('ended')
  world.provider.failNext({ when: 'after', respond: () => json(500, {}) })
  const gate = world.provider.hold()
  await ask()
  await process().importCredential({ ...ALICE, refreshToken: 'canary-refresh-1' }, { replace: true })
  gate.open()
  await world.clock.advance(3 * MIN)
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({
    code: 'reauthorization_required',
    facts: { reason: 'rotation_outcome_unknown' },
  })
})

// Who connects ends what is known of the old request together with what he stores: if he stores nothing, it goes on to be waited for.
it('a consent that could not be stored lets nobody send the old refresh token any sooner', async () => {
  const { world, ask, process } = await setScene('ended')
  world.provider.failNext({ when: 'before', respond: reset })
  await ask()
  const failing = failingStore(world.store, (call) => call === 'credentials.update')
  failing.isDown = true
  await expect(world.connect(process({ store: failing.store }))).rejects.toThrow()
  await world.clock.advance(MIN)
  const call = await ask()
  await world.clock.advance(11 * S)
  expect(call.end()).toMatchObject({ error: { facts: { reason: 'refresh_in_progress' } } })
  expect(world.provider.refreshes()).toBe(1)
})
