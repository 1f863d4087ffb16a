import { describe, expect, it } from 'vitest'
import type { Journal, VaultOptions } from '../../src/index.js'
import { VaultError, type VaultStore } from '../../src/index.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const S = 1_000

/** A store that can be cut off, as one process sees it: then all it does of credentials and documents fails. Injects a fault; the store is real. */
function storeToCut(real: VaultStore): { readonly store: VaultStore; cut(): void; mend(): void } {
  let isCut = false
  const cuttable = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name, receiver) =>
        isCut && typeof Reflect.get(target, name, receiver) === 'function'
          ? () => Promise.reject(new VaultError('store_unavailable', 'The store is cut off.'))
          : Reflect.get(target, name, receiver),
    })
  return {
    store: { ...real, credentials: cuttable(real.credentials), documents: cuttable(real.documents) },
    cut: () => {
      isCut = true
    },
    mend: () => {
      isCut = false
    },
  }
}

/** Alice is connected with tokens of this life, and the process that refreshed them is cut off from the store before it could write. */
async function refreshedWhileCutOff(lifetimeS: number, options: Partial<VaultOptions> = {}) {
  const world = vaultWorld()
  world.provider.lifetimeS = lifetimeS
  const link = storeToCut(world.store)
  const vault = world.vault({ store: link.store, ...options })
  await world.connect(vault)
  await world.clock.advance(lifetimeS * S)
  const gate = world.provider.hold()
  const call = vault.getCredentials(ALICE)
  await settle()
  link.cut()
  gate.open()
  return { world, link, vault, credentials: await call }
}

describe('a process that is cut off from the store when its refresh is answered', () => {
  it('gives the new token for five minutes, and then no more: its user may have disconnected elsewhere', async () => {
    const { world, vault, credentials } = await refreshedWhileCutOff(3_600)
    await world.clock.advance(299 * S)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe(credentials.accessToken)
    await world.vault().disconnect(ALICE)
    await world.clock.advance(2 * S)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('writes the answer late, and nobody is told to connect again because of the token that it spent', async () => {
    const { world, link } = await refreshedWhileCutOff(60)
    await world.clock.advance(125 * S)
    const other = world.vault()
    const gate = world.provider.hold()
    const refused = expect(other.getCredentials(ALICE)).rejects.toMatchObject({
      code: 'provider_unavailable',
      facts: { reason: 'grant_changed' },
    })
    await settle()
    expect(world.provider.tokenRequests.at(-1)).toMatchObject({ grantType: 'refresh_token', newest: false })
    link.mend()
    await world.clock.advance(6 * S)
    gate.open()
    await refused
    expect((await other.listCredentials()).items).toMatchObject([{ status: 'active' }])
    expect(world.events.filter(({ type }) => type === 'reauthorization_required')).toEqual([])
  })

  it('hands out no older token than before, also to whoever says that an API refused the newest', async () => {
    const { link, vault, credentials } = await refreshedWhileCutOff(3_600)
    expect(credentials.accessToken).toBe('canary-access-2')
    // The store answers again, and has not got the new token yet.
    link.mend()
    expect((await vault.getCredentials(ALICE, { rejected: credentials.fingerprint })).accessToken).toBe('canary-access-2')
  })

  it('tells who says that an API refused the newest token that there is no other while the store is away', async () => {
    const { vault, credentials } = await refreshedWhileCutOff(3_600)
    expect((await vault.getCredentials(ALICE, { rejected: '0'.repeat(22) })).accessToken).toBe('canary-access-2')
    await expect(vault.getCredentials(ALICE, { rejected: credentials.fingerprint })).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

/** A third process takes over, and dies before it sends: the intent says `claimed` again. */
async function claimAndDie({ credentials }: VaultStore): Promise<void> {
  const key = { tenant: 'default', ...ALICE, accountId: 'default' }
  const version = (await credentials.get(key))?.version ?? 0
  const claim = { key, owner: 'third', attemptId: 'third', leaseMs: 45 * S, expectVersion: version, takeOverSentAfterMs: 120 * S }
  expect(await credentials.claim(claim)).toMatchObject({ outcome: 'claimed', row: { unresolvedSends: 1 } })
}

describe('the journal of a process that died', () => {
  it('is replayed before a token is sent that it has the successor of, also if the keys could not be had at first', async () => {
    const entries = new Map<string, Uint8Array>()
    const journal: Journal = {
      write: async (name, entry) => void entries.set(name, entry),
      read: async () => [...entries].map(([name, entry]) => ({ name, entry })),
      remove: async (name) => void entries.delete(name),
    }
    const { world } = await refreshedWhileCutOff(200, { journal })
    expect(entries.size).toBe(1)
    // The next process in its place sweeps while the store still fails; then somebody asks.
    const link = storeToCut(world.store)
    const next = world.vault({ store: link.store, journal })
    link.cut()
    await next.sweep()
    link.mend()
    await world.clock.advance(130 * S)
    await claimAndDie(world.store)
    await world.clock.advance(70 * S)
    const { accessToken } = await next.getCredentials(ALICE)
    expect(accessToken).toBe('canary-access-3')
    expect(world.provider.tokenRequests.at(-1)).toEqual({ grantType: 'refresh_token', newest: true })
    expect(world.provider.grantAlive).toBe(true)
    expect(entries.size).toBe(0)
  })
})
