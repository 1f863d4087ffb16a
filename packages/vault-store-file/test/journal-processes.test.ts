import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Journal } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { fileJournal } from '../src/index.js'
import { contentAfter, contentOf, doStep, stepsUpTo } from './fixtures/journal-steps.js'
import { processes, type StoreProcess } from './fixtures/processes.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const start = processes('journal-writer.process.ts')
const KILL_CYCLES = Number(process.env.HOLDFAST_FILE_KILL_CYCLES ?? 50)

/** Whoever finds half an entry fails. */
const journalOf = (path: string): Journal =>
  fileJournal({
    path,
    onDamage: ({ reason }) => {
      throw new Error(reason)
    },
  })

/** How many steps were acknowledged to a writer. */
const acknowledgedOf = ({ said }: StoreProcess, before: number): number =>
  Math.max(before, ...said.filter((each) => typeof each === 'number'))

describe('writers of a journal that are killed', () => {
  it(`${KILL_CYCLES} times: all that was acknowledged is there, the rest wholly or not at all, and a reader never sees half an entry`, {
    timeout: KILL_CYCLES * 2_000 + 60_000,
  }, async () => {
    const path = newFolder()
    /** How many steps each has done. */
    const done = { a: 0, b: 0 }
    const written = { swept: 0, reads: 0 }
    for (let cycle = 0; cycle < KILL_CYCLES; cycle++) {
      const a = start(path, 'write', 'a', done.a)
      const b = start(path, 'write', 'b', done.b)
      await Promise.all([a.next(), b.next()])
      // One after the other sweeps, as if new processes began.
      const endAt = Date.now() + Math.random() * 25
      do {
        await journalOf(path).read()
        written.reads += 1
        await sleep(1)
      } while (Date.now() < endAt)
      for (const { child } of [a, b]) child.kill('SIGKILL')
      // Killed, and not failed before.
      expect(await Promise.all([a.ended, b.ended])).toEqual([null, null])

      written.swept += readdirSync(path).filter((file) => file.endsWith('.new')).length
      const content = await contentOf(journalOf(path))
      expect(readdirSync(path).filter((file) => !file.endsWith('.entry'))).toEqual([])
      for (const [name, writer] of [
        ['a', a],
        ['b', b],
      ] as const) {
        const acknowledged = acknowledgedOf(writer, done[name])
        const own = content
          .split('\n')
          .filter((line) => line.startsWith(name))
          .join('\n')
        // One more may have been done and not acknowledged any more.
        const possible = [acknowledged, acknowledged + 1].find((count) => contentAfter(stepsUpTo(count), name) === own)
        expect({ cycle, name, acknowledged, possible }).toEqual({ cycle, name, acknowledged, possible: expect.any(Number) })
        done[name] = acknowledged
      }
    }
    expect(Math.min(done.a, done.b)).toBeGreaterThan(KILL_CYCLES)
    console.log(
      `${KILL_CYCLES} cycles: ${done.a + done.b} calls of a journal acknowledged, none lost; ${written.reads} reads beside them, and ${written.swept} unfinished files swept.`,
    )
  })
})

describe('processes that share the folder of a journal', () => {
  it('may remove the same entries at the same time', { timeout: 60_000 }, async () => {
    const path = newFolder()
    const journal = journalOf(path)
    for (const [index, step] of stepsUpTo(300).entries()) if (step.kind === 'write') await doStep(journal, step, `${index}-`)
    expect((await journal.read()).length).toBeGreaterThan(150)
    const drains = ['a', 'b', 'c'].map((name) => start(path, 'drain', name))
    expect(await Promise.all(drains.map(({ ended }) => ended))).toEqual([0, 0, 0])
    expect(drains.map(({ said }) => said)).toEqual([['drained'], ['drained'], ['drained']])
    expect(readdirSync(path)).toEqual([])
  })
})
