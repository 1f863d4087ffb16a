import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bundleFuzz } from '../../../../scripts/simulation/bundle.ts'
import { type ReportedRun, runInWorkers } from '../../../../scripts/simulation/run-in-workers.ts'
import { fuzzMutants } from './fuzz-mutants.js'

/** Each is caught within so many runs, from the same first seed. */
const BOUND = 2_000
const FIRST_SEED = 1

// A fuzz that cannot fail proves nothing.
describe('the fuzz of token endpoints notices', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-mutants-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(fuzzMutants.map((mutant, index) => [mutant.name, mutant, index] as const))('%s', async (_name, mutant, index) => {
    const bundle = join(folder, `mutant-${index}.mjs`)
    await bundleFuzz(bundle, mutant)
    let caught: ReportedRun | undefined
    await runInWorkers({
      bundle,
      counts: ['runs'],
      runs: BOUND,
      first: FIRST_SEED,
      workers: 1,
      stopAtFirst: true,
      onRun: (run) => {
        caught ??= run
      },
    })
    expect(caught?.violations.join('\n')).toMatch(mutant.violation)
    console.log(`caught in run ${caught?.seed}: ${caught?.violations[0]?.slice(0, 200)}`)
  })
})
