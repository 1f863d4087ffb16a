import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleFuzz } from '../../../../scripts/simulation/bundle.ts'
import { type ReportedRun, runInWorkers } from '../../../../scripts/simulation/run-in-workers.ts'
import { ANSWERS_PER_RUN, FUZZ_COUNTS, fuzz } from './fuzz.js'

/** `HOLDFAST_FUZZ_SEED` replays one run, or as many from there as `HOLDFAST_FUZZ_RUNS` says, and prints each answer. */
const { HOLDFAST_FUZZ_SEED: seed, HOLDFAST_FUZZ_RUNS: runs } = process.env
const isReplay = seed !== undefined
const FIRST = isReplay ? Number(seed) : Math.floor(Math.random() * 2 ** 31)
const RUNS = Number(runs ?? (isReplay ? 1 : 5_000))

/** More are counted and not shown. */
const SHOWN = 5

describe('a vault that refreshes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'))
  const bundle = join(folder, 'fuzz.mjs')
  beforeAll(() => bundleFuzz(bundle))
  afterAll(() => rmSync(folder, { recursive: true }))

  it(`takes ${RUNS * ANSWERS_PER_RUN} answers of all kinds, and breaks no promise`, { timeout: 900_000 }, async () => {
    const failed: ReportedRun[] = []
    const onRun = (run: ReportedRun): void => {
      for (const line of run.trace) console.log(line)
      if (run.violations.length > 0) failed.push(run)
    }
    const counts = ['runs', ...FUZZ_COUNTS] as const
    const total = await runInWorkers({ bundle, counts, runs: RUNS, first: FIRST, workers: Math.min(2, RUNS), onRun, withTrace: isReplay })
    console.log(`From seed ${FIRST}: ${JSON.stringify(total)}`)
    const shown = failed
      .slice(0, SHOWN)
      .map((run) => `HOLDFAST_FUZZ_SEED=${run.seed} vitest run --project node token-endpoint-fuzz: ${run.violations[0]}`)
    expect(shown, `${failed.length} runs failed`).toEqual([])
    expect(total.runs).toBe(RUNS)
    expect(total.answers).toBeGreaterThanOrEqual(RUNS * ANSWERS_PER_RUN)
    if (isReplay) return
    // Each way out is taken often enough to mean something.
    expect(total.tokens).toBeGreaterThan(RUNS * 3)
    expect(total.rotations).toBeGreaterThan(RUNS * 3)
    expect(total.unavailable).toBeGreaterThan(RUNS * 5)
    expect(Math.min(total.ended, total.rejected, total.narrowed)).toBeGreaterThan(RUNS / 8)
  })

  it('takes the same answers for the same seed, to the same end', async () => {
    for (const one of [1, 2, 3]) expect(await fuzz(one)).toEqual(await fuzz(one))
    expect((await fuzz(1)).trace).not.toEqual((await fuzz(2)).trace)
  })
})
