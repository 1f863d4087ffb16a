import { expect, it } from 'vitest'
import { json, PROVIDER } from '../fixtures/faulty-provider.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'
import { HOUR, MIN } from './failure-matrix/scene.js'

/** Whose token has ended. */
async function ended(): Promise<VaultWorld> {
  const world = vaultWorld()
  await world.connect(world.vault())
  await world.clock.advance(2 * HOUR)
  return world
}

/** A clock of a process that can stand still while time goes on for all others: none of its timers ran meanwhile. */
function clockThatMissed(world: VaultWorld) {
  let missedMs = 0
  return {
    clock: { ...world.clock, now: () => world.clock.now() + missedMs, monotonic: () => world.clock.monotonic() + missedMs },
    standStill: (ms: number) => {
      missedMs += ms
    },
  }
}

it.each([
  ['was told that the credential is its own', 'credentials.claim'],
  ['was told that its request is marked', 'credentials.markSent'],
])('a process that stood still before it %s does not send', async (_when, stopsAt) => {
  const world = await ended()
  const { clock, standStill } = clockThatMissed(world)
  const store = interceptedStore(world.store, async (call, work) => {
    const result = await work()
    if (call === stopsAt) standStill(MIN)
    return result
  })
  await expect(world.vault({ store, clock }).getCredentials(ALICE)).rejects.toMatchObject({ facts: { reason: 'lease_lost' } })
  expect(world.provider.refreshes()).toBe(0)
  // Nor did it leave word that it has.
  await world.clock.advance(MIN)
  expect((await world.vault().getCredentials(ALICE)).accessToken).toBe('canary-access-2')
})

it('nor does one that stood still while it asked for the provider’s endpoints', async () => {
  const world = await ended()
  const { clock, standStill } = clockThatMissed(world)
  const { tokenEndpoint: _, authorizationEndpoint: __, ...connection } = world.connection
  const vault = world.vault({
    clock,
    connections: [{ ...connection, issuer: PROVIDER }],
    fetch: async (input, init) => {
      if (!String(input).includes('/.well-known/')) return world.provider.fetch(input, init)
      standStill(MIN)
      return json(200, { issuer: PROVIDER, token_endpoint: `${PROVIDER}/token`, authorization_endpoint: `${PROVIDER}/authorize` })
    },
  })
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
  expect(world.provider.refreshes()).toBe(0)
  await world.clock.advance(MIN)
  expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
})
