import { isVaultError } from '@holdfast/vault-core'
import { encodeRecord } from '@holdfast/vault-core/store'
import { describe, expect, it } from 'vitest'
import { createReplica, type Replica } from '../src/replica.js'
import { seededRandom } from './fixtures/random.js'
import { diskWith, type SimulatedDisk } from './fixtures/simulated-disk.js'
import { variedLog } from './fixtures/varied-log.js'

describe('while what is damaged is moved aside and the log is written anew', () => {
  it('a loss of power at any point: the record stays refused, the others stay, and nothing more is damaged', async () => {
    const { disk, view, expected } = await damagedDisk()
    const torn = seededRandom(3)
    const images: SimulatedDisk[] = []
    disk.onOperation = () => images.push(disk.afterPowerLoss('dropped'), disk.afterPowerLoss('kept'), disk.afterPowerLoss({ torn }))
    await replicaOn(disk).catchUp()
    expect(images.length).toBeGreaterThan(20)
    for (const image of images) {
      const replica = replicaOn(image)
      await replica.catchUp()
      expect(await view(replica)).toEqual(expected)
      const again = replicaOn(image.afterPowerLoss('dropped'))
      await again.catchUp()
      expect(await view(again)).toEqual(expected)
    }
  })

  it.each(['ENOSPC', 'EIO'])(
    '%s at any operation: no old state is shown meanwhile, and repairs go on once the disk works',
    async (code) => {
      for (const isOpen of [false, true]) {
        let isRepaired = false
        for (let n = 1; !isRepaired; n++) {
          const { disk, view, expected, damage } = await damagedDisk(isOpen)
          const replica = replicaOn(disk)
          // A process that has read all up to the line before, and reads on.
          if (isOpen) await replica.catchUp()
          await damage()
          const before = disk.operations()
          const fault = { error: Object.assign(new Error(code), { code }), effect: 'half' as const }
          disk.fault = (operation) => (operation >= before + n ? fault : undefined)
          isRepaired = await replica.catchUp().then(
            () => true,
            () => false,
          )
          disk.fault = undefined
          if (!isRepaired) expect(replica.isCurrent()).toBe(false)
          for (let tries = 0; tries < 3; tries++) await replica.catchUp()
          expect(await view(replica)).toEqual(expected)
          // Once, however often it was tried.
          expect((await disk.list('/vault/damaged')).filter((name) => name.endsWith('.json'))).toEqual(['record-1.json'])
          expect(n).toBeLessThan(100)
        }
      }
    },
  )
})

type Values = ReadonlyMap<string, string | undefined>

interface DamagedDisk {
  readonly disk: SimulatedDisk
  /** What is to be seen once it is damaged. */
  readonly expected: Values
  view(replica: Replica): Promise<Values>
  damage(): Promise<void>
}

/** A disk with a log of which one line is damaged: now, or when `damage` is called, and until then without that line and what follows. */
async function damagedDisk(isLater = false): Promise<DamagedDisk> {
  const { bytes, lines, histories } = await variedLog()
  const line = lines.at(-3)
  if (!line) throw new Error('The log is too short.')
  const damaged = Buffer.from(bytes)
  const middle = Math.floor((line.from + line.to) / 2)
  damaged[middle] = (damaged[middle] ?? 0) ^ 1
  const disk = diskWith({ '/vault/data': isLater ? bytes.subarray(0, line.from) : damaged })
  const expected = new Map([...histories].map(([id, states]) => [id, line.ids.includes(id) ? 'refused' : states.at(-1)]))
  return {
    disk,
    expected: withoutCounters(expected),
    async view({ view }: Replica) {
      const found = new Map<string, string | undefined>()
      for (const id of histories.keys()) {
        const space = id.indexOf(' ')
        try {
          const record = await view.get(id.slice(0, space), id.slice(space + 1))
          found.set(id, record === undefined ? undefined : encodeRecord(record))
        } catch (error) {
          found.set(id, isVaultError(error, 'store_unavailable') ? 'refused' : 'failed')
        }
      }
      return withoutCounters(found)
    },
    /** As another process would have written it, and the disk spoilt it since. */
    async damage() {
      if (!isLater) return
      const file = await disk.open('/vault/data', { create: false })
      await file.write(line.from, damaged.subarray(line.from))
      await file.sync()
    },
  }
}

/** Their numbers may be left out. */
function withoutCounters(values: Values): Values {
  return new Map([...values].filter(([id]) => !id.startsWith('counters')))
}

function replicaOn(disk: SimulatedDisk): Replica {
  return createReplica({ disk, folder: '/vault', onDamage: () => undefined, checkpointBytes: 1_000_000 })
}
