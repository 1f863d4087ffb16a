import { describe, expect, it } from 'vitest'
import type { VaultOptions } from '../../src/index.js'
import type { StoreCapabilities } from '../../src/storage/contract.js'
import { json } from '../fixtures/faulty-provider.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const KEY = { tenant: 'default', connectionId: 'drive', userId: 'alice', accountId: 'default' }

describe('listCredentials', () => {
  it('shows what may be shown, by pages, and opens no sealed value', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    for (const userId of ['alice', 'bob', 'carol']) await world.connect(vault, userId)
    const first = await vault.listCredentials({ limit: 2 })
    const second = await vault.listCredentials({ limit: 2, ...(first.cursor !== undefined && { cursor: first.cursor }) })
    expect([...first.items, ...second.items].map(({ userId }) => userId)).toEqual(['alice', 'bob', 'carol'])
    expect(first.items[0]).toEqual({
      connectionId: 'drive',
      userId: 'alice',
      accountId: 'default',
      label: undefined,
      isDefault: true,
      status: 'active',
      statusSince: new Date(world.clock.now()),
      reason: undefined,
      message: 'Connected.',
      scope: 'files.read',
      hasRefreshToken: true,
      expiresAt: new Date(world.clock.now() + 3_600_000),
      connectedAt: new Date(world.clock.now()),
      lastRefreshedAt: undefined,
      lastUsedAt: undefined,
    })
  })

  it.each([0, -1, 1.5, 1_001])('refuses limit %s', async (limit) => {
    await expect(vaultWorld().vault().listCredentials({ limit })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('shows a damaged row as quarantined, and the others as they are', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    for (const userId of ['alice', 'bob']) await world.connect(vault, userId)
    await world.store.credentials.update({ key: KEY, attemptId: 'damage', expect: { version: 1 }, set: { data: '{broken' } })
    expect((await vault.listCredentials()).items).toMatchObject([
      { userId: 'alice', status: 'quarantined', reason: 'damaged' },
      { userId: 'bob', status: 'active' },
    ])
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'decryption_failed' })
    expect((await vault.getCredentials({ ...ALICE, userId: 'bob' })).accessToken).toBe('canary-access-2')
    await vault.disconnect(ALICE)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
  })
})

describe('a value that was tampered with', () => {
  it('is refused for that credential alone, and not deleted', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    for (const userId of ['alice', 'bob']) await world.connect(vault, userId)
    const bob = await world.store.credentials.get({ ...KEY, userId: 'bob' })
    await world.store.credentials.update({
      key: KEY,
      attemptId: 'swap',
      expect: { version: 1 },
      set: { accessToken: bob?.accessToken ?? null },
    })
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'decryption_failed' })
    expect((await vault.getCredentials({ ...ALICE, userId: 'bob' })).accessToken).toBe('canary-access-2')
    expect(await world.store.credentials.get(KEY)).not.toBeNull()
  })
})

describe('tenants over one store', () => {
  it('see nothing of each other', async () => {
    const world = vaultWorld()
    const [one, other] = [world.vault(), world.vault({ tenant: 'other' })]
    await world.connect(one)
    await expect(other.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
    expect((await other.listCredentials()).items).toEqual([])
    const { clientId } = await one.serviceClients.create({ name: 'job' })
    await expect(other.serviceClients.get(clientId)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('connecting again', () => {
  it('replaces the credential, and moves the epoch on', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    await world.connect(vault)
    await world.connect(vault)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    expect(await world.store.credentials.get(KEY)).toMatchObject({ epoch: 2, version: 2 })
  })

  it('after a disconnect moves the epoch on too, so that nothing of the old grant opens in the new', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    await world.connect(vault)
    await vault.disconnect(ALICE)
    await world.connect(vault)
    expect(await world.store.credentials.get(KEY)).toMatchObject({ epoch: 3, status: 'active' })
  })

  it('to a provider that sends no usable token stores nothing', async () => {
    const world = vaultWorld()
    const vault = world.vault({ fetch: async () => json(200, { access_token: 'a', token_type: 'mac', refresh_token: 'r' }) })
    await expect(world.connect(vault)).rejects.toMatchObject({ code: 'authorization_response_invalid' })
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
  })
})

describe('a revocation that the provider does not take', () => {
  it('is repeated until it does', async () => {
    const world = vaultWorld()
    let down = true
    const vault = world.vault({
      fetch: async (input, init) => {
        if (down && new Request(input, init).url.endsWith('/revoke')) return json(503, { error: 'temporarily_unavailable' })
        return world.provider.fetch(input, init)
      },
    })
    await world.connect(vault)
    await vault.disconnect(ALICE)
    await world.clock.advance(10_000)
    expect(world.provider.revocations).toEqual([])
    down = false
    await world.clock.advance(600_000)
    expect(world.provider.revocations).toEqual(['refresh_token', 'access_token'])
  })

  it('does not hold up the closing of the vault', async () => {
    const world = vaultWorld()
    const vault = world.vault({
      fetch: async (input, init) =>
        new Request(input, init).url.endsWith('/revoke') ? json(503, { error: 'x' }) : world.provider.fetch(input, init),
    })
    await world.connect(vault)
    await vault.disconnect(ALICE)
    await settle()
    await vault.close()
    expect(world.provider.revocations).toEqual([])
  })
})

describe('createVault', () => {
  it('refuses a store that promises less than is asked of it, and takes one that promises it', () => {
    const { store } = vaultWorld()
    const asking = (capabilities: StoreCapabilities) => () =>
      vaultWorld().vault({ store: { ...store, capabilities }, requiredStoreCapabilities: ['durable', 'crossProcess'] })
    expect(asking({ durable: true, crossProcess: false })).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', message: expect.stringContaining('does not promise `crossProcess`') }),
    )
    expect(asking({ durable: true, crossProcess: true })).not.toThrow()
  })

  it('refuses what is no store, keyring, logger, listener or clock: a factory that was not called, a promise, a key by itself', () => {
    const { store } = vaultWorld()
    const options = { store: Promise.resolve(store), keyring: 'a key', log: { info: () => undefined }, on: {}, clock: Date.now } as never
    expect(() => vaultWorld().vault(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        facts: {
          fields: {
            store: expect.stringContaining('`sqliteStore({ path })`'),
            keyring: expect.stringContaining('`localKeyring([{ id, key }])`'),
            log: expect.stringContaining('`warn`'),
            on: expect.stringContaining('function'),
            clock: expect.stringContaining('`monotonic`'),
          },
        },
      }),
    )
    const factory = { store: () => store, requiredStoreCapabilities: ['durable'] } as never
    expect(() => vaultWorld().vault(factory)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })

  it('refuses an option that it does not know, and takes one that is undefined', () => {
    const options = { requiredStoreCapability: ['durable'], tenent: 'acme' } as never
    expect(() => vaultWorld().vault(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        facts: {
          fields: {
            requiredStoreCapability: 'is unknown; did you mean `requiredStoreCapabilities`?',
            tenent: 'is unknown; did you mean `tenant`?',
          },
        },
      }),
    )
    // None of those that there are is unknown: the compiler sees to it that all are here.
    const all: Record<keyof VaultOptions, undefined> = {
      store: undefined,
      keyring: undefined,
      connections: undefined,
      tenant: undefined,
      accountId: undefined,
      callerWaitMs: undefined,
      requiredStoreCapabilities: undefined,
      background: undefined,
      journal: undefined,
      maxConcurrentRefreshes: undefined,
      credentialCache: undefined,
      maxOpenedTokens: undefined,
      primitives: undefined,
      cipherSuite: undefined,
      clock: undefined,
      random: undefined,
      fetch: undefined,
      fetchForStoredConnections: undefined,
      log: undefined,
      on: undefined,
      webhooks: undefined,
      audit: undefined,
      eventKeepers: undefined,
      instrumentation: undefined,
    }
    const { store, keyring, connections, ...others } = all
    expect(() => vaultWorld().vault(others as never)).not.toThrow()
  })

  it('names every bad option in one error', () => {
    const options = { store: undefined, keyring: undefined, connections: undefined, tenant: '', callerWaitMs: 0 } as never
    expect(() => vaultWorld().vault(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        facts: {
          fields: {
            store: expect.any(String),
            keyring: expect.any(String),
            connections: expect.any(String),
            tenant: expect.any(String),
            callerWaitMs: expect.any(String),
          },
        },
      }),
    )
  })

  it('goes on when what the event listener does in the background fails', async () => {
    const world = vaultWorld()
    const vault = world.vault({
      on: async ({ type }) => {
        throw new Error(`listener of ${type}`)
      },
    })
    await world.connect(vault)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    await settle()
    expect(world.logLines).toContainEqual([
      'The event listener threw. The vault goes on.',
      { type: 'connected', err: expect.objectContaining({ message: 'listener of connected' }) },
    ])
  })

  it('goes on when the event listener throws', async () => {
    const world = vaultWorld()
    const vault = world.vault({
      on: () => {
        throw new Error('listener')
      },
    })
    await world.connect(vault)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
  })
})
