import { describe, expect, it } from 'vitest'
import type { Vault, VaultOptions } from '../../src/index.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

const HOUR = 3_600_000
const credentialCache = { maxAgeMs: 5_000 }

/** A vault that counts its reads of credentials, and others over the same store. */
async function cachingVault(options: Partial<VaultOptions> = { credentialCache }) {
  const world = vaultWorld()
  const counts = { reads: 0 }
  const store = interceptedStore(world.store, async (call, work) => {
    if (call === 'credentials.get' || call === 'credentials.getMany') counts.reads += 1
    return work()
  })
  const vault = world.vault({ store, ...options })
  const other = world.vault()
  await world.connect(other)
  return { world, vault, other, counts }
}

const tokenOf = async (vault: Vault, options = {}) => (await vault.getCredentials(ALICE, options)).accessToken

describe('credentials that were read a moment ago', () => {
  it('are not read again until their age has come, and without the option each time', async () => {
    const { world, vault, other, counts } = await cachingVault()
    const token = await tokenOf(other)
    for (let times = 0; times < 5; times++) expect(await tokenOf(vault)).toBe(token)
    expect(counts.reads).toBe(1)
    await world.clock.advance(4_999)
    await tokenOf(vault)
    expect(counts.reads).toBe(1)
    await world.clock.advance(1)
    await tokenOf(vault)
    expect(counts.reads).toBe(2)

    const always = await cachingVault({})
    for (let times = 0; times < 3; times++) await tokenOf(always.vault)
    expect(always.counts.reads).toBe(3)
  })

  it('are read again at once after what this vault did to them, and no later than promised after what others did', async () => {
    const { world, vault, other } = await cachingVault()
    const first = await tokenOf(vault)
    const second = await tokenOf(vault, { forceRefresh: true })
    expect(second).not.toBe(first)
    expect(await tokenOf(vault)).toBe(second)

    await world.clock.advance(60_000)
    await tokenOf(vault)
    const third = await tokenOf(other, { forceRefresh: true })
    expect(await tokenOf(vault)).toBe(second)
    await world.clock.advance(5_000)
    expect(await tokenOf(vault)).toBe(third)

    await other.disconnect(ALICE)
    expect(await tokenOf(vault)).toBe(third)
    await world.clock.advance(5_000)
    await expect(tokenOf(vault)).rejects.toMatchObject({ code: 'credential_not_found' })

    await world.connect(other)
    await tokenOf(vault)
    await vault.disconnect(ALICE)
    await expect(tokenOf(vault)).rejects.toMatchObject({ code: 'credential_not_found' })
  })

  it('are never all that is asked where they do not suffice', async () => {
    const { world, vault, other, counts } = await cachingVault({ credentialCache: { maxAgeMs: 60_000 } })
    const { fingerprint } = await vault.getCredentials(ALICE)
    const readsBy = async (call: () => Promise<unknown>) => {
      await tokenOf(vault)
      const before = counts.reads
      await call().catch(() => undefined)
      return counts.reads - before
    }
    expect(await readsBy(() => tokenOf(vault))).toBe(0)
    expect(await readsBy(() => tokenOf(vault, { requiredScopes: ['files.read'] }))).toBe(0)
    expect(await readsBy(() => tokenOf(vault, { requiredScopes: ['mail'] }))).toBeGreaterThan(0)
    expect(await readsBy(() => tokenOf(vault, { rejected: fingerprint }))).toBeGreaterThan(0)
    expect(await readsBy(() => tokenOf(vault, { forceRefresh: true }))).toBeGreaterThan(0)
    await world.clock.advance(540_000)
    expect(await readsBy(() => tokenOf(vault, { minValidityMs: 0.8 * HOUR }))).toBeGreaterThan(0)
    // Refreshed behind.
    await settle()

    // The token is good for 30 s more without a refresh when it is read, and then another process may have refreshed it.
    await tokenOf(other, { forceRefresh: true })
    await world.clock.advance(3_210_000)
    const old = await tokenOf(vault)
    const fresh = await tokenOf(other, { forceRefresh: true })
    expect(await tokenOf(vault)).toBe(old)
    await world.clock.advance(40_000)
    expect(await tokenOf(vault)).toBe(fresh)
  })

  it('are not kept of a read that a change overtook, or a later read', async () => {
    const world = vaultWorld()
    const held: (() => void)[] = []
    let holds = false
    const store = interceptedStore(world.store, async (call, work) => {
      const result = await work()
      if (call === 'credentials.get' && holds) await new Promise<void>((resolve) => held.push(resolve))
      return result
    })
    const vault = world.vault({ store, credentialCache })
    const other = world.vault()
    await world.connect(other)

    holds = true
    const early = tokenOf(vault)
    await expect.poll(() => held.length).toBe(1)
    holds = false
    const second = await tokenOf(vault, { forceRefresh: true })
    held[0]?.()
    await early
    expect(await tokenOf(vault)).toBe(second)

    await world.clock.advance(60_000)
    holds = true
    const old = tokenOf(vault)
    await expect.poll(() => held.length).toBe(2)
    holds = false
    const third = await tokenOf(other, { forceRefresh: true })
    expect(await tokenOf(vault)).toBe(third)
    held[1]?.()
    await old
    expect(await tokenOf(vault)).toBe(third)
  })

  it('are as many as was said: the first that was read goes first', async () => {
    const { world, vault, other, counts } = await cachingVault({ credentialCache: { maxAgeMs: 5_000, maxEntries: 2 } })
    const users = ['alice', 'bob', 'carol']
    for (const userId of users) await world.connect(other, userId)
    for (const userId of users) await vault.getCredentials({ ...ALICE, userId })
    counts.reads = 0
    for (const userId of ['bob', 'carol', 'alice']) await vault.getCredentials({ ...ALICE, userId })
    expect(counts.reads).toBe(1)
  })

  it('note their use once an hour, as all do', async () => {
    const { world, vault } = await cachingVault()
    const touches: unknown[] = []
    const store = interceptedStore(world.store, async (call, work) => {
      if (call === 'credentials.touch') touches.push(call)
      return work()
    })
    const noting = world.vault({ store, credentialCache })
    await tokenOf(noting)
    await noting.sweep()
    for (let times = 0; times < 3; times++) await tokenOf(noting)
    await noting.sweep()
    expect(touches).toHaveLength(1)
    expect((await vault.getCredentialInfo(ALICE)).lastUsedAt).toBeDefined()
  })

  it.each([-1, 1.5, 1_000_001])('nor are %d opened tokens taken for a number of them', (maxOpenedTokens) => {
    expect(() => vaultWorld().vault({ maxOpenedTokens })).toThrow('`maxOpenedTokens` must be a whole number')
  })

  it.each<[Partial<NonNullable<VaultOptions['credentialCache']>>, string]>([
    [{}, '`maxAgeMs` of 1 to 60,000'],
    [{ maxAgeMs: 0 }, '`maxAgeMs` of 1 to 60,000'],
    [{ maxAgeMs: 60_001 }, '`maxAgeMs` of 1 to 60,000'],
    [{ maxAgeMs: 1, maxEntries: 0 }, '`maxEntries` of 1 to 1,000,000'],
  ])('are refused options %j', (options, words) => {
    const { vault }: VaultWorld = vaultWorld()
    expect(() => vault({ credentialCache: options as NonNullable<VaultOptions['credentialCache']> })).toThrow(words)
  })
})
