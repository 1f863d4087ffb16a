import { expect, it } from 'vitest'
import type { ConnectionInput, Vault, VaultOptions } from '../../src/index.js'
import { json, PROVIDER } from '../fixtures/faulty-provider.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'
import { HOUR, MIN, S } from './failure-matrix/scene.js'

/** Whose token has ended. */
async function ended(overrides: Partial<ConnectionInput> = {}): Promise<VaultWorld> {
  const world = vaultWorld(overrides)
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

/** A process that has to find out the provider's endpoints first, which takes as long as `untilFound` says. */
function processThatDiscovers(world: VaultWorld, options: Partial<VaultOptions>, untilFound: () => Promise<void> | void): Vault {
  const { tokenEndpoint: _, authorizationEndpoint: __, ...connection } = world.connection
  return world.vault({
    ...options,
    connections: [{ ...connection, issuer: PROVIDER }],
    fetch: async (input, init) => {
      if (!String(input).includes('/.well-known/')) return world.provider.fetch(input, init)
      await untilFound()
      return json(200, { issuer: PROVIDER, token_endpoint: `${PROVIDER}/token`, authorization_endpoint: `${PROVIDER}/authorize` })
    },
  })
}

it('nor does one that stood still while it asked for the provider’s endpoints', async () => {
  const world = await ended()
  const { clock, standStill } = clockThatMissed(world)
  const vault = processThatDiscovers(world, { clock }, () => standStill(MIN))
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
  expect(world.provider.refreshes()).toBe(0)
  await world.clock.advance(MIN)
  expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
})

it('nor one that stood still between a renewal of its lease and the answer to that', async () => {
  // Its lease is of 5 s, and renewed every 1.3 s.
  const world = await ended({ rotation: { kind: 'grace', seconds: 20 } })
  const { clock, standStill } = clockThatMissed(world)
  const store = interceptedStore(world.store, async (call, work) => {
    const result = await work()
    if (call === 'credentials.renew') standStill(MIN)
    return result
  })
  const vault = processThatDiscovers(world, { clock, store }, () => world.clock.sleep(2 * S))
  const refused = expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
  await world.clock.advance(2 * S)
  await refused
  expect(world.provider.refreshes()).toBe(0)
})
