import { Worker } from 'node:worker_threads'

/** What the workers counted, summed up by name. */
export type Tally<Count extends string> = Readonly<Record<Count, number>>

/** What the workers of the simulation count. */
export const SIMULATION_COUNTS = ['runs', 'events', 'requests', 'crashes', 'lost'] as const

export interface ReportedRun {
  readonly seed: number
  readonly violations: readonly string[]
  readonly trace: readonly string[]
}

export interface WorkersOptions<Count extends string> {
  readonly bundle: string
  readonly counts: readonly Count[]
  readonly runs: number
  /** The first seed; the others follow it. */
  readonly first: number
  readonly workers: number
  /** Told of each run that failed; with `withTrace` of all. */
  readonly onRun: (run: ReportedRun) => void
  readonly withTrace?: boolean
  /** One failure is enough. */
  readonly stopAtFirst?: boolean
}

/** Spreads runs over worker threads, each of which takes every n-th seed. */
export async function runInWorkers<Count extends string>(options: WorkersOptions<Count>): Promise<Tally<Count>> {
  const { bundle, counts, runs, first, workers, onRun, withTrace = false, stopAtFirst = false } = options
  const total = Object.fromEntries(counts.map((name) => [name, 0])) as Record<Count, number>
  const threads: Worker[] = []
  const work = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const count = Math.ceil((runs - index) / workers)
      const worker = new Worker(bundle, { workerData: { first: first + index, count, step: workers, withTrace } })
      threads.push(worker)
      worker.on('message', (told: ({ readonly kind: 'run' } & ReportedRun) | ({ readonly kind: 'tally' } & Tally<Count>)) => {
        if (told.kind === 'tally') for (const name of counts) total[name] += told[name]
        else {
          onRun(told)
          if (stopAtFirst && told.violations.length > 0) for (const thread of threads) void thread.terminate()
        }
      })
      worker.on('error', reject)
      worker.on('exit', (code) => (code === 0 || stopAtFirst ? resolve() : reject(new Error(`A worker ended with code ${code}.`))))
    })
  await Promise.all(Array.from({ length: workers }, (_, index) => work(index)))
  return total
}
