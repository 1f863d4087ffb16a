import { describe, expect, it } from 'vitest'
import type { CredentialRow, Vault, VaultStore } from '../../src/index.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

const TENANT = 'default'

async function connected(...users: readonly string[]) {
  const world = vaultWorld()
  const vault = world.vault()
  for (const userId of users) await world.connect(vault, userId)
  return { world, vault }
}

async function rowsOf({ credentials }: VaultStore, userId: string): Promise<readonly CredentialRow[]> {
  return (await credentials.list({ tenant: TENANT, userId, limit: 100 })).items
}

async function backupOf({ store }: VaultWorld, userId: string): Promise<CredentialRow> {
  const [row] = await rowsOf(store, userId)
  if (!row) throw new Error('There is no row.')
  return row
}

const dataKeyOf = ({ store }: VaultWorld, userId: string) => store.documents.get({ tenant: TENANT, kind: 'data_key', id: userId })

describe('forgetUser', () => {
  it('removes rows and data keys, revokes at the provider, and leaves others alone', async () => {
    const { world, vault } = await connected('alice', 'bob')
    await vault.forgetUser('alice')
    await settle()
    expect(await rowsOf(world.store, 'alice')).toEqual([])
    expect(await dataKeyOf(world, 'alice')).toBeNull()
    expect(world.provider.revocations).toEqual(['refresh_token', 'access_token'])
    expect(world.events.at(-1)).toMatchObject({ type: 'user_forgotten', userId: 'alice', credentials: 1 })
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
    expect((await vault.getCredentials({ ...ALICE, userId: 'bob' })).accessToken).toBe('canary-access-2')
  })

  it('leaves a backup of the database unreadable: rows put back do not open without the key', async () => {
    const { world, vault } = await connected('alice')
    const backup = await backupOf(world, 'alice')
    await vault.forgetUser('alice')
    await world.store.credentials.insert({ ...backup, attemptId: 'restore' })
    for (const each of [vault, world.vault()]) await expect(each.getCredentials(ALICE)).rejects.toMatchObject({ code: 'decryption_failed' })
    const bytes = new TextDecoder('latin1').decode(Uint8Array.from([...(backup.accessToken ?? []), ...(backup.refreshToken ?? [])]))
    expect(bytes).not.toContain('canary')
  })

  it('leaves no new keys of his where a call had read his row before', async () => {
    const { world, vault } = await connected('alice')
    const { credentials } = world.store
    let goOn = (): void => undefined
    const slow: VaultStore = {
      ...world.store,
      credentials: {
        ...credentials,
        async get(...args) {
          const row = await credentials.get(...args)
          await new Promise<void>((resolve) => (goOn = resolve))
          return row
        },
      },
    }
    const late = expect(world.vault({ store: slow }).getCredentials(ALICE)).rejects.toMatchObject({ code: 'decryption_failed' })
    await settle()
    await vault.forgetUser('alice')
    goOn()
    await late
    expect(await dataKeyOf(world, 'alice')).toBeNull()
  })

  it('leaves no new keys of his where he was being refreshed, and revokes what that brings', async () => {
    const { world, vault } = await connected('alice')
    await world.clock.advance(2 * 3_600_000)
    const gate = world.provider.hold()
    const late = expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
    await settle()
    expect(world.provider.refreshes()).toBe(1)
    await vault.forgetUser('alice')
    const revoked = world.provider.revocations.length
    gate.open()
    await late
    await settle()
    expect(await dataKeyOf(world, 'alice')).toBeNull()
    expect(world.provider.revocations.length).toBeGreaterThan(revoked)
  })

  it.each([
    ['a read', 0, (vault: Vault) => vault.getCredentials(ALICE).catch(() => undefined)],
    ['a refresh', 2 * 3_600_000, (vault: Vault) => vault.getCredentials(ALICE).catch(() => undefined)],
    ['a sweep', 2 * 3_600_000, (vault: Vault) => vault.sweep()],
  ])('leaves no new keys of his after %s of a row that came back from a backup', async (_name, afterMs, work) => {
    const { world, vault } = await connected('alice')
    const backup = await backupOf(world, 'alice')
    await vault.forgetUser('alice')
    await world.store.credentials.insert({ ...backup, dueAtMs: world.clock.now(), attemptId: 'restore' })
    await world.clock.advance(afterMs)
    const requests = world.provider.refreshes()
    await work(world.vault())
    await settle()
    expect(await dataKeyOf(world, 'alice')).toBeNull()
    expect(world.provider.refreshes()).toBe(requests)
  })

  it('does no harm where there is nothing, and can be repeated', async () => {
    const { vault, world } = await connected('alice')
    await vault.forgetUser('nobody')
    await vault.forgetUser('alice')
    await vault.forgetUser('alice')
    expect(world.events.filter(({ type }) => type === 'user_forgotten')).toMatchObject([
      { credentials: 0 },
      { credentials: 1 },
      { credentials: 0 },
    ])
  })

  it('goes on where a failure ended it', async () => {
    const { world } = await connected('alice')
    const { credentials } = world.store
    const faulty: VaultStore = { ...world.store, credentials: { ...credentials, delete: () => Promise.reject(new Error('lost')) } }
    await expect(world.vault({ store: faulty }).forgetUser('alice')).rejects.toThrow('lost')
    expect(await rowsOf(world.store, 'alice')).toMatchObject([{ status: 'disconnected', refreshToken: null }])
    await world.vault().forgetUser('alice')
    expect(await rowsOf(world.store, 'alice')).toEqual([])
  })

  it('wins over a refresh in flight, and what it brings is revoked', async () => {
    const { world, vault } = await connected('alice')
    await world.clock.advance(2 * 3_600_000)
    const gate = world.provider.hold()
    const refreshed = expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
    await settle()
    await world.vault().forgetUser('alice')
    gate.open()
    await refreshed
    await settle()
    expect(await rowsOf(world.store, 'alice')).toEqual([])
    expect(world.provider.revocations.length).toBeGreaterThanOrEqual(2)
  })

  it('lets the user come back, also through a process that still has his old keys in memory', async () => {
    const { world, vault } = await connected('alice')
    await world.vault().forgetUser('alice')
    await world.connect(vault)
    // Long enough for every key in memory to be read anew.
    await world.clock.advance(6 * 60_000)
    for (const each of [vault, world.vault()]) expect((await each.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
  })

  it.each(['', 'a\0b', 'x'.repeat(256)])('refuses %j as a user', async (userId) => {
    const { vault } = await connected()
    await expect(vault.forgetUser(userId)).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { userId: expect.any(String) } },
    })
  })
})

describe('a new consent', () => {
  it('is taken though the old credential does not open any more', async () => {
    const { world, vault } = await connected('alice')
    const document = await dataKeyOf(world, 'alice')
    await world.store.documents.delete({ tenant: TENANT, kind: 'data_key', id: 'alice' }, document?.version ?? 0)
    const fresh = world.vault()
    await expect(fresh.getCredentials(ALICE)).rejects.toMatchObject({ code: 'decryption_failed' })
    await world.connect(fresh)
    expect((await fresh.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    await vault.close()
  })
})
