import { type EngineView, encodeRecord, sortedTables, storeFromEngine } from '@holdfast/vault-core/store'
import { describe, expect, it } from 'vitest'
import type { Disk } from '../src/disk.js'
import { fileEngine } from '../src/file-engine.js'
import { createReplica, type Replica } from '../src/replica.js'
import { modelEngine } from './fixtures/model-engine.js'
import { seededRandom } from './fixtures/random.js'
import { randomOperation } from './fixtures/random-operation.js'
import { type SimulatedDisk, simulatedDisk } from './fixtures/simulated-disk.js'

const FOLDER = '/vault'
const OPERATIONS = 1_000
const TABLES = ['credentials', 'due', 'documents', 'tickets', 'expiry', 'jobs', 'queue', 'audit', 'entries', 'counters']

describe('a loss of power', () => {
  it(`at every point of ${OPERATIONS} operations: what was acknowledged is there, what was under way is there wholly or not at all`, {
    timeout: 240_000,
  }, async () => {
    const { found, checked } = await replayAll(OPERATIONS, (disk) => disk)
    expect(found).toEqual([])
    expect(checked).toBeGreaterThan(OPERATIONS * 3)
  })

  it.each<readonly [string, (disk: Disk) => Partial<Disk>]>([
    [
      'syncs of files',
      (disk) => ({ open: async (path, options) => ({ ...(await disk.open(path, options)), sync: async () => undefined }) }),
    ],
    ['syncs of the folder', () => ({ syncFolder: async () => undefined })],
  ])('is survived by none of this without %s: the test can fail', { timeout: 120_000 }, async (_name, without) => {
    const { found } = await replayAll(200, (disk) => ({ ...disk, identity: disk.identity, ...without(disk) }))
    expect(found).not.toEqual([])
  })
})

/** Runs operations, and after every one of the disk's looks at what a loss of power would leave. Returns what was wrong. */
async function replayAll(count: number, wrap: (disk: SimulatedDisk) => Disk): Promise<{ found: string[]; checked: number }> {
  const disk = simulatedDisk()
  const replica = replicaOn(wrap(disk), () => undefined)
  let now = 1_800_000_000_000
  const store = storeFromEngine(fileEngine(replica, { acquire: async () => () => undefined, close: () => undefined }, () => now))
  const tables = sortedTables()
  let states: string[] = []
  const model = storeFromEngine(
    modelEngine(
      tables,
      () => now,
      async () => void states.push(await dump(tables.view)),
    ),
  )
  const random = seededRandom(7)
  const torn = seededRandom(11)
  const found: string[] = []
  let images: SimulatedDisk[] = []
  let checked = 0
  disk.onOperation = () => {
    images.push(disk.afterPowerLoss('dropped'), disk.afterPowerLoss('kept'), disk.afterPowerLoss({ torn }))
  }
  for (let n = 1; n <= count && found.length < 5; n++) {
    now += 1_000
    const operation = randomOperation(random, n)
    const before = await dump(tables.view)
    states = [before]
    await operation(model)
    const after = states.at(-1) ?? before
    await operation(store)
    // Once it was acknowledged nothing less will do.
    const acknowledged = [disk.afterPowerLoss('dropped'), disk.afterPowerLoss({ torn })]
    for (const image of images) found.push(...(await problemsOf(image, states, `operation ${n}`)))
    for (const image of acknowledged) found.push(...(await problemsOf(image, [after], `operation ${n}, acknowledged`)))
    checked += images.length + acknowledged.length
    images = []
  }
  return { found, checked }
}

async function problemsOf(image: SimulatedDisk, allowed: readonly string[], when: string): Promise<string[]> {
  const problems: string[] = []
  try {
    const replica = replicaOn(image, (records) => {
      if (records === undefined || records.length > 0) problems.push(`${when}: damage was reported`)
    })
    await replica.catchUp()
    if (!allowed.includes(await dump(replica.view))) problems.push(`${when}: none of the states before, between and after`)
    await replica.append([{ table: 'documents', key: 'new', record: { written: when } }])
    const again = replicaOn(image.afterPowerLoss('dropped'), () => undefined)
    await again.catchUp()
    if ((await again.view.get('documents', 'new')) === undefined) problems.push(`${when}: a write after it was lost`)
  } catch (error) {
    problems.push(`${when}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return problems
}

function replicaOn(disk: Disk, onDamage: (records: readonly unknown[] | undefined) => void): Replica {
  return createReplica({ disk, folder: FOLDER, onDamage: ({ records }) => onDamage(records), checkpointBytes: 8_000 })
}

async function dump(view: EngineView): Promise<string> {
  const contents = await Promise.all(TABLES.map(async (table) => [table, await view.scan(table, { prefix: '', limit: 100_000 })]))
  return encodeRecord(contents)
}
