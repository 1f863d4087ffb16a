import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/log.js'
import { parseConnection } from '../../../src/model/parse-connection.js'
import { createRates, type Rates } from '../../../src/refresh/rate/rates.js'
import { type Clock, runtimeWithDefaults } from '../../../src/runtime.js'
import type { VaultStore } from '../../../src/storage/contract.js'
import { type Scheduler, scheduler } from '../../simulation/scheduler.js'
import { type Seeded, seeded } from '../../simulation/seeded.js'

const RUNS = 25

// Processes over one store, in virtual time: they begin, die and stand still, and the way to the provider takes as long as it likes.
describe('a rate that processes share', () => {
  it(`is never exceeded in any second, as the provider counts: ${RUNS} runs`, async () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const { world, limit, random } = rateWorld(seed)
      for (let n = random.between(1, 5); n > 0; n--) world.begin(random.between(0, 8_000))
      await world.runUntil(20_000)
      expect({ seed, limit, most: world.mostInASecond() }).toSatisfy(({ most }) => most <= limit)
    }
  })

  it('is used up, but for the time that answers take', async () => {
    const { world } = rateWorld(1, { limit: 200, slowestMs: 100, troubles: false })
    for (let n = 0; n < 4; n++) world.begin(0)
    await world.runUntil(15_000)
    // 200 slots, each for a second and 50 ms on the average.
    expect(world.arrivalsBetween(5_000, 15_000)).toBeGreaterThan(10 * 200 * 0.85)
    expect(world.mostInASecond()).toBeLessThanOrEqual(200)
    const shares = world.sharesBetween(5_000, 15_000)
    expect(Math.min(...shares) / Math.max(...shares)).toBeGreaterThan(0.9)
  })

  it('is sent evenly, not in bursts', async () => {
    const { world } = rateWorld(2, { limit: 100, slowestMs: 20, troubles: false })
    world.begin(0)
    await world.runUntil(10_000)
    // What is made up for is a tenth of a second's.
    expect(world.mostIn(100, 2_000)).toBeLessThanOrEqual(21)
  })

  it('belongs to the others when a process is gone', async () => {
    const { world } = rateWorld(3, { limit: 100, slowestMs: 100, troubles: false })
    const first = world.begin(0)
    world.begin(0)
    await world.runUntil(5_000)
    first.die()
    await world.runUntil(20_000)
    expect(world.arrivalsBetween(15_000, 20_000)).toBeGreaterThan(5 * 100 * 0.85)
    expect(world.mostInASecond()).toBeLessThanOrEqual(100)
  })

  it('counts callers who do not wait, in the same process and in others', async () => {
    const { world } = rateWorld(4, { limit: 100, slowestMs: 50, troubles: false })
    world.begin(0)
    world.beginCallers(5_000, 40)
    await world.runUntil(20_000)
    // The others hear of it within a second or so.
    expect(world.mostInASecond(8_000)).toBeLessThanOrEqual(100)
    expect(world.arrivalsBetween(10_000, 20_000)).toBeGreaterThan(10 * 100 * 0.8)
  })

  it('leaves no trace when nobody uses it any more', async () => {
    const { world } = rateWorld(5, { limit: 100, slowestMs: 50, troubles: false })
    world.begin(0, 3_000)
    await world.runUntil(3_000)
    expect(await world.holders()).toBe(1)
    await world.runUntil(8_000)
    expect(await world.holders()).toBe(0)
  })
})

interface RateWorld {
  /** A process that sends as much as it may. */
  begin(atMs: number, untilMs?: number): { die(): void }
  /** One whose callers ask so often in a second, and do not wait. */
  beginCallers(atMs: number, perSecond: number): void
  runUntil(ms: number): Promise<void>
  mostInASecond(fromMs?: number): number
  mostIn(spanMs: number, fromMs: number): number
  arrivalsBetween(fromMs: number, toMs: number): number
  /** Arrivals of each process. */
  sharesBetween(fromMs: number, toMs: number): readonly number[]
  holders(): Promise<number>
}

function rateWorld(
  seed: number,
  given: { readonly limit: number; readonly slowestMs: number; readonly troubles: boolean } | undefined = undefined,
): { readonly world: RateWorld; readonly limit: number; readonly random: Seeded } {
  const random = seeded(seed)
  const limit = given?.limit ?? random.pick([1, 3, 10, 60, 200])
  const slowestMs = given?.slowestMs ?? random.pick([20, 200, 1_500])
  const troubles = given?.troubles ?? true
  const time = scheduler()
  const store = memoryStore({ clock: () => 1_800_000_000_000 + Math.floor(time.now()) })
  const connection = parseConnection({
    connectionId: 'drive',
    issuer: 'https://provider.example',
    clientId: 'client-1',
    maxRefreshesPerSecond: limit,
  })
  const arrivals: { readonly atMs: number; readonly process: number }[] = []
  let processes = 0

  /** A request: some time to the provider, some back. */
  const send = (process: ProcessTime, permit: { sent(): void; end(): void }, number: number): void => {
    permit.sent()
    const latencyMs = 1 + random.next() * slowestMs
    process.after(random.next() * latencyMs, () => void arrivals.push({ atMs: time.now(), process: number }), true)
    process.after(latencyMs, () => permit.end())
  }

  const ratesOf = (process: ProcessTime, number: number): Rates =>
    createRates({
      documents: slowly(store, process, random),
      storeNow: () => process.later(1 + random.next() * 10, () => store.now()),
      tenant: 'default',
      owner: `process-${number}`,
      runtime: runtimeWithDefaults({ clock: process.clock, random: (length) => random.bytes(length) }),
      log: silentLog,
      stopped: new AbortController().signal,
    })

  const world: RateWorld = {
    begin(atMs, untilMs = Number.POSITIVE_INFINITY) {
      const process = processTime(time)
      const number = processes++
      time.after(atMs, () => {
        const rates = ratesOf(process, number)
        const work = (): void => {
          if (time.now() >= untilMs) return
          const permit = rates.reserve(connection)
          if ('sent' in permit) send(process, permit, number)
          process.after('againInMs' in permit ? permit.againInMs : 0.1, work)
        }
        work()
        if (!troubles) return
        if (random.chance(0.3)) time.after(random.between(1_000, 12_000), () => process.stop(random.between(100, 9_000)))
        if (random.chance(0.3)) time.after(random.between(1_000, 12_000), () => process.die())
      })
      return process
    },
    beginCallers(atMs, perSecond) {
      const process = processTime(time)
      const number = processes++
      time.after(atMs, () => {
        const rates = ratesOf(process, number)
        const call = (): void => {
          send(process, rates.take(connection), number)
          process.after(1_000 / perSecond, call)
        }
        call()
      })
    },
    runUntil: (ms) => time.runUntil(ms),
    mostInASecond: (fromMs = 0) => world.mostIn(1_000, fromMs),
    mostIn(spanMs, fromMs) {
      const times = arrivals.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs)
      let first = 0
      let most = 0
      for (const [index, atMs] of times.entries()) {
        while ((times[first] ?? atMs) <= atMs - spanMs) first += 1
        most = Math.max(most, index - first + 1)
      }
      return most
    },
    arrivalsBetween: (fromMs, toMs) => arrivals.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length,
    sharesBetween: (fromMs, toMs) =>
      Array.from(
        { length: processes },
        (_, number) => arrivals.filter(({ atMs, process }) => process === number && atMs >= fromMs && atMs < toMs).length,
      ),
    async holders() {
      const { items } = await store.documents.list({ tenant: 'default', kind: 'refresh-rate', limit: 10 })
      return items.flatMap(({ data }) => Object.keys((JSON.parse(data) as { holders: object }).holders)).length
    },
  }
  return { world, limit, random }
}

/** The time of one process: it may stand still, or end. What it has sent goes its way all the same. */
interface ProcessTime {
  readonly clock: Clock
  after(ms: number, run: () => void, isOutside?: boolean): void
  later<T>(ms: number, run: () => Promise<T>): Promise<T>
  stop(forMs: number): void
  die(): void
}

function processTime(time: Scheduler): ProcessTime {
  let stopsUntilMs = 0
  let isDead = false
  const process: ProcessTime = {
    clock: {
      now: () => 1_800_000_000_000 + time.now(),
      monotonic: () => time.now(),
      sleep: (ms) => new Promise((resolve) => process.after(ms, resolve)),
    },
    after(ms, run, isOutside = false) {
      time.after(ms, () => {
        if (isOutside) return run()
        if (isDead) return
        if (time.now() >= stopsUntilMs) return run()
        process.after(stopsUntilMs - time.now(), run)
      })
    },
    later: (ms, run) => new Promise((resolve, reject) => process.after(ms, () => void run().then(resolve, reject))),
    stop(forMs) {
      stopsUntilMs = time.now() + forMs
    },
    die() {
      isDead = true
    },
  }
  return process
}

/** The documents over a network that takes its time. */
function slowly({ documents }: VaultStore, process: ProcessTime, random: Seeded): VaultStore['documents'] {
  return { ...documents, put: (put) => process.later(1 + random.next() * 30, () => documents.put(put)) }
}
