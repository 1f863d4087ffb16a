import { setTimeout } from 'node:timers/promises'
import { Bench } from 'tinybench'
import { collect } from './heap.ts'
import { median } from './median.ts'
import type { Line, Settings } from './row.ts'

/** One way of doing the same thing. */
export interface Contender {
  readonly name: string
  /** Does it once, or `calls` times. What it returns is awaited where it is a promise. */
  readonly run: () => unknown
  /** How often one `run` does it. Default 1. */
  readonly calls?: number
}

/** Long enough that the clock's own cost does not show, short enough that the machine's other work spoils few of them. */
const BATCH_MS = 0.5
const SETTLE_MS = 5
/** Enough for the optimizing compiler. */
const WARM_UP_MS = 60

/**
 * Runs the contenders in turn, round after round. Figures are medians over the rounds. A ratio is the median of the ratios within each
 * round, where both sides met the same weather.
 *
 * @param floors - Names of the contenders that all are compared with.
 */
export async function alternate(contenders: readonly Contender[], floors: readonly string[], settings: Settings): Promise<readonly Line[]> {
  const batches = new Map<string, number>()
  for (const each of contenders) batches.set(each.name, await warmUp(each, settings))
  const rounds: ReadonlyMap<string, number>[] = []
  for (let round = 0; round < settings.rounds; round++) {
    const perSecond = new Map<string, number>()
    for (const each of contenders) perSecond.set(each.name, await measureRound(each, batches.get(each.name) ?? 1, settings.roundMs))
    rounds.push(perSecond)
  }
  const medianOf = (figure: (round: ReadonlyMap<string, number>) => number): number => median(rounds.map(figure))
  return contenders.map(({ name }) => {
    const perSecond = medianOf((round) => speed(round, name))
    return {
      name,
      figures: { 'per second': perSecond, µs: 1e6 / perSecond },
      ratios: Object.fromEntries(floors.map((floor) => [floor, medianOf((round) => speed(round, name) / speed(round, floor))])),
    }
  })
}

/** How many runs make a batch. */
async function warmUp({ run }: Contender, { roundMs }: Settings): Promise<number> {
  const began = performance.now()
  const lengthMs = Math.min(WARM_UP_MS, roundMs)
  let runs = 0
  for (let tookMs = 0; tookMs < lengthMs; tookMs = performance.now() - began) {
    const result = run()
    if (result instanceof Promise) await result
    runs++
  }
  return Math.max(1, Math.round((runs * BATCH_MS) / (performance.now() - began)))
}

async function measureRound({ name, run, calls: callsEach = 1 }: Contender, runs: number, roundMs: number): Promise<number> {
  const isAsync = run() instanceof Promise
  const batch = isAsync
    ? async () => {
        for (let each = 0; each < runs; each++) await run()
      }
    : () => {
        for (let each = 0; each < runs; each++) run()
      }
  // What others have left is not this one's to clear away. Memory beside the heap is freed by another thread, a little later.
  collect('minor')
  await setTimeout(SETTLE_MS)
  const bench = new Bench({ time: roundMs, iterations: 1, warmup: false, throws: true }).add(name, batch, { async: isAsync })
  const [task] = await bench.run()
  const result = task?.result
  if (!result || !('latency' in result)) throw new Error(`"${name}" was not measured.`)
  // The mean, and the collection of what is left, as the garbage collector's work belongs to what made the garbage.
  const beganMs = performance.now()
  collect('minor')
  const collectedMs = performance.now() - beganMs
  const { mean, samplesCount } = result.latency
  return (runs * callsEach * samplesCount * 1000) / (mean * samplesCount + collectedMs)
}

function speed(round: ReadonlyMap<string, number>, name: string): number {
  const found = round.get(name)
  if (found === undefined) throw new Error(`There is no contender "${name}".`)
  return found
}
