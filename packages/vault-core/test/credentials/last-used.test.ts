import { describe, expect, it } from 'vitest'
import { createLastUsed } from '../../src/credentials/last-used.js'
import type { CredentialKey, VaultOptions } from '../../src/index.js'
import { silentLog } from '../../src/log.js'
import { failingStore, interceptedStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const MIN = 60_000
/** When it is used: often around the end of the hour. */
const MINUTES = [0, 1, 30, 58, 59, 60, 61, 62, 90, 119]

/** Users who have connected, and the calls by which uses are noted. */
async function watched(users: readonly string[], options: Partial<VaultOptions> = {}) {
  const world = vaultWorld()
  const touches: (readonly string[])[] = []
  const store = interceptedStore(world.store, async (call, work, args) => {
    if (call === 'credentials.touch') touches.push((args[0] as { keys: readonly CredentialKey[] }).keys.map(({ userId }) => userId))
    return work()
  })
  const vault = world.vault({ store, background: true, ...options })
  for (const userId of users) await world.connect(vault, userId)
  const use = (userId: string): Promise<unknown> => vault.getCredentials({ ...ALICE, userId })
  const lastUsedAt = async (userId: string) => (await vault.getCredentialInfo({ ...ALICE, userId })).lastUsedAt
  return { world, vault, touches, use, lastUsedAt }
}

const isWithin =
  (fromMs: number, toMs: number) =>
  (date: unknown): boolean =>
    date instanceof Date && date.getTime() >= fromMs && date.getTime() <= toMs

describe('when a credential was last used', () => {
  it('is noted behind the hand-outs, those of a moment together', async () => {
    const { world, touches, use, lastUsedAt } = await watched(['alice', 'bob', 'carol'])
    for (const userId of ['alice', 'bob', 'alice', 'alice']) await use(userId)
    expect(touches).toEqual([])
    await world.clock.advance(1_000)
    await expect.poll(() => touches).toEqual([['alice', 'bob']])
    // A pass of the sweeper, which begins at any moment, may come before the second is over.
    await expect.poll(() => lastUsedAt('bob')).toSatisfy(isWithin(world.clock.now() - 1_000, world.clock.now()))
    expect(await lastUsedAt('alice')).toEqual(await lastUsedAt('bob'))
    expect(await lastUsedAt('carol')).toBeUndefined()
  })

  it('is noted at most once an hour, by however many processes', async () => {
    const world = vaultWorld()
    await world.connect(world.vault())
    const touches: number[] = []
    const store = interceptedStore(world.store, async (call, work) => {
      if (call === 'credentials.touch') touches.push(world.clock.now())
      return work()
    })
    const key = { tenant: 'default', ...ALICE, accountId: 'default' }
    const processes = [1, 2].map(() =>
      createLastUsed({ credentials: store.credentials, clock: world.clock, log: silentLog, background: true }),
    )
    const beganAtMs = world.clock.now()
    for (const [index, minute] of MINUTES.entries()) {
      const row = await world.store.credentials.get(key)
      if (!row) throw new Error('There is no row.')
      for (const process of processes) process.note(row)
      await world.clock.advance(((MINUTES[index + 1] ?? 120) - minute) * MIN)
    }
    // At the first use each of them, as the row said nothing yet; then whoever comes first after an hour, and with it the other.
    expect(touches.map((atMs) => (atMs - beganAtMs) / MIN).map(Math.floor)).toEqual([0, 0, 61, 61])
  })

  it('is noted in the sweep, and when the vault closes, where nothing runs behind a request', async () => {
    const { world, vault, touches, use, lastUsedAt } = await watched(['alice', 'bob'], { background: false })
    await use('alice')
    await world.clock.advance(MIN)
    expect(await lastUsedAt('alice')).toBeUndefined()
    await vault.sweep()
    expect(await lastUsedAt('alice')).toEqual(new Date(world.clock.now()))
    await use('bob')
    await vault.close()
    expect(touches).toEqual([['alice'], ['bob']])
  })

  it('changes nothing else of the row, and no refresh in flight', async () => {
    const { world, use } = await watched(['alice'])
    const key = { tenant: 'default', ...ALICE, accountId: 'default' }
    const before = await world.store.credentials.get(key)
    await use('alice')
    await world.clock.advance(1_000)
    await expect.poll(async () => (await world.store.credentials.get(key))?.lastUsedAtMs).not.toBeNull()
    expect(await world.store.credentials.get(key)).toEqual({ ...before, lastUsedAtMs: expect.any(Number) })
  })

  it('is told of no call that was refused, and of none that shows or lists', async () => {
    const { world, vault, touches } = await watched(['alice'])
    await expect(vault.getCredentials(ALICE, { requiredScopes: ['none'] })).rejects.toMatchObject({ code: 'insufficient_scope' })
    await vault.getCredentialInfo(ALICE)
    await vault.listCredentials()
    await world.clock.advance(MIN)
    expect(touches).toEqual([])
  })

  it('is noted with the next use, where the store did not take it', async () => {
    const world = vaultWorld()
    const failing = failingStore(world.store, (call) => call === 'credentials.touch')
    const vault = world.vault({ store: failing.store, background: true })
    await world.connect(vault)
    failing.isDown = true
    await vault.getCredentials(ALICE)
    await world.clock.advance(2_000)
    await settle()
    failing.isDown = false
    await vault.getCredentials(ALICE)
    await world.clock.advance(1_000)
    const lastUsedAt = async (): Promise<Date | undefined> => (await vault.getCredentialInfo(ALICE)).lastUsedAt
    await expect.poll(lastUsedAt).toSatisfy(isWithin(world.clock.now() - 1_000, world.clock.now()))
    expect(JSON.stringify(world.logLines)).not.toContain('"error"')
  })
})

describe('one hand-out', () => {
  it('of the default account costs one read of its key, of another account one read of two', async () => {
    const world = vaultWorld()
    const calls: string[] = []
    const store = interceptedStore(world.store, async (call, work) => {
      calls.push(call)
      return work()
    })
    const vault = world.vault({ store })
    await world.connect(vault)
    await vault.getCredentials(ALICE)
    calls.length = 0
    for (let count = 0; count < 3; count += 1) await vault.getCredentials(ALICE)
    expect(calls).toEqual(['credentials.get', 'credentials.get', 'credentials.get'])
    calls.length = 0
    await expect(vault.getCredentials({ ...ALICE, accountId: 'b' })).rejects.toMatchObject({ code: 'credential_not_found' })
    expect(calls).toEqual(['credentials.getMany'])
  })
})
