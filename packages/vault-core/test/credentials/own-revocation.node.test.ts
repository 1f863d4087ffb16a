import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConnectionInput, Vault, VaultOptions } from '../../src/index.js'
import { vaultWorld } from '../fixtures/vault-world.js'
import { connectionTo, type RevokingProvider, revokingProvider, WAYS } from '../oauth/revoking-provider.js'

/** A machine that does much else is slow. */
const PATIENCE = { timeout: 40_000 }

let provider: RevokingProvider
beforeAll(async () => {
  provider = await revokingProvider()
})
afterAll(() => provider.close())

const NAMES = ['slack', 'github', 'facebook', 'google'] as const

async function connected(connection: ConnectionInput, options: Partial<VaultOptions> = {}) {
  provider.revocations.length = 0
  const world = vaultWorld()
  const vault = world.vault({ connections: [connection], fetch: (input, init) => fetch(input, init), ...options })
  await connect(vault, connection.connectionId)
  return { world, vault, user: { connectionId: connection.connectionId, userId: 'alice' } }
}

async function connect(vault: Vault, connectionId: string): Promise<void> {
  const redirectUri = 'https://app.example/callback'
  const flow = await vault.authorization.start({ connectionId, userId: 'alice', redirectUri })
  await vault.authorization.complete({ callbackUrl: `${redirectUri}?code=c1&state=${flow.state}`, flowBinding: flow.flowBinding })
}

describe('a provider that revokes in its own way', () => {
  it.each(NAMES)('%s takes the request as it is sent, and the grant has ended', async (way) => {
    const { vault, user, world } = await connected(connectionTo(provider.origin, way))
    expect(provider.liveGrants()).toBe(1)
    await vault.disconnect(user)
    await vi.waitFor(() => expect(provider.liveGrants()).toBe(0), PATIENCE)
    await vault.close()
    expect(provider.revocations.length).toBeGreaterThan(0)
    expect(world.logLines).toEqual([])
    expect(JSON.stringify(provider.revocations)).not.toContain('canary')
  })

  it.each(['slack', 'github', 'facebook'] as const)(
    '%s, whose access token ended long ago, is asked for another one to end the grant with',
    async (way) => {
      const { vault, user, world } = await connected(connectionTo(provider.origin, way))
      provider.endAccessTokens()
      await vault.disconnect(user)
      await vi.waitFor(() => expect(provider.liveGrants()).toBe(0), PATIENCE)
      await vault.close()
      expect(provider.revocations).toHaveLength(2)
      expect(world.logLines).toEqual([])
    },
  )

  it.each(NAMES)('%s is asked again when it says later, and no sooner', async (way) => {
    const { vault, user, world } = await connected(connectionTo(provider.origin, way))
    provider.failNext(429, { 'retry-after': '20' })
    await vault.disconnect(user)
    await vi.waitFor(() => expect(provider.revocations).toHaveLength(1), PATIENCE)
    await world.clock.advance(19_000)
    expect(provider.liveGrants()).toBe(1)
    await world.clock.advance(2_000)
    await vi.waitFor(() => expect(provider.liveGrants()).toBe(0), PATIENCE)
    await vault.close()
  })

  it('has the new tokens kept before they are used: a process that dies in between leaves them to the next', async () => {
    const store = memoryStore()
    let added = 0
    // Faulty: the process that added the second job does not live to work it off.
    const faulty = {
      ...store.outbox,
      add: async (jobs: Parameters<typeof store.outbox.add>[0]) => {
        added += 1
        await store.outbox.add(jobs)
        throw new Error('The process died.')
      },
    }
    const connection = connectionTo(provider.origin, 'github')
    const { vault, user, world } = await connected(connection, { store: { ...store, outbox: faulty } })
    provider.endAccessTokens()
    provider.failNext(404)
    await vault.disconnect(user)
    await vi.waitFor(() => expect(added).toBe(1), PATIENCE)
    expect(provider.liveGrants()).toBe(1)
    const next = world.vault({ store, connections: [connection], fetch: (input, init) => fetch(input, init) })
    await next.sweep()
    await vi.waitFor(() => expect(provider.liveGrants()).toBe(0), PATIENCE)
    await Promise.all([vault.close(), next.close()])
  })

  it('that does not take the request is not asked again, and the log says where to look', async () => {
    const connection = connectionTo(provider.origin, 'google')
    const { vault, user, world } = await connected({ ...connection, revocation: { url: `${provider.origin}/google/revoke` } })
    await vault.disconnect(user)
    await vi.waitFor(() => expect(world.logLines).toHaveLength(1), PATIENCE)
    await vault.close()
    expect(world.logLines).toEqual([
      [
        expect.stringContaining('Look at `revocation` of the connection'),
        { connectionId: 'google', jobId: expect.any(String), status: 400 },
      ],
    ])
    expect(provider.revocations).toEqual(['POST /google/revoke 400'])
  })
})

describe('a connection in the store', () => {
  it('keeps how its provider revokes, and reaches it by the fetch for stored connections alone', async () => {
    const before = provider.liveGrants()
    const { connectionId: _id, ...github } = connectionTo(provider.origin, 'github')
    const world = vaultWorld()
    const guarded: string[] = []
    const vault = world.vault({
      fetch: () => Promise.reject(new Error('Not for stored connections.')),
      fetchForStoredConnections: async (input, init) => {
        guarded.push(new URL(new Request(input, init).url).pathname)
        return fetch(input, init)
      },
    })
    const info = await vault.connections.create({ connectionId: 'stored', ...github })
    expect(info.revocation).toEqual(github.revocation)
    await connect(vault, 'stored')
    await vault.disconnect({ connectionId: 'stored', userId: 'alice' })
    await vi.waitFor(() => expect(guarded).toContain('/github/applications/client-1/grant'), PATIENCE)
    await vi.waitFor(() => expect(provider.liveGrants()).toBe(before), PATIENCE)
    await vault.close()
  })

  it('does not send its secret to another revocation URL unless it is given again', async () => {
    const { connectionId: _id, ...github } = connectionTo(provider.origin, 'github')
    const vault = vaultWorld().vault()
    await vault.connections.create({ connectionId: 'stored', ...github })
    const revocation = { ...WAYS.github(provider.origin), url: 'https://thief.example/grant' }
    await expect(vault.connections.update('stored', { revocation })).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { clientSecret: expect.any(String) } },
    })
    await vault.connections.update('stored', { revocation, clientSecret: 'given-again' })
    await vault.connections.update('stored', { revocation: { ...revocation, method: 'POST' } })
    expect((await vault.connections.get('stored')).clientSecret?.reveal()).toBe('given-again')
  })
})
