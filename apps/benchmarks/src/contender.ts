import { setTimeout } from 'node:timers/promises'
import { Bench } from 'tinybench'
import { collect } from './heap.ts'
import type { Settings } from './row.ts'

/** One way of doing the same thing. */
export interface Contender {
  readonly name: string
  /** Does it once, or `calls` times. What it returns is awaited where it is a promise. */
  readonly run: () => unknown
  /** How often one `run` does it. Default 1. */
  readonly calls?: number
}

/** A contender with its stopwatch, wherever it runs. */
export interface Runner {
  readonly name: string
  /** Runs it until it is as fast as it gets. Before the first round. */
  warmUp(settings: Settings): Promise<void>
  /** How often a second it was done in one round. */
  round(settings: Settings): Promise<number>
}

/** Long enough that the clock's own cost does not show, short enough that the machine's other work spoils few of them. */
const BATCH_MS = 0.5
const SETTLE_MS = 5
/** Enough for the optimizing compiler. */
const WARM_UP_MS = 60

/** Runs the contender in this process. */
export function runnerOf(contender: Contender): Runner {
  let batch = 1
  return {
    name: contender.name,
    async warmUp(settings) {
      batch = await warmUp(contender, settings)
    },
    round: ({ roundMs }) => measureRound(contender, batch, roundMs),
  }
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
