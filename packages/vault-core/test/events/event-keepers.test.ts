import { describe, expect, it } from 'vitest'
import { VaultError, type VaultEvent, type VaultStore } from '../../src/index.js'
import { json } from '../fixtures/faulty-provider.js'
import { interceptedStore, storeStoppingAt } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { memoryJournal } from '../fixtures/memory-journal.js'
import { keptIn, recordingKeeper } from '../fixtures/recording-keeper.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

const HOUR = 3_600_000
const OPERATOR = { kind: 'operator', id: 'olivia' } as const
const TOKENS = { access_token: 'canary-access-x', refresh_token: 'canary-refresh-x', token_type: 'Bearer', expires_in: 3_600 }

/** As JSON has them: what is undefined is left out. */
const plain = (events: readonly VaultEvent[]): unknown => JSON.parse(JSON.stringify(events))
const typesIn = async (store: VaultStore): Promise<readonly string[]> => (await keptIn(store)).map(({ type }) => type)

/** A store whose writes can be looked at, or made to fail or to lose their acknowledgement. */
function watchedStore(real: VaultStore) {
  const watched = {
    /** Calls that brought companions along. */
    accompanied: [] as string[],
    fate: (_call: string): 'done' | 'refused' | 'unacknowledged' => 'done',
    store: interceptedStore(real, async (call, work, args) => {
      const fate = watched.fate(call)
      if (fate === 'refused') throw new VaultError('store_unavailable', 'The store is away.')
      const result = await work()
      if (JSON.stringify(args).includes('"also":{') || (call === 'credentials.insert' && args[1] !== undefined))
        watched.accompanied.push(call)
      if (fate === 'unacknowledged') throw new VaultError('store_unavailable', 'The acknowledgement was lost.')
      return result
    }),
  }
  return watched
}

function keptWorld() {
  const world = vaultWorld()
  const keeper = recordingKeeper()
  return { world, keeper, vault: world.vault({ eventKeepers: [keeper] }) }
}

/** A life from its beginning to its end: every kind of event that the core has, but those of callers. */
async function liveThrough(world: VaultWorld, vault = world.vault()): Promise<void> {
  await world.connect(vault)
  await world.clock.advance(2 * HOUR)
  world.provider.failNext({ when: 'before', respond: () => json(500, {}) })
  await vault.getCredentials(ALICE).catch(() => undefined)
  await world.clock.advance(HOUR)
  await vault.getCredentials(ALICE)
  await world.clock.advance(2 * HOUR)
  const narrower = { ...TOKENS, scope: 'profile', refresh_token_expires_in: 60 }
  world.provider.failNext({ when: 'before', respond: () => json(200, narrower) })
  await vault.getCredentials(ALICE)
  await world.clock.advance(2 * HOUR)
  world.provider.failNext({ when: 'before', respond: () => json(401, { error: 'invalid_client' }) })
  await vault.getCredentials(ALICE).catch(() => undefined)
  await settle()
  await world.clock.advance(HOUR)
  world.provider.failNext({ when: 'before', respond: () => json(400, { error: 'invalid_grant' }) })
  await vault.getCredentials(ALICE).catch(() => undefined)
  await settle()
  await world.connect(vault)
  await vault.disconnect(ALICE, { actor: OPERATOR })
  await world.connect(vault)
  const { clientId } = await vault.serviceClients.create({ name: 'job' })
  await vault.serviceClients.freeze(clientId, { actor: OPERATOR })
  await vault.serviceClients.unfreeze(clientId)
  await vault.rotateKeys({ actor: OPERATOR })
  await vault.forgetUser(ALICE.userId, { actor: OPERATOR })
  await settle()
}

describe('a keeper of events', () => {
  it('gets each that the listener is told, with the same id, once', async () => {
    const { world, keeper, vault } = keptWorld()
    await liveThrough(world, vault)
    const kept = await keptIn(world.store)
    const told = world.events.filter(({ type }) => type !== 'refresh_started')
    const byId = (events: readonly VaultEvent[]) => plain(events.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    expect(byId(kept)).toEqual(byId(told))
    expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length)
    // The connection's pause is of no credential, and in no order with what is told of one.
    expect(kept.map(({ type }) => type).filter((type) => !type.startsWith('connection_') && !type.startsWith('access'))).toEqual([
      'connected',
      'refresh_failed',
      'refreshed',
      'refreshed',
      'scope_changed',
      'refresh_token_expiring',
      'refresh_failed',
      'reauthorization_required',
      'refresh_failed',
      'connected',
      'scope_changed',
      'disconnected',
      'connected',
      'client_frozen',
      'client_unfrozen',
      'keys_rotated',
      'disconnected',
      'user_forgotten',
    ])
    expect(kept.filter(({ type }) => type.startsWith('connection_')).map(({ type }) => type)).toEqual([
      'connection_paused',
      'connection_resumed',
    ])
    expect(kept.filter(({ type }) => type === 'disconnected')).toMatchObject([
      { reason: 'requested', actor: OPERATOR },
      { reason: 'user_forgotten', actor: OPERATOR },
    ])
    expect(kept.find(({ type }) => type === 'connected')?.actor).toEqual({ kind: 'user', id: 'alice' })
    expect(kept.find(({ type }) => type === 'keys_rotated')).toMatchObject({ keyId: 'k1', isDone: true, seen: 2, rewrapped: 0, failed: 0 })
    expect(keeper.wakes).toBeGreaterThan(8)
  })

  it('gets what goes with a change in the very write that makes it', async () => {
    const world = vaultWorld()
    const watched = watchedStore(world.store)
    const vault = world.vault({ store: watched.store, eventKeepers: [recordingKeeper()] })
    for (const fate of ['refused', 'unacknowledged'] as const) {
      watched.fate = (call) => (call.startsWith('credentials.') && /insert|update/.test(call) ? fate : 'done')
      await world.connect(vault).catch(() => undefined)
      watched.fate = () => 'done'
      expect(await typesIn(world.store)).toEqual(fate === 'refused' ? [] : ['connected'])
    }
    watched.fate = (call) => (call === 'credentials.update' ? 'unacknowledged' : 'done')
    await vault.disconnect(ALICE).catch(() => undefined)
    expect(await typesIn(world.store)).toEqual(['connected', 'disconnected'])
    // Nobody was told of what nobody knows to have happened.
    expect(world.events).toEqual([])
  })

  it('adds nothing to any write where there is none, and is not asked for what was not changed', async () => {
    const world = vaultWorld()
    const watched = watchedStore(world.store)
    await liveThrough(world, world.vault({ store: watched.store }))
    // The revocation of what was disconnected, as ever: by the user, and as he was forgotten.
    expect(watched.accompanied).toEqual(['credentials.update', 'credentials.update'])
    const kept = world.vault({ store: watched.store, eventKeepers: [recordingKeeper()] })
    watched.accompanied.length = 0
    await kept.disconnect(ALICE)
    expect(await typesIn(world.store)).toEqual([])
  })

  it('keeps the events of an answer once, however often its write is repeated', async () => {
    const { world, keeper, vault } = keptWorld()
    await world.connect(vault)
    await world.clock.advance(2 * HOUR)
    const watched = watchedStore(world.store)
    const troubled = world.vault({ store: watched.store, eventKeepers: [keeper] })
    watched.fate = (call) => (call === 'credentials.update' ? 'unacknowledged' : 'done')
    await troubled.getCredentials(ALICE)
    await world.clock.advance(1_000)
    watched.fate = () => 'done'
    await world.clock.advance(10_000)
    expect((await typesIn(world.store)).filter((type) => type !== 'accessed')).toEqual(['connected', 'refreshed'])
    expect(world.events.filter(({ type }) => type === 'refreshed')).toHaveLength(1)
  })

  it('gets the events of an answer that another process writes from the journal', async () => {
    const { world, keeper, vault } = keptWorld()
    const journal = memoryJournal()
    await world.connect(vault)
    await world.clock.advance(2 * HOUR)
    const watched = watchedStore(world.store)
    const dying = world.vault({ store: watched.store, eventKeepers: [keeper], journal })
    watched.fate = (call) => (call === 'credentials.update' ? 'refused' : 'done')
    await dying.getCredentials(ALICE)
    expect(journal.entries.size).toBe(1)
    expect(await typesIn(world.store)).toEqual(['connected', 'accessed'])

    const { wakes } = keeper
    const next = world.vault({ eventKeepers: [keeper], journal })
    await next.sweep()
    expect(await typesIn(world.store)).toEqual(['connected', 'accessed', 'refreshed'])
    expect(keeper.wakes).toBe(wakes + 1)
    // The process that made them comes back to life, and writes them too.
    watched.fate = () => 'done'
    await world.clock.advance(10_000)
    expect(await typesIn(world.store)).toEqual(['connected', 'accessed', 'refreshed'])
  })

  it.each([
    ['the later is written first: it alone counts', [1, 0], ['refreshed', 'scope_changed'], ['scope-of-second']],
    [
      'the earlier is written first, and the later over it',
      [0, 1],
      ['refreshed', 'scope_changed', 'refreshed', 'scope_changed'],
      ['scope-of-first', 'scope-of-second'],
    ],
  ] as const)('gets the events of two answers to one refresh token that are written: %s', async (_name, order, types, scopes) => {
    const world = vaultWorld({ rotation: { kind: 'grace', seconds: 60 } })
    const keeper = recordingKeeper()
    await world.connect(world.vault())
    await world.clock.advance(2 * HOUR)
    const stores = [storeStoppingAt(world.store, 'credentials.update'), storeStoppingAt(world.store, 'credentials.update')] as const
    const answer = (name: string) => () => json(200, { ...TOKENS, access_token: `canary-access-${name}`, scope: `scope-of-${name}` })
    world.provider.failNext({ when: 'before', respond: answer('first') }, { when: 'before', respond: answer('second') })
    for (const { store } of stores) {
      void world
        .vault({ store, eventKeepers: [keeper] })
        .getCredentials(ALICE)
        .catch(() => undefined)
      await settle()
      await world.clock.advance(20_000)
    }
    for (const which of order) {
      stores[which].resume()
      await settle()
    }
    const kept = await keptIn(world.store)
    expect(kept.map(({ type }) => type).filter((type) => !type.startsWith('access'))).toEqual(types)
    const changes = kept.filter((event) => event.type === 'scope_changed')
    expect(changes.map(({ scope }) => scope)).toEqual(scopes)
    expect(changes.every(({ previousScope }) => previousScope === 'files.read')).toBe(true)
  })
})

describe('a keeper that fails', () => {
  it('keeps nobody from the tokens of a refresh: its events are kept after it', async () => {
    const { world, keeper, vault } = keptWorld()
    await world.connect(vault)
    await world.clock.advance(2 * HOUR)
    keeper.fails = 'companionsOf'
    const { accessToken } = await vault.getCredentials(ALICE)
    expect(world.provider.isNewestAccessToken(accessToken)).toBe(true)
    await settle()
    expect((await typesIn(world.store)).toSorted()).toEqual(['accessed', 'connected', 'refreshed'])
    expect(JSON.stringify(world.logLines)).toContain('They are kept after it.')
  })

  it('that makes what no store takes keeps nobody from them either', async () => {
    const { world, keeper } = keptWorld()
    await world.connect(world.vault())
    await world.clock.advance(2 * HOUR)
    const wrong = { bind: (vault: Parameters<typeof keeper.bind>[0]) => ({ ...keeper.bind(vault), companionsOf: async () => WRONG }) }
    const { accessToken } = await world.vault({ eventKeepers: [wrong] }).getCredentials(ALICE)
    await settle()
    expect(world.provider.isNewestAccessToken(accessToken)).toBe(true)
    expect((await typesIn(world.store)).toSorted()).toEqual(['accessed', 'refreshed'])
    await world.clock.advance(2 * HOUR)
    await world.vault().getCredentials(ALICE)
    expect(world.provider.tokenRequests.every(({ newest }) => newest)).toBe(true)
  })

  it('keeps what the user asks for from being done halfway', async () => {
    const { world, keeper, vault } = keptWorld()
    keeper.fails = 'companionsOf'
    await expect(world.connect(vault)).rejects.toThrow('The keeper fails')
    expect(await vault.listCredentials()).toEqual({ items: [] })
    keeper.fails = undefined
    await world.connect(vault)
    keeper.fails = 'companionsOf'
    await expect(vault.disconnect(ALICE)).rejects.toThrow('The keeper fails')
    expect((await vault.getCredentials(ALICE)).accessToken).toBeTypeOf('string')
    expect(await typesIn(world.store)).toEqual(['connected', 'accessed'])
  })

  it('has no token handed out that it could not keep the event of', async () => {
    const { world, keeper, vault } = keptWorld()
    await world.connect(vault)
    keeper.fails = 'keep'
    await expect(vault.getCredentials(ALICE)).rejects.toThrow('The keeper fails')
    // What is refused is refused as ever.
    await expect(vault.getCredentials({ ...ALICE, userId: 'bob' })).rejects.toMatchObject({ code: 'credential_not_found' })
    expect(world.events.map(({ type }) => type)).toEqual(['connected', 'access_refused'])
  })

  it('in its own work is called again with the next pass', async () => {
    const { world, keeper } = keptWorld()
    const failing = {
      bind: (vault: Parameters<typeof keeper.bind>[0]) => ({ ...keeper.bind(vault), sweep: () => Promise.reject(new Error('no')) }),
    }
    const vault = world.vault({ eventKeepers: [failing, keeper] })
    await vault.sweep()
    await vault.sweep()
    expect(keeper.sweeps).toBe(2)
    expect(world.logLines).toHaveLength(2)
  })
})

const WRONG = { audit: [{ tenant: 'default', id: '', data: '{}' }] }

it('refuses what is no keeper, naming the option', () => {
  const wrong = { webhooks: {}, audit: 1, eventKeepers: [undefined] }
  expect(() => vaultWorld().vault(wrong as never)).toThrow(
    expect.objectContaining({
      facts: {
        fields: expect.objectContaining({ webhooks: expect.any(String), audit: expect.any(String), eventKeepers: expect.any(String) }),
      },
    }),
  )
})
