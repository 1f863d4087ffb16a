import { describe, expect, it } from 'vitest'
import type { VaultStore } from '../../src/index.js'
import { type WorkerWorld, type WorldProcess, workerWorld } from './worker-world.js'

const DAY = 86_400_000

/** A process that runs a worker once whenever it is told to: days are many seconds. */
async function retiringWorld(options: { readonly store?: (store: VaultStore) => VaultStore } = {}) {
  const world = workerWorld({ drive: { refreshAhead: false } })
  const app = world.process('app', { background: false })
  const process = world.process('worker', {
    background: false,
    ...(options.store && { store: options.store(world.store) }),
  })
  const worker = process.worker({ retireIdleAfterDays: 30 })
  return { world, app, runOnce: () => world.done(worker.runOnce()), worker }
}

async function use(world: WorkerWorld, { vault }: WorldProcess, userId: string): Promise<void> {
  await world.done(vault.getCredentials({ connectionId: 'drive', userId }))
  // Where nothing runs behind, a sweep writes down what was used.
  await world.done(vault.sweep())
}

const statusOf = async (world: WorkerWorld, userId: string): Promise<string | undefined> => (await world.row('drive', userId))?.status

describe('a credential that nobody has asked for', () => {
  it('for so many days is disconnected and revoked, and one that was asked for is not', async () => {
    const { world, app, runOnce, worker } = await retiringWorld()
    await runOnce()
    for (const userId of ['used', 'idle']) await app.connect('drive', userId)
    await world.run(20 * DAY)
    await use(world, app, 'used')
    await world.run(9 * DAY)
    expect(await runOnce()).toMatchObject({ retired: 0 })
    await world.run(DAY)
    expect(await runOnce()).toMatchObject({ retired: 1 })
    expect(await statusOf(world, 'idle')).toBe('disconnected')
    expect(await statusOf(world, 'used')).toBe('active')
    expect(world.events.filter(({ type }) => type === 'disconnected')).toMatchObject([
      { userId: 'idle', reason: 'retired', actor: { kind: 'system', id: 'refresh-worker' } },
    ])
    await world.run(1_000)
    expect(world.endpoints.revocations).toEqual(['rt/drive/idle/0', 'at/drive/idle/0'])
    await world.run(20 * DAY)
    expect(await runOnce()).toMatchObject({ retired: 1 })
    expect(worker.progress().retired).toBe(2)
  })

  it('is not what a store takes for it whose clock is wrong', async () => {
    let aheadMs = 0
    const { world, app, runOnce } = await retiringWorld({
      store: (store) => ({ ...store, now: async () => (await store.now()) + aheadMs }),
    })
    await runOnce()
    await app.connect('drive', 'used')
    await world.run(DAY)
    await use(world, app, 'used')
    aheadMs = 400 * DAY
    expect(await runOnce()).toMatchObject({ retired: 0 })
    expect(await statusOf(world, 'used')).toBe('active')
    // Nor is what it noted kept to when it is right again.
    aheadMs = 0
    await world.run(31 * DAY)
    expect(await runOnce()).toMatchObject({ retired: 1 })
  })

  it('is given the whole time from when a worker first looks, if nobody noted its use before', async () => {
    const { world, app, runOnce } = await retiringWorld()
    await app.connect('drive', 'old')
    await world.run(400 * DAY)
    expect(await runOnce()).toMatchObject({ retired: 0 })
    await world.run(29 * DAY)
    expect(await runOnce()).toMatchObject({ retired: 0 })
    await world.run(DAY)
    expect(await runOnce()).toMatchObject({ retired: 1 })
  })

  it('is left alone if somebody asks for it just then, or connects again', async () => {
    let meanwhile = async (): Promise<void> => undefined
    const { world, app, runOnce } = await retiringWorld({
      store: (store) => ({
        ...store,
        credentials: {
          ...store.credentials,
          async list(query) {
            const page = await store.credentials.list(query)
            await meanwhile()
            return page
          },
        },
      }),
    })
    await runOnce()
    for (const userId of ['asked', 'again']) await app.connect('drive', userId)
    await world.run(31 * DAY)
    meanwhile = async () => {
      const key = { tenant: 'default', connectionId: 'drive', accountId: 'default' }
      await world.store.credentials.touch({ keys: [{ ...key, userId: 'asked' }], atMs: await world.store.now() })
    }
    await app.connect('drive', 'again')
    expect(await runOnce()).toMatchObject({ retired: 0 })
    expect([await statusOf(world, 'asked'), await statusOf(world, 'again')]).toEqual(['active', 'active'])
  })

  it('is retired by one of several workers, and what waits for its user too', async () => {
    const { world, app, runOnce } = await retiringWorld()
    const other = world.process('other', { background: false }).worker({ retireIdleAfterDays: 30 })
    await runOnce()
    for (let n = 0; n < 30; n++) await app.connect('drive', `user-${n}`)
    const row = await world.row('drive', 'user-0')
    if (!row) throw new Error('There is no row.')
    const { tenant, connectionId, userId, accountId, version } = row
    const key = { tenant, connectionId, userId, accountId }
    await world.store.credentials.update({ key, attemptId: 'x', expect: { version }, set: { status: 'reauthorization_required' } })
    await world.run(31 * DAY)
    const reports = await world.done(Promise.all([runOnce(), other.runOnce()]))
    expect(reports.reduce((sum, { retired }) => sum + retired, 0)).toBe(30)
    expect(world.events.filter(({ type }) => type === 'disconnected')).toHaveLength(30)
  })
})

describe('a walk through all credentials', () => {
  it('goes on in another process when the one that was at it died', async () => {
    const { world, app } = await retiringWorld()
    for (let n = 0; n < 250; n++) await app.connect('drive', `user-${String(n).padStart(3, '0')}`)
    const dying = world.process('dying', { background: false })
    void dying.worker({ retireIdleAfterDays: 30 }).runOnce()
    const state = async () => {
      const row = await world.store.documents.get({ tenant: 'default', kind: 'refresh-worker', id: 'state' })
      return JSON.parse(row?.data ?? '{}')
    }
    for (let steps = 0; steps < 1_000 && !(await state()).walk?.cursor; steps++) await world.run(1)
    dying.kill()
    expect(await state()).toMatchObject({ walkedAtMs: null, walk: { cursor: expect.any(String) } })

    const seen: (string | undefined)[] = []
    const watched: VaultStore = {
      ...world.store,
      credentials: {
        ...world.store.credentials,
        list(query) {
          seen.push(query.cursor)
          return world.store.credentials.list(query)
        },
      },
    }
    const next = world.process('next', { background: false, store: watched }).worker({ retireIdleAfterDays: 30 })
    await world.done(next.runOnce())
    expect(seen).toEqual([])
    await world.run(130_000)
    await world.done(next.runOnce())
    expect(seen).toEqual([expect.any(String)])
    await world.done(next.runOnce())
    expect(seen).toHaveLength(1)
    await world.run(16 * 60_000)
    await world.done(next.runOnce())
    expect(seen).toHaveLength(3)
  })
})
