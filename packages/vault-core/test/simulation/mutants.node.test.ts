import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bundleSimulation } from '../../../../scripts/simulation/bundle.ts'
import { type ReportedRun, runInWorkers, SIMULATION_COUNTS } from '../../../../scripts/simulation/run-in-workers.ts'
import { mutants } from './mutants.js'

/** Each is caught within so many runs, from the same first seed. */
const BOUND = 20_000
const FIRST_SEED = 1

// A simulation that cannot fail proves nothing: without any of its guards the refresh has to be caught.
describe('the simulation notices a refresh', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(mutants.map((mutant, index) => [mutant.name, mutant, index] as const))('with %s', async (_name, mutant, index) => {
    const bundle = join(folder, `mutant-${index}.mjs`)
    await bundleSimulation(bundle, mutant)
    let caught: ReportedRun | undefined
    await runInWorkers({
      bundle,
      counts: SIMULATION_COUNTS,
      runs: BOUND,
      first: FIRST_SEED,
      workers: 1,
      stopAtFirst: true,
      onRun: (run) => {
        caught ??= run
      },
    })
    expect(caught?.violations.length, 'runs in which a rule was broken').toBeGreaterThan(0)
    // A change that does not even run shows nothing.
    expect(caught?.violations.join('\n')).not.toMatch(/ReferenceError|SyntaxError/)
    console.log(`caught in run ${caught?.seed}: ${caught?.violations[0]}`)
  })
})
