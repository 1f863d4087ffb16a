// Runs the simulation of the vault: `npm run simulate -- --runs 1000000`, or `-- --seed 42` to replay one run with its trace.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleSimulation } from './simulation/bundle.ts'
import { type ReportedRun, runInWorkers, SIMULATION_COUNTS } from './simulation/run-in-workers.ts'

const USAGE = 'Usage: npm run simulate -- [--runs 20000] [--from first-seed] [--workers 2], or --seed 42 to replay one run'
/** More are counted and not shown. */
const SHOWN = 20

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    from: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
})
const isReplay = values.seed !== undefined
const runs = isReplay ? 1 : Number(values.runs)
const first = Number(values.seed ?? values.from ?? Math.floor(Math.random() * 2 ** 31))
const workers = Math.min(Number(values.workers), runs)
if (![runs, first, workers].every((number) => Number.isSafeInteger(number) && number >= 0) || workers < 1) {
  console.error(USAGE)
  process.exit(2)
}

const failed: number[] = []
const report = ({ seed, violations, trace }: ReportedRun): void => {
  for (const line of trace) console.log(line)
  if (violations.length === 0) return
  failed.push(seed)
  if (failed.length <= SHOWN) for (const violation of violations.slice(0, 5)) console.log(`seed ${seed}: ${violation}`)
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-simulation-'))
try {
  const bundle = join(folder, 'simulate.mjs')
  await bundleSimulation(bundle)
  const started = performance.now()
  const total = await runInWorkers({ bundle, counts: SIMULATION_COUNTS, runs, first, workers, onRun: report, withTrace: isReplay })
  const tookS = (performance.now() - started) / 1000
  console.log(
    `${total.runs} runs from seed ${first} in ${tookS.toFixed(1)} s, ${Math.round(total.runs / tookS)} a second on ${workers} workers: ` +
      `${total.events} events, ${total.requests} refresh requests, ${total.lost} answers lost, ${total.crashes} processes died. ${failed.length} runs failed.`,
  )
} finally {
  rmSync(folder, { recursive: true })
}
for (const seed of failed.slice(0, SHOWN)) console.log(`  replay: npm run simulate -- --seed ${seed}`)
process.exitCode = failed.length === 0 ? 0 : 1
