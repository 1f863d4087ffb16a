import { isVaultError, type Journal } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import type { Disk } from '../src/disk.js'
import { journalFolder } from '../src/journal-folder.js'
import { contentAfter, contentOf, doStep, type JournalStep, stepsUpTo } from './fixtures/journal-steps.js'
import { type Fault, type SimulatedDisk, simulatedDisk } from './fixtures/simulated-disk.js'

const steps = stepsUpTo(15)
/** What is to be in the journal before each step, and behind the last. */
const states = Array.from({ length: steps.length + 1 }, (_, count) => contentAfter(steps.slice(0, count)))
/** More than the steps have operations of the disk. */
const MOST_OPERATIONS = 1_000

const errorOf = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code })

describe('each operation of the disk fails under a journal', () => {
  const cases = (['ENOSPC', 'EIO', 'EROFS', 'EACCES'] as const).flatMap((code) =>
    (['none', 'half', 'whole'] as const).flatMap((effect) => ([false, true] as const).map((lasts) => ({ code, effect, lasts }))),
  )
  it.each(cases)(
    '$code, effect $effect, for good: $lasts: nothing acknowledged is lost, nothing is there by half, and it goes on once the disk works',
    { timeout: 30_000 },
    async ({ code, effect, lasts }) => {
      const undisturbed = await run(simulatedDisk())
      expect(undisturbed.failures).toEqual([])
      let failed = 0
      for (let n = 1; n <= MOST_OPERATIONS; n++) {
        const disk = simulatedDisk()
        const fault: Fault = { error: errorOf(code), effect }
        let isMended = false
        disk.fault = (operation) => (!isMended && (lasts ? operation >= n : operation === n) ? fault : undefined)
        const { failures, operations } = await run(disk, () => {
          isMended = true
        })
        if (operations < n) break
        failed = n
        for (const failure of failures)
          expect(failure).toMatch(/Make room|Look at its health|Mount it for writing|The folder of the journal cannot be written/)
      }
      expect(failed).toBeGreaterThan(steps.length * 3)
      expect(failed).toBeLessThan(MOST_OPERATIONS)
    },
  )

  it('and nobody hears of a write as done when the sync of its bytes or of its name failed', async () => {
    for (const failing of ['sync', 'syncFolder']) {
      const disk = simulatedDisk()
      disk.fault = (_n, operation) => (operation === failing ? { error: errorOf('EIO'), effect: 'none' } : undefined)
      await expect(journalOn(disk).write('one', new Uint8Array([1]))).rejects.toMatchObject({ code: 'store_unavailable' })
    }
  })

  it('and a file that others keep sweeping away is written again, but not for ever', async () => {
    for (const [sweeps, isWritten] of [
      [9, true],
      [10, false],
    ] as const) {
      const disk = simulatedDisk()
      let swept = 0
      const beingSwept: Disk = {
        ...disk,
        async rename(from, to) {
          if (swept < sweeps) {
            swept += 1
            await disk.remove(from)
          }
          await disk.rename(from, to)
        },
      }
      const step: JournalStep = { kind: 'write', name: 'one', entry: new Uint8Array([1]) }
      const write = doStep(journalOn(beingSwept), step)
      if (isWritten) await write
      else await expect(write).rejects.toMatchObject({ code: 'store_unavailable', cause: { message: expect.stringContaining('vanish') } })
      expect(await contentOf(journalOn(disk))).toBe(isWritten ? contentAfter([step]) : '')
    }
  })
})

/** Does the steps; one that fails is repeated, once the disk is mended. After each one the journal is read, and must be right. */
async function run(disk: SimulatedDisk, mend: () => void = () => undefined): Promise<{ failures: string[]; operations: number }> {
  const journal = journalOn(disk)
  const failures: string[] = []
  for (const [index, step] of steps.entries()) {
    const [before, after] = states.slice(index)
    const hasFailed = await insistently(
      () => doStep(journal, step),
      failures,
      async () => {
        mend()
        expect([before, after]).toContain(await contentOf(journalOn(disk.afterPowerLoss('kept'))))
        expect([before, after]).toContain(await contentOf(journalOn(disk.afterPowerLoss('dropped'))))
      },
    )
    if (hasFailed) expect(await contentOf(journalOn(disk.afterPowerLoss('dropped')))).toBe(after)
    let content = ''
    await insistently(
      async () => {
        content = await contentOf(journal)
      },
      failures,
      async () => mend(),
    )
    expect(content).toBe(after)
  }
  const operations = disk.operations()
  disk.fault = undefined
  expect((await disk.list(FOLDER)).filter((file) => !file.endsWith('.entry')).length).toBeLessThanOrEqual(failures.length)
  return { failures, operations }
}

/** Returns whether it failed before. */
async function insistently(work: () => Promise<void>, failures: string[], onFailure: () => Promise<void>): Promise<boolean> {
  for (let hasFailed = false; ; hasFailed = true) {
    try {
      await work()
      return hasFailed
    } catch (error) {
      if (!isVaultError(error, 'store_unavailable')) throw error
      failures.push(error.message)
      await onFailure()
    }
  }
}

const FOLDER = '/journal'

function journalOn(disk: Disk): Journal {
  return journalFolder({
    disk,
    folder: FOLDER,
    onDamage: ({ reason, file }) => {
      throw new Error(`${file}: ${reason}`)
    },
  })
}
