import { expect, it } from 'vitest'
import type { NewConnection, Vault } from '../../src/index.js'
import { json, PROVIDER } from '../fixtures/faulty-provider.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'
import { HOUR, S } from './failure-matrix/scene.js'

const drive: NewConnection = {
  connectionId: 'drive',
  authorizationEndpoint: `${PROVIDER}/authorize`,
  tokenEndpoint: `${PROVIDER}/token`,
  clientId: 'client-1',
  clientSecret: 'canary-wrong',
}
const REJECTED = { code: 'provider_rejected_client', facts: { reason: 'invalid_client' } }

/** Whose secret the provider has refused: the connection stands in the store, and two processes know of it. */
async function refused(): Promise<{ readonly world: VaultWorld; readonly vault: Vault; readonly other: Vault }> {
  const world = vaultWorld()
  const vault = world.vault({ connections: [] })
  const other = world.vault({ connections: [] })
  await vault.connections.create(drive)
  await world.connect(vault)
  await world.clock.advance(2 * HOUR)
  rejectNext(world)
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject(REJECTED)
  await expect(other.getCredentials(ALICE)).rejects.toMatchObject(REJECTED)
  expect(world.provider.refreshes()).toBe(1)
  return { world, vault, other }
}

function rejectNext({ provider }: VaultWorld): void {
  provider.failNext({ when: 'before', respond: () => json(401, { error: 'invalid_client' }) })
}

it('a connection that is mended where its client was rejected is tried at once, and goes on', async () => {
  const { world, vault } = await refused()
  await vault.connections.update('drive', { clientSecret: 'canary-mended' })
  expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
  expect(world.events.map(({ type }) => type)).toContain('connection_resumed')
})

it('it is so in another process that had heard of it', async () => {
  const { world, vault, other } = await refused()
  await vault.connections.update('drive', { clientSecret: 'canary-mended' })
  await world.clock.advance(2 * S)
  expect((await other.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
})

it('one that was changed, and is rejected again, pauses again', async () => {
  const { world, vault, other } = await refused()
  await vault.connections.update('drive', { clientSecret: 'canary-wrong-too' })
  rejectNext(world)
  for (let calls = 0; calls < 3; calls++) await expect(vault.getCredentials(ALICE)).rejects.toMatchObject(REJECTED)
  await world.clock.advance(2 * S)
  await expect(other.getCredentials(ALICE)).rejects.toMatchObject(REJECTED)
  expect(world.provider.refreshes()).toBe(2)
})
