import { isVaultError } from '@holdfast/vault-core'
import { encodeRecord } from '@holdfast/vault-core/store'
import { describe, expect, it } from 'vitest'
import type { DamageReport } from '../src/damage.js'
import { createReplica, type Replica } from '../src/replica.js'
import { seededRandom } from './fixtures/random.js'
import { diskWith, type SimulatedDisk } from './fixtures/simulated-disk.js'
import { type VariedLog, variedLog } from './fixtures/varied-log.js'

const isAll = process.env.HOLDFAST_ALL_DAMAGE === '1'
/** Of each kind: 3,000 and some in all. At every position with HOLDFAST_ALL_DAMAGE=1. */
const DAMAGES = 450
const REFUSED = 'refused'

interface Damage {
  readonly bytes: Buffer
  /** What of the sound file was touched. */
  readonly from: number
  readonly to: number
}

describe('damage at any place of a log with records of all kinds', () => {
  it.each<readonly [string, (sound: Buffer, position: number, random: () => number) => Damage]>([
    ['a bit flipped', (sound, position, random) => replaced(sound, position, [(sound[position] ?? 0) ^ (1 << Math.floor(random() * 8))])],
    ['a byte zeroed', (sound, position) => replaced(sound, position, [0])],
    [
      'a stretch zeroed',
      (sound, position, random) =>
        replaced(
          sound,
          position,
          Array.from({ length: stretch(random) }, () => 0),
        ),
    ],
    ['a stretch removed', (sound, position, random) => removed(sound, position, position + stretch(random))],
    [
      'a line removed with a little more',
      (sound, position, random) => removed(sound, position, lineEnd(sound, position + stretch(random))),
    ],
    [
      'whole lines removed',
      (sound, position, random) => removed(sound, lineEnd(sound, position), lineEnd(sound, position + stretch(random))),
    ],
    ['the tails of two lines joined', (sound, position, random) => removed(sound, position, sameColumn(sound, position, stretch(random)))],
  ])('%s: no wrong value, nothing silently old or gone', { timeout: isAll ? 3_600_000 : 120_000 }, async (_name, damage) => {
    const log = await variedLog()
    const random = seededRandom(17)
    const seen = { refused: 0, allRefused: 0, whole: 0 }
    const count = isAll ? log.bytes.length : DAMAGES
    for (let n = 0; n < count; n++) {
      const damaged = damage(log.bytes, isAll ? n : Math.floor(random() * log.bytes.length), random)
      if (damaged.bytes.equals(log.bytes)) continue
      const refused = await check(log, damaged)
      seen[refused === 0 ? 'whole' : refused === log.histories.size ? 'allRefused' : 'refused'] += 1
    }
    expect(seen.refused + seen.allRefused + seen.whole).toBeGreaterThan(count / 4)
  })
})

/** Opens the store on what is found and holds all that it says against what was written. Returns how many records are refused. */
async function check(log: VariedLog, { bytes, from, to }: Damage): Promise<number> {
  const disk = diskWith({ '/vault/data': bytes })
  const reports: DamageReport[] = []
  const replica = replicaOn(disk, reports)
  await replica.catchUp()
  const values = await valuesIn(replica, log)
  const lastLine = log.lines.at(-1)
  const touched = new Set(log.lines.flatMap((line) => (line.to > from && line.from < to ? line.ids : [])))
  const wrong: string[] = []
  let isOld = false
  for (const [id, history] of log.histories) {
    const value = values.get(id)
    if (value === REFUSED || value === history.at(-1)) continue
    // Numbers may be left out, never given again.
    if (id.startsWith('counters') && numberIn(value) > numberIn(history.at(-1))) continue
    isOld = true
    // What reaches into the last line looks like a write that nobody was told of, and can end with its line.
    if (!(to > (lastLine?.from ?? 0) && touched.has(id) && history.includes(value))) wrong.push(id)
  }
  const refused = [...values].filter(([, value]) => value === REFUSED).map(([id]) => id)
  const reported = reports.some(({ records }) => records === undefined || records.length > 0)
  // A log that ends with a line says nothing of what stood behind it.
  const isCutAtLine = log.lines.some((line) => line.to === bytes.length) && bytes.equals(log.bytes.subarray(0, bytes.length))
  expect({ from, to, wrong, isReported: reported }).toEqual({ from, to, wrong: [], isReported: refused.length > 0 })
  if (isOld && !isCutAtLine) expect({ from, to, reports: reports.length }).not.toEqual({ from, to, reports: 0 })

  // Another process finds the same, now and after the operator has removed the files.
  expect(await valuesAnew(disk, log)).toEqual(values)
  for (const name of await disk.list('/vault/damaged')) await disk.remove(`/vault/damaged/${name}`)
  const after = await valuesIn(replica, log)
  expect([...after.values()]).not.toContain(REFUSED)
  for (const [id, value] of values) if (value !== REFUSED) expect(after.get(id)).toBe(value)
  await replica.append([{ table: 'documents', key: 'new', record: { is: 'written' } }])
  expect(await valuesAnew(disk, log)).toEqual(after)
  return refused.length
}

async function valuesAnew(disk: SimulatedDisk, log: VariedLog): Promise<Map<string, string | undefined>> {
  const replica = replicaOn(disk, [])
  await replica.catchUp()
  return valuesIn(replica, log)
}

function replicaOn(disk: SimulatedDisk, reports: DamageReport[]): Replica {
  return createReplica({ disk, folder: '/vault', onDamage: (report) => reports.push(report), checkpointBytes: 1_000_000 })
}

async function valuesIn({ view }: Replica, { histories }: VariedLog): Promise<Map<string, string | undefined>> {
  const values = new Map<string, string | undefined>()
  for (const id of histories.keys()) {
    const space = id.indexOf(' ')
    try {
      const record = await view.get(id.slice(0, space), id.slice(space + 1))
      values.set(id, record === undefined ? undefined : encodeRecord(record))
    } catch (error) {
      if (!isVaultError(error, 'store_unavailable') || !/damaged\/record-\d+\.json/.test(error.message)) throw error
      values.set(id, REFUSED)
    }
  }
  return values
}

function numberIn(value: string | undefined): number {
  return Number(/"value":(\d+)/.exec(value ?? '')?.[1] ?? 0)
}

function stretch(random: () => number): number {
  return 1 + Math.floor(random() * 600)
}

function lineEnd(sound: Buffer, position: number): number {
  const end = sound.indexOf(10, position)
  return end === -1 ? sound.length : end + 1
}

/** The place in a later line that is as far behind its first tab as `position` is behind that of its own. */
function sameColumn(sound: Buffer, position: number, distance: number): number {
  const column = position - sound.lastIndexOf(9, position)
  return Math.min(sound.length, sound.indexOf(9, position + distance) + column)
}

function replaced(sound: Buffer, from: number, by: readonly number[]): Damage {
  const bytes = Buffer.from(sound)
  bytes.set(by.slice(0, sound.length - from), from)
  return { bytes, from, to: Math.min(sound.length, from + by.length) }
}

function removed(sound: Buffer, from: number, to: number): Damage {
  return {
    bytes: Buffer.concat([sound.subarray(0, from), sound.subarray(Math.max(from, to))]),
    from,
    to: Math.min(sound.length, Math.max(from, to)),
  }
}
