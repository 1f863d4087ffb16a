import { describe, expect, it } from 'vitest'
import { DATA_KEY_KIND } from '../../src/crypto/stored-data-keys.js'
import { isVaultError, VaultError, type VaultStore } from '../../src/index.js'
import { type WorkerWorld, type WorldProcess, workerWorld } from './worker-world.js'

const S = 1_000
const MIN = 60 * S
const HOUR = 60 * MIN
/** Longer than the store takes for a look, and shorter than any provider takes. */
const AT_ONCE_MS = 25

const AHEAD = { refreshAhead: true }

const usersOf = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `user-${n}`)

async function connectAll(world: WorkerWorld, process: WorldProcess, connectionId: string, count: number): Promise<void> {
  for (const userId of usersOf(count)) {
    await process.connect(connectionId, userId)
    await world.run(world.random.between(0, 200))
  }
}

/** Callers of a process who ask now and then, for a while. Returns how long each waited, and what was wrong. */
async function callersAsk(
  world: WorkerWorld,
  { vault }: WorldProcess,
  options: { readonly connectionIds: readonly string[]; readonly users: number; readonly forMs: number; readonly everyMs: number },
): Promise<{ readonly waitsMs: readonly number[]; readonly wrong: readonly string[] }> {
  const { time, random, endpoints } = world
  const waitsMs: number[] = []
  const wrong: string[] = []
  const untilMs = time.now() + options.forMs
  const ask = async (connectionId: string, userId: string): Promise<void> => {
    const startedMs = time.now()
    try {
      const { accessToken } = await vault.getCredentials({ connectionId, userId })
      waitsMs.push(time.now() - startedMs)
      if (!endpoints.takes(accessToken)) wrong.push(`${connectionId}/${userId} at ${time.now()} got ${accessToken}`)
    } catch (error) {
      wrong.push(`${connectionId}/${userId} at ${time.now()}: ${isVaultError(error) ? error.code : String(error)}`)
    }
  }
  for (let atMs = 0; atMs < options.forMs; atMs += options.everyMs) {
    const connectionId = options.connectionIds[random.between(0, options.connectionIds.length - 1)] ?? ''
    time.after(atMs, () => void ask(connectionId, `user-${random.between(0, options.users - 1)}`))
  }
  await time.runUntil(untilMs + MIN)
  return { waitsMs, wrong }
}

describe('with a refresh worker', () => {
  const shortLived = {
    minute: { lifetimeS: 60, slowestMs: 1_000 },
    'five-minutes': { lifetimeS: 300, slowestMs: 3_000 },
    hour: { lifetimeS: 3_600, slowestMs: 3_000 },
  }
  const ids = Object.keys(shortLived)

  function livingWorld(): { readonly world: WorkerWorld; readonly app: WorldProcess } {
    const world = workerWorld({ minute: {}, 'five-minutes': {}, hour: {} })
    for (const [connectionId, manners] of Object.entries(shortLived)) world.endpoints.set(connectionId, manners)
    return { world, app: world.process('app') }
  }

  it('in another process no caller ever waits', async () => {
    const { world, app } = livingWorld()
    const worker = world.process('worker').worker()
    worker.start()
    await world.run(2 * MIN)
    for (const connectionId of ids) await connectAll(world, app, connectionId, 2)
    const { waitsMs, wrong } = await callersAsk(world, app, { connectionIds: ids, users: 2, forMs: 70 * MIN, everyMs: 5 * S })
    expect(wrong).toEqual([])
    expect(waitsMs).toHaveLength(840)
    expect(waitsMs.filter((ms) => ms > AT_ONCE_MS)).toEqual([])
    // One for each life of a token, and not more.
    const of = (connectionId: string): number => world.endpoints.requests.filter((request) => request.connectionId === connectionId).length
    expect(of('hour')).toBe(2)
    expect(of('five-minutes')).toBeLessThanOrEqual(2 * 21)
    expect(world.endpoints.requests.filter(({ answer }) => answer !== 'rotated')).toEqual([])
    await world.done(worker.stop())
  })

  it('they would have waited without', async () => {
    const { world, app } = livingWorld()
    for (const connectionId of ids) await connectAll(world, app, connectionId, 2)
    const { waitsMs } = await callersAsk(world, app, { connectionIds: ids, users: 2, forMs: 20 * MIN, everyMs: 5 * S })
    expect(waitsMs.filter((ms) => ms > AT_ONCE_MS).length).toBeGreaterThan(10)
  })

  it('credentials from before it ran are refreshed ahead too', async () => {
    const world = workerWorld({ drive: {} })
    const app = world.process('app')
    await connectAll(world, app, 'drive', 5)
    expect(await world.row('drive', 'user-0')).toMatchObject({ dueAtMs: null })
    await world.run(10 * MIN)
    const worker = world.process('worker').worker()
    worker.start()
    await world.run(HOUR)
    expect(world.endpoints.requests.map(({ userId, answer }) => `${userId} ${answer}`).sort()).toEqual(
      usersOf(5).map((userId) => `${userId} rotated`),
    )
    expect(new Set(world.endpoints.requests.map(({ process }) => process)).size).toBeGreaterThan(0)
    await world.done(worker.stop())
  })

  it('a connection that says so is left alone, and one that says nothing is once no worker is there any more', async () => {
    const world = workerWorld({ drive: {}, never: { refreshAhead: false }, always: { refreshAhead: true } })
    const app = world.process('app')
    const worker = world.process('worker').worker()
    worker.start()
    await world.run(2 * MIN)
    for (const connectionId of ['drive', 'never', 'always']) await app.connect(connectionId, 'user-0')
    await world.run(HOUR)
    const count = (connectionId: string): number =>
      world.endpoints.requests.filter((request) => request.connectionId === connectionId).length
    expect({ drive: count('drive'), never: count('never'), always: count('always') }).toEqual({ drive: 1, never: 0, always: 1 })
    await world.done(worker.stop())
    await world.run(HOUR)
    expect({ drive: count('drive'), never: count('never'), always: count('always') }).toEqual({ drive: 1, never: 0, always: 2 })
  })

  it('that is told not to, nothing is refreshed ahead that does not say so', async () => {
    const world = workerWorld({ drive: {}, always: { refreshAhead: true } })
    const process = world.process('worker')
    const worker = process.worker({ refreshAhead: false })
    worker.start()
    for (const connectionId of ['drive', 'always']) await process.connect(connectionId, 'user-0')
    await world.run(HOUR)
    expect(world.endpoints.requests.map(({ connectionId }) => connectionId)).toEqual(['always'])
    await world.done(worker.stop())
  })
})

describe('refresh workers', () => {
  /** So many of each connection, and all of them are due. */
  async function backlog(world: WorkerWorld, connections: Readonly<Record<string, number>>): Promise<void> {
    const process = world.process('consents', { background: false })
    for (const [connectionId, count] of Object.entries(connections)) await connectAll(world, process, connectionId, count)
    // A token of an hour is refreshed 210 to 360 s before its end.
    await world.run(57 * MIN - world.time.now())
  }

  const countOf = (world: WorkerWorld, connectionId: string): number =>
    world.endpoints.requests.filter((request) => request.connectionId === connectionId && request.answer === 'rotated').length

  it('in two processes refresh each credential once', async () => {
    const world = workerWorld({ drive: AHEAD, mail: AHEAD })
    await backlog(world, { drive: 100, mail: 60 })
    const workers = ['one', 'two'].map((name) => world.process(name).worker())
    for (const worker of workers) worker.start()
    await world.run(MIN)
    expect(world.endpoints.requests).toHaveLength(160)
    expect(countOf(world, 'drive')).toBe(100)
    expect(new Set(world.endpoints.requests.map(({ process }) => process))).toEqual(new Set(['one', 'two']))
    for (const worker of workers) expect(worker.progress()).toMatchObject({ running: 0, waiting: 0, failed: 0, isCaughtUp: true })
    for (const worker of workers) await world.done(worker.stop())
  })

  it('let connections take turns, whichever has been due for longer', async () => {
    const world = workerWorld({ drive: AHEAD, mail: AHEAD })
    await backlog(world, { drive: 120, mail: 30 })
    const worker = world.process('one').worker({ concurrency: 4, perConnection: 4 })
    worker.start()
    for (let steps = 0; countOf(world, 'mail') < 30 && steps < 10_000; steps++) await world.run(10)
    expect(countOf(world, 'drive')).toBeGreaterThan(20)
    expect(countOf(world, 'drive')).toBeLessThan(40)
    await world.done(worker.stop())
  })

  it('keep a connection whose provider never answers from taking all places', async () => {
    const world = workerWorld({ silent: AHEAD, mail: AHEAD })
    await backlog(world, { silent: 30, mail: 30 })
    world.endpoints.set('silent', { mood: 'silent' })
    const worker = world.process('one').worker({ concurrency: 8, perConnection: 4 })
    worker.start()
    await world.run(5 * S)
    expect(countOf(world, 'mail')).toBe(30)
    expect(world.endpoints.requests.filter(({ connectionId }) => connectionId === 'silent')).toHaveLength(4)
    const silent = worker.progress().connections.find(({ connectionId }) => connectionId === 'silent')
    expect(silent).toMatchObject({ running: 4, isPaused: false })
    // The rest is left to other processes.
    expect(silent?.waiting).toBeGreaterThan(0)
    expect(silent?.waiting).toBeLessThan(26)
    void worker.stop()
  })

  it('pause a connection whose circuit is open, and no other; and go on when its provider is well', async () => {
    const world = workerWorld({ ill: AHEAD, mail: AHEAD })
    await backlog(world, { ill: 40, mail: 40 })
    world.endpoints.set('ill', { mood: 'down' })
    const worker = world.process('one').worker()
    worker.start()
    await world.run(30 * S)
    expect(countOf(world, 'mail')).toBe(40)
    // Those that were on their way when it opened, and then one at a time.
    const down = world.endpoints.requests.filter(({ answer }) => answer === 'down')
    expect(down.length).toBeLessThan(16 + 8)
    expect(worker.progress().connections).toMatchObject([{ connectionId: 'ill', isPaused: true }])
    world.endpoints.set('ill', { mood: 'well' })
    await world.run(4 * MIN)
    expect(countOf(world, 'ill')).toBe(40)
    expect(worker.progress().connections).toEqual([])
    await world.done(worker.stop())
  })

  it('lose nothing when one of them is killed in the middle', async () => {
    const world = workerWorld({ drive: { ...AHEAD, rotation: { kind: 'grace', seconds: 60 } } })
    world.endpoints.set('drive', { graceMs: MIN, slowestMs: 2_000 })
    await backlog(world, { drive: 80 })
    const first = world.process('first')
    first.worker({ perConnection: 8 }).start()
    await world.run(3 * S)
    const before = world.endpoints.requests.length
    expect(before).toBeGreaterThan(8)
    first.kill()
    const next = world.process('next')
    const worker = next.worker()
    worker.start()
    await world.run(2 * MIN)
    // Whoever was killed had not written some answers: these are asked for again, and forgiven.
    expect(world.endpoints.requests.filter(({ answer }) => answer === 'reused')).toEqual([])
    expect(new Set(world.endpoints.requests.map(({ userId }) => userId)).size).toBe(80)
    for (const userId of usersOf(80)) {
      const { accessToken } = await world.done(next.vault.getCredentials({ connectionId: 'drive', userId }))
      expect(world.endpoints.takes(accessToken)).toBe(true)
    }
    await world.done(worker.stop())
  })

  it('end what is under way when they are stopped, and give back the rest at once', async () => {
    const world = workerWorld({ drive: AHEAD })
    world.endpoints.set('drive', { slowestMs: 3_000 })
    await backlog(world, { drive: 60 })
    const process = world.process('one', { background: false })
    const worker = process.worker({ perConnection: 8 })
    worker.start()
    await world.run(2 * S)
    const stopping = worker.stop()
    const begun = world.endpoints.requests.length + worker.progress().running
    await world.done(stopping)
    expect(worker.progress()).toMatchObject({ running: 0, waiting: 0 })
    const { refreshed } = worker.progress()
    expect(refreshed).toBe(world.endpoints.requests.length)
    expect(refreshed).toBeLessThanOrEqual(begun)
    expect(refreshed).toBeLessThan(60)
    await world.run(MIN)
    expect(world.endpoints.requests).toHaveLength(refreshed)
    await world.done(process.vault.close())

    const startedMs = world.time.now()
    const other = world.process('two').worker({ concurrency: 64, perConnection: 32 })
    other.start()
    await world.run(MIN)
    expect(countOf(world, 'drive')).toBe(60)
    // Nothing had to wait until the first worker's time for it was over.
    expect(Math.max(...world.endpoints.requests.map(({ atMs }) => atMs)) - startedMs).toBeLessThan(12 * S)
    await world.done(other.stop())
  })

  it('may be started again, and end with their vault', async () => {
    const world = workerWorld({ drive: AHEAD })
    await backlog(world, { drive: 3 })
    const process = world.process('one')
    const worker = process.worker()
    await world.done(worker.stop())
    worker.start()
    worker.start()
    await world.run(0)
    await world.done(worker.stop())
    worker.start()
    await world.run(10 * S)
    expect(countOf(world, 'drive')).toBe(3)
    await world.done(process.vault.close())
    await world.run(10 * S)
    expect(worker.progress()).toMatchObject({ running: 0, waiting: 0 })
    await world.done(worker.stop())
    worker.start()
    expect(await world.done(worker.runOnce())).toEqual({ due: 0, refreshed: 0, failed: 0, retired: 0 })
  })

  it('send no more in a second than a connection says, but for callers, who go at once', async () => {
    const world = workerWorld({ drive: { ...AHEAD, maxRefreshesPerSecond: 10 } })
    await backlog(world, { drive: 150 })
    const app = world.process('app', { background: false })
    const workers = ['one', 'two'].map((name) => world.process(name).worker())
    for (const worker of workers) worker.start()
    await world.run(8 * S)
    const perSecond = (fromMs: number, toMs: number): number => {
      const times = world.endpoints.requests.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs && atMs < toMs)
      return Math.max(0, ...times.map((atMs) => times.filter((other) => other > atMs - S && other <= atMs).length))
    }
    expect(perSecond(0, world.time.now())).toBeLessThanOrEqual(10)
    expect(countOf(world, 'drive')).toBeGreaterThan(50)

    const askedAtMs = world.time.now()
    const waiting = usersOf(150)
      .filter((userId) => !world.endpoints.requests.some((request) => request.userId === userId))
      .slice(-8)
    const answers = waiting.map((userId) => app.vault.getCredentials({ connectionId: 'drive', userId }, { forceRefresh: true }))
    await world.done(Promise.all(answers))
    const callers = world.endpoints.requests.filter(({ process }) => process === 'app')
    expect(callers.map(({ userId }) => userId).sort()).toEqual([...waiting].sort())
    expect(Math.max(...callers.map(({ atMs }) => atMs)) - askedAtMs).toBeLessThan(300)
    await world.run(MIN)
    expect(countOf(world, 'drive')).toBe(150)
    expect(perSecond(askedAtMs + 4 * S, world.time.now())).toBeLessThanOrEqual(10)
    for (const worker of workers) await world.done(worker.stop())
  })

  it('do all that is due once, for a timer', async () => {
    const world = workerWorld({ drive: AHEAD, ill: AHEAD })
    await backlog(world, { drive: 150, ill: 3 })
    world.endpoints.set('ill', { mood: 'down' })
    const worker = world.process('one', { background: false }).worker()
    const report = await world.done(worker.runOnce())
    expect(report).toMatchObject({ refreshed: 150, retired: 0 })
    expect(report.failed).toBeGreaterThan(0)
    expect(countOf(world, 'drive')).toBe(150)
    expect(await world.done(worker.runOnce())).toMatchObject({ refreshed: 0 })
    expect(worker.progress().refreshed).toBe(150)
  })

  it('take up the next as soon as there is room, however long one of them takes', async () => {
    const world = workerWorld({ drive: AHEAD, silent: AHEAD })
    await backlog(world, { silent: 2, drive: 150 })
    world.endpoints.set('silent', { mood: 'silent' })
    const worker = world.process('one', { background: false }).worker({ concurrency: 16, perConnection: 8 })
    let isDone = false
    const report = worker.runOnce().finally(() => {
      isDone = true
    })
    await world.run(10 * S)
    expect({ isDone, refreshed: countOf(world, 'drive') }).toEqual({ isDone: false, refreshed: 150 })
    expect(await world.done(report)).toEqual({ due: 152, refreshed: 150, failed: 2, retired: 0 })
  })

  it.each([false, true])('ask for the data keys of who waits before his turn comes; that it fails at first: %s', async (fails) => {
    const world = workerWorld({ drive: AHEAD })
    await backlog(world, { drive: 6 })
    world.endpoints.set('drive', { slowestMs: 4_000 })
    const asked: string[] = []
    const { documents } = world.store
    const storeForFaults: VaultStore = {
      ...world.store,
      documents: {
        ...documents,
        async get(key) {
          const isAgain = asked.includes(key.id)
          if (key.kind === DATA_KEY_KIND) asked.push(key.id)
          if (fails && asked.length > 1 && !isAgain) throw new VaultError('store_unavailable', 'The store is away.')
          return documents.get(key)
        },
      },
    }
    const worker = world.process('one', { background: false, store: storeForFaults }).worker({ concurrency: 1, perConnection: 1 })
    const report = worker.runOnce()
    await world.run(50)
    expect(asked.toSorted()).toEqual(usersOf(6))
    expect(await world.done(report)).toMatchObject({ refreshed: 6, failed: 0 })
    expect(asked).toHaveLength(fails ? 11 : 6)
  })

  it.each(['runOnce', 'start'] as const)('by %s look no more often when the store fails while there is room', async (how) => {
    const world = workerWorld({ drive: AHEAD })
    await backlog(world, { drive: 60 })
    world.endpoints.set('drive', { slowestMs: 4_000 })
    let reads = 0
    let looks = 0
    let isAway = false
    const { credentials } = world.store
    const storeForFaults: VaultStore = {
      ...world.store,
      credentials: {
        ...credentials,
        async due(query) {
          reads += 1
          // The first has filled the places, and the second had to pass the connection over.
          isAway = reads === 2
          return credentials.due(query)
        },
      },
      async now() {
        if (!isAway) return world.store.now()
        looks += 1
        // Were it asked without end, the test would be too.
        isAway = looks < 1_000
        throw new VaultError('store_unavailable', 'The store is away.')
      },
    }
    const worker = world.process('one', { background: false, store: storeForFaults }).worker({ concurrency: 16, perConnection: 8 })
    if (how === 'start') worker.start()
    else void worker.runOnce()
    await world.run(3 * S)
    expect(looks).toBeGreaterThan(0)
    expect(looks).toBeLessThan(40)
    expect(countOf(world, 'drive')).toBeGreaterThan(8)
    isAway = false
    await world.done(worker.stop())
  })

  it('tell how far they are, and go on when whoever hears it throws', async () => {
    const world = workerWorld({ drive: AHEAD })
    await backlog(world, { drive: 50 })
    const told: { readonly refreshed: number; readonly waiting: number }[] = []
    const worker = world.process('one').worker({
      perConnection: 2,
      onProgress(progress) {
        told.push(progress)
        throw new Error('The display is broken.')
      },
    })
    worker.start()
    await world.run(10 * S)
    await world.done(worker.stop())
    expect(told.length).toBeGreaterThan(5)
    expect(told.length).toBeLessThan(20)
    expect(told.map(({ refreshed }) => refreshed)).toEqual(told.map(({ refreshed }) => refreshed).toSorted((a, b) => a - b))
    expect(told.at(-1)).toMatchObject({ refreshed: 50, running: 0, waiting: 0, isCaughtUp: true })
  })

  it('refuse wrong options by name', () => {
    const process = workerWorld({ drive: AHEAD }).process('one', { background: false })
    const wrong = { concurrency: 0, perConnection: 1.5, retireIdleAfterDays: -1, refreshAhead: 'yes', onProgress: 7, concurency: 3 }
    expect(() => process.worker(wrong as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        facts: { fields: expect.objectContaining(Object.fromEntries(Object.keys(wrong).map((name) => [name, expect.any(String)]))) },
      }),
    )
  })
})
