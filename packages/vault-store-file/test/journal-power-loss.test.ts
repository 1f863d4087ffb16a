import { describe, expect, it } from 'vitest'
import type { Disk } from '../src/disk.js'
import { journalFolder } from '../src/journal-folder.js'
import { contentAfter, contentOf, doStep, type JournalStep, stepsUpTo } from './fixtures/journal-steps.js'
import { seededRandom } from './fixtures/random.js'
import { type SimulatedDisk, simulatedDisk } from './fixtures/simulated-disk.js'

const STEPS = 200

describe('a loss of power over a journal', () => {
  it(`at every point of ${STEPS} calls: what was acknowledged is there, what was under way is there wholly or not at all`, {
    timeout: 120_000,
  }, async () => {
    const { found, checked } = await replayAll(STEPS, (disk) => disk)
    expect(found).toEqual([])
    expect(checked).toBeGreaterThan(STEPS * 10)
  })

  it.each<readonly [string, (disk: Disk) => Partial<Disk>]>([
    [
      'syncs of files',
      (disk) => ({ open: async (path, options) => ({ ...(await disk.open(path, options)), sync: async () => undefined }) }),
    ],
    ['syncs of the folder', () => ({ syncFolder: async () => undefined })],
    // What writing in place would be.
    [
      'new files',
      (disk) => {
        let written = ''
        return {
          open: (path, options) => {
            if (options.create) written = path
            return disk.open(path, options)
          },
          rename: async (from, to) => {
            expect(from).toBe(written)
            const source = await disk.open(from, { create: false })
            const bytes = await source.read(0, await source.size())
            const target = await disk.open(to, { create: disk.identity(to) === undefined })
            await target.truncate(0)
            await target.write(0, bytes)
            await target.sync()
            await disk.remove(from)
          },
        }
      },
    ],
  ])('is survived by none of this without %s: the test can fail', async (_name, without) => {
    const { found } = await replayAll(STEPS, (disk) => ({ ...disk, ...without(disk) }))
    expect(found).not.toEqual([])
  })
})

/** Does the steps, and after every one of the disk's operations looks at what a loss of power would leave. Returns what was wrong. */
async function replayAll(count: number, wrap: (disk: SimulatedDisk) => Disk): Promise<{ found: string[]; checked: number }> {
  const disk = simulatedDisk()
  const journal = journalOn(wrap(disk), [])
  const steps = stepsUpTo(count)
  const torn = seededRandom(11)
  const found: string[] = []
  let checked = 0
  for (const [index, step] of steps.entries()) {
    const before = contentAfter(steps.slice(0, index))
    const after = contentAfter(steps.slice(0, index + 1))
    const images: SimulatedDisk[] = []
    disk.onOperation = () => {
      images.push(disk.afterPowerLoss('dropped'), disk.afterPowerLoss('kept'), disk.afterPowerLoss({ torn }))
    }
    await doStep(journal, step)
    disk.onOperation = undefined
    // Once it was acknowledged nothing less will do.
    const acknowledged = [disk.afterPowerLoss('dropped'), disk.afterPowerLoss({ torn })]
    for (const image of images) found.push(...(await problemsOf(image, [before, after], `step ${index}`)))
    for (const image of acknowledged) found.push(...(await problemsOf(image, [after], `step ${index}, acknowledged`)))
    checked += images.length + acknowledged.length
    if (found.length > 5) break
  }
  return { found, checked }
}

async function problemsOf(image: SimulatedDisk, allowed: readonly string[], when: string): Promise<string[]> {
  const problems: string[] = []
  const journal = journalOn(image, problems)
  const content = await contentOf(journal)
  if (!allowed.includes(content)) problems.push(`${when}: neither the state before nor that after`)
  if ((await image.list(FOLDER)).some((file) => file.endsWith('.new'))) problems.push(`${when}: what was unfinished is still there`)
  await doStep(journal, LATER)
  const again = await contentOf(journalOn(image.afterPowerLoss('dropped'), problems))
  if (!again.split('\n').includes(contentAfter([LATER]))) problems.push(`${when}: a write after it was lost`)
  return problems.map((problem) => `${when}: ${problem}`)
}

const FOLDER = '/journal'
const LATER: JournalStep = { kind: 'write', name: 'later', entry: new Uint8Array([7]) }

function journalOn(disk: Disk, problems: string[]) {
  return journalFolder({ disk, folder: FOLDER, onDamage: ({ reason }) => problems.push(reason) })
}
