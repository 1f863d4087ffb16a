import { describe, expect, it } from 'vitest'
import type { Credentials, Vault, VaultOptions } from '../src/index.js'
import { json } from './fixtures/faulty-provider.js'
import { type FailingStore, failingStore } from './fixtures/intercepted-store.js'
import { settle } from './fixtures/manual-clock.js'
import { memoryJournal } from './fixtures/memory-journal.js'
import { ALICE, type VaultWorld, vaultWorld } from './fixtures/vault-world.js'

const S = 1_000
const CLOSED = { code: 'store_unavailable', facts: { reason: 'closed' } }

interface Scene {
  readonly world: VaultWorld
  /** The vault that is to be closed; the store of the world stays open for others. */
  readonly vault: Vault
  readonly link: FailingStore
  /** How often the vault closed its store. */
  readonly closings: () => number
}

/** Alice's token has ended. */
async function expired(options: Partial<VaultOptions> = {}): Promise<Scene> {
  const world = vaultWorld()
  await world.connect(world.vault())
  await world.clock.advance(7_200 * S)
  const link = failingStore(world.store, (call) => call === 'credentials.update')
  let closings = 0
  const store = {
    ...link.store,
    close: async () => {
      closings += 1
    },
  }
  return { world, link, vault: world.vault({ store, ...options }), closings: () => closings }
}

/** Whether a promise has settled, and how. */
function watch<T>(promise: Promise<T>): { readonly settled: () => boolean; readonly end: () => unknown } {
  let end: unknown = PENDING
  promise.then(
    (value) => {
      end = value
    },
    (error: unknown) => {
      end = error
    },
  )
  return { settled: () => end !== PENDING, end: () => end }
}

const PENDING = Symbol('pending')
const tokenOf = (end: unknown): string => (end as Credentials).accessToken

describe('close', () => {
  it('waits for a refresh under way, whose caller gets his token', async () => {
    const { world, vault, closings } = await expired()
    const gate = world.provider.hold()
    const call = watch(vault.getCredentials(ALICE))
    await settle()
    const closing = watch(vault.close())
    await world.clock.advance(9 * S)
    expect([closing.settled(), call.settled(), closings()]).toEqual([false, false, 0])
    gate.open()
    await settle()
    expect(closing.settled()).toBe(true)
    expect(tokenOf(call.end())).toBe('canary-access-2')
    expect(closings()).toBe(1)
    expect((await world.vault().getCredentials(ALICE)).accessToken).toBe('canary-access-2')
  })

  it('harvests an answer that comes within the 30 s, though its caller has left', async () => {
    const { world, vault } = await expired()
    const gate = world.provider.hold()
    const call = watch(vault.getCredentials(ALICE))
    await settle()
    const closing = watch(vault.close())
    await world.clock.advance(29 * S)
    expect(call.end()).toMatchObject({ code: 'provider_unavailable', facts: { reason: 'refresh_in_progress' } })
    expect(closing.settled()).toBe(false)
    gate.open()
    await settle()
    expect(closing.settled()).toBe(true)
    expect((await world.vault().getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    expect(world.provider.refreshes()).toBe(1)
  })

  it('waits no longer than 30 s, and does not abort the request even then: the answer goes into the journal', async () => {
    const journal = memoryJournal()
    const scene = await expired({ journal })
    const { world, vault, link } = scene
    const gate = world.provider.hold()
    watch(vault.getCredentials(ALICE))
    await settle()
    const closing = watch(vault.close())
    await world.clock.advance(30 * S)
    expect(closing.settled()).toBe(true)
    expect(scene.closings()).toBe(1)
    // A store that is closed takes nothing any more.
    link.isDown = true
    gate.open()
    await settle()
    expect(journal.entries.size).toBe(1)
    expect((await world.vault({ journal }).getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    expect(world.provider.refreshes()).toBe(1)
  })

  it.each(['with a journal', 'without one'])('while a write-back is repeated as the store is down, %s', async (which) => {
    const journal = memoryJournal()
    const { world, vault, link } = await expired(which === 'with a journal' ? { journal } : {})
    link.isDown = true
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    const closing = watch(vault.close())
    await world.clock.advance(29 * S)
    expect(closing.settled()).toBe(false)
    await world.clock.advance(S)
    expect(closing.settled()).toBe(true)
    expect(world.logLines).toContainEqual([
      expect.stringContaining('Without a journal the user may have to connect again'),
      expect.objectContaining({ connectionId: 'drive', userId: 'alice' }),
    ])
    await world.clock.advance(125 * S)
    const next = world.vault(which === 'with a journal' ? { journal } : {}).getCredentials(ALICE)
    if (which === 'with a journal') expect((await next).accessToken).toBe('canary-access-2')
    else await expect(next).rejects.toMatchObject({ facts: { reason: 'rotation_outcome_unknown' } })
  })

  it('while a write-back is repeated, ends as soon as the store has it', async () => {
    const { world, vault, link } = await expired()
    link.isDown = true
    await vault.getCredentials(ALICE)
    const closing = watch(vault.close())
    await world.clock.advance(10 * S)
    link.isDown = false
    await world.clock.advance(6 * S)
    expect(closing.settled()).toBe(true)
    expect((await world.vault().getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    expect(world.provider.refreshes()).toBe(1)
  })

  it('begins no refresh any more: not one that waits its turn, nor one that is asked for', async () => {
    const { world, vault } = await expired({ maxConcurrentRefreshes: 1 })
    await world.connect(world.vault(), 'bob')
    const answer = { access_token: 'canary-access-bob', refresh_token: 'canary-refresh-bob', token_type: 'Bearer', expires_in: 3_600 }
    world.provider.failNext({ when: 'before', respond: () => json(200, answer) })
    const gate = world.provider.hold()
    const bob = watch(vault.getCredentials({ ...ALICE, userId: 'bob' }, { forceRefresh: true }))
    await settle()
    const queued = watch(vault.getCredentials(ALICE))
    await settle()
    const closing = watch(vault.close())
    const asked = watch(vault.getCredentials({ ...ALICE, userId: 'bob' }, { forceRefresh: true }))
    await settle()
    gate.open()
    await settle()
    expect(closing.settled()).toBe(true)
    expect(tokenOf(bob.end())).toBe('canary-access-bob')
    // Who asks for the same shares what is under way.
    expect(tokenOf(asked.end())).toBe('canary-access-bob')
    expect(queued.end()).toMatchObject(CLOSED)
    expect(world.provider.refreshes()).toBe(1)
    // Nothing stands in the way of the next process.
    expect(await world.store.credentials.get({ tenant: 'default', ...ALICE, accountId: 'default' })).toMatchObject({
      lease: null,
      intent: null,
    })
  })

  it('lets who waits for the refresh of another process have its result', async () => {
    const { world, vault } = await expired()
    const gate = world.provider.hold()
    const other = watch(world.vault().getCredentials(ALICE))
    await settle()
    const call = watch(vault.getCredentials(ALICE))
    await settle()
    const closing = watch(vault.close())
    await world.clock.advance(S)
    expect([call.settled(), closing.settled()]).toEqual([false, false])
    gate.open()
    await world.clock.advance(S)
    expect([tokenOf(call.end()), tokenOf(other.end())]).toEqual(['canary-access-2', 'canary-access-2'])
    expect(closing.settled()).toBe(true)
    expect(world.provider.refreshes()).toBe(1)
  })

  it('sweeps no more', async () => {
    const { vault } = await expired()
    await vault.close()
    expect(await vault.sweep()).toEqual({ due: 0, refreshed: 0, failed: 0 })
  })

  it('twice, or twice at once, closes once', async () => {
    const { vault, closings } = await expired()
    await Promise.all([vault.close(), vault.close()])
    await vault.close()
    expect(closings()).toBe(1)
  })

  it('says what the store says when it fails to close, each time', async () => {
    const { world } = await expired()
    const store = { ...world.store, close: () => Promise.reject(new Error('disk full')) }
    const vault = world.vault({ store })
    await expect(vault.close()).rejects.toThrow('disk full')
    await expect(vault.close()).rejects.toThrow('disk full')
  })
})

describe('a vault that is closed', () => {
  const calls: readonly (readonly [string, (vault: Vault) => Promise<unknown>])[] = [
    ['getCredentials', (vault) => vault.getCredentials(ALICE)],
    ['listCredentials', (vault) => vault.listCredentials()],
    ['disconnect', (vault) => vault.disconnect(ALICE)],
    ['checkHealth', (vault) => vault.checkHealth()],
    ['authorization.start', (vault) => vault.authorization.start({ ...ALICE, redirectUri: 'https://app.example/callback' })],
    [
      'authorization.complete',
      (vault) => vault.authorization.complete({ callbackUrl: 'https://app.example/callback?code=c&state=s', flowBinding: 'b' }),
    ],
    [
      'permissions.authorize',
      (vault) => vault.permissions.authorize({ subject: 'alice', permission: 'READ', resource: 'Vault:Connections/drive' }),
    ],
    [
      'permissions.isAllowed',
      (vault) => vault.permissions.isAllowed({ subject: 'alice', permission: 'READ', resource: 'Vault:Connections/drive' }),
    ],
    ['accessRecords.list', (vault) => vault.accessRecords.list()],
    ['serviceClients.create', (vault) => vault.serviceClients.create({ name: 'job' })],
  ]

  it.each(calls)('refuses %s, without asking the store or the provider', async (_name, call) => {
    const world = vaultWorld()
    const vault = world.vault()
    await world.connect(vault)
    // What was read before must not answer either.
    await vault.permissions.isAllowed({ subject: 'alice', permission: 'READ', resource: 'Vault:Connections/drive' })
    await vault.close()
    const requests = world.provider.tokenRequests.length
    await expect(call(vault)).rejects.toMatchObject(CLOSED)
    expect(world.provider.tokenRequests).toHaveLength(requests)
  })

  it('hands out nothing that it holds in memory alone', async () => {
    const { world, vault, link } = await expired()
    link.isDown = true
    await vault.getCredentials(ALICE)
    const closing = watch(vault.close())
    await world.clock.advance(30 * S)
    expect(closing.settled()).toBe(true)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject(CLOSED)
  })
})
