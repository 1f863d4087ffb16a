import { join } from 'node:path'
import { VaultError } from '@holdfast/vault-core'
import { derivedRecords, derivedTables, type EngineView, type RecordWrite, sortedTables } from '@holdfast/vault-core/store'
import { type DamagedRecords, type DamageReport, damagedRecords } from './damage.js'
import type { Disk, DiskFile } from './disk.js'
import { writeLine } from './line.js'
import type { LostBytes } from './lost-records.js'
import { readLog } from './read-log.js'

/**
 * What the data file says, in memory. The file is a log of lines that begins with a checkpoint; it is only ever appended
 * to, or replaced by a new checkpoint. All but `isCurrent` and `view` are called by the holder of the lock.
 */
export interface Replica {
  readonly view: EngineView
  /** Whether nobody has written since `catchUp`, or is just writing. */
  isCurrent(): boolean
  catchUp(): Promise<void>
  /** Writes one line, and makes it safe from a loss of power before it counts. */
  append(writes: readonly RecordWrite[]): Promise<void>
  close(): Promise<void>
}

export interface ReplicaOptions {
  readonly disk: Disk
  readonly folder: string
  readonly onDamage: (report: DamageReport) => void
  /** The file is replaced by a checkpoint when it is longer than this and three times the last checkpoint. Bytes. */
  readonly checkpointBytes: number
}

const FORMAT: RecordWrite = { table: 'format', key: 'holdfast-file-store', record: { version: 1 } }

/** After damage the counters go on from further ahead, so that no number is given twice. */
const COUNTER_GAP = 1_000

export function createReplica({ disk, folder, onDamage, checkpointBytes }: ReplicaOptions): Replica {
  const dataPath = join(folder, 'data')
  const newPath = join(folder, 'data.new')
  const damaged: DamagedRecords = damagedRecords(disk, folder, onDamage)
  let tables = sortedTables()
  let file: DiskFile | undefined
  /** Up to where the file is in the tables. */
  let offset = 0
  let checkpointedBytes = 0
  /** Whether the file is known to be there: then it does not begin anew by itself. */
  let isKnown = false
  /** After a sync that failed nobody knows which bytes are safe, and the next sync does not tell: they go into a file of their own. */
  let isDoubtful = false

  const letGo = async (): Promise<void> => {
    const open = file
    file = undefined
    await open?.close()
  }

  const open = async (): Promise<DiskFile> => {
    await letGo()
    await disk.makeFolder(folder)
    if (!disk.identity(dataPath)) {
      if (isKnown) throw gone()
      tables = sortedTables()
      await writeCheckpoint()
    }
    isKnown = true
    const opened = await disk.open(dataPath, { create: false })
    try {
      // Whoever put this file in place may have died before its name was safe.
      await disk.syncFolder(folder)
      await damaged.load()
    } catch (error) {
      await opened.close()
      throw error
    }
    tables = sortedTables()
    offset = 0
    checkpointedBytes = 0
    return opened
  }

  /** Puts a file in place that holds what the tables hold, record by record, and no more. */
  const writeCheckpoint = async (): Promise<void> => {
    await disk.remove(newPath)
    try {
      await writeNew()
    } catch (error) {
      // On a disk that is full the half of it would take the last room from the lines.
      await disk.remove(newPath).catch(() => undefined)
      throw error
    }
    await disk.rename(newPath, dataPath)
    await disk.syncFolder(folder)
  }

  const writeNew = async (): Promise<void> => {
    const target = await disk.open(newPath, { create: true })
    try {
      let written = 0
      let lines = [writeLine([FORMAT], 0)]
      let length = lines[0]?.length ?? 0
      const flush = async (): Promise<void> => {
        await target.write(written, Buffer.concat(lines))
        written = length
        lines = []
      }
      for (const write of tables.entries()) {
        if (derivedTables.has(write.table)) continue
        const line = writeLine([write], length)
        lines.push(line)
        length += line.length
        if (length - written > WRITE_BYTES) await flush()
      }
      await flush()
      await target.sync()
    } finally {
      await target.close()
    }
  }

  const checkpoint = async (): Promise<void> => {
    await writeCheckpoint()
    await letGo()
    file = await disk.open(dataPath, { create: false })
    offset = await file.size()
    checkpointedBytes = offset
    isDoubtful = false
  }

  const sync = async (target: DiskFile): Promise<void> => {
    try {
      await target.sync()
    } catch (error) {
      isDoubtful = true
      throw error
    }
  }

  /** Takes in what stands behind `offset`. */
  const readOn = async (source: DiskFile): Promise<void> => {
    const { end, isDamaged, lost, unfinished } = await readLog(source, offset, (writes) => {
      for (const write of writes) {
        if (write.table === FORMAT.table) assertFormat(write)
        else applyWhole(write)
      }
    })
    if (end === 0 && !lost.some(({ names }) => names)) throw notOurs(dataPath)
    // Whoever wrote the last lines may have died before they were safe; from here on they count.
    await sync(source)
    if (unfinished) {
      await damaged.moveAside(unfinished, [], 'A write that was not finished, or was damaged, at the end of the data file.')
      await source.truncate(end)
      await sync(source)
    }
    for (const each of lost) await giveUp(each)
    // Not before: up to here a read is to come under the lock and wait.
    offset = end
    if (isDamaged || isDoubtful) await checkpoint()
  }

  const giveUp = async ({ bytes, names }: LostBytes): Promise<void> => {
    const records = names?.filter(({ table }) => table !== 'counters' && table !== FORMAT.table)
    const reason =
      records?.length === 0
        ? 'A line of the data file was damaged, and no record is lost by it.'
        : 'A line of the data file does not match its checksum, or is missing.'
    await damaged.moveAside(bytes, records, reason)
    for (const name of records ?? []) applyWhole(name)
    for (const { table, key } of names ?? [...tables.entries()]) if (table === 'counters') moveOn(key)
  }

  const moveOn = (key: string): void => {
    const record = tables.get('counters', key)
    const value = record && 'value' in record && typeof record.value === 'number' ? record.value : 0
    applyWhole({ table: 'counters', key, record: { value: value + COUNTER_GAP } })
  }

  const applyWhole = (write: RecordWrite): void => {
    const { table, key, record } = write
    const before = derivedRecords(table, key, tables.get(table, key))
    const after = derivedRecords(table, key, record)
    tables.apply([...before.map((each) => ({ table: each.table, key: each.key })), write, ...after])
  }

  return {
    view: {
      async get(table, key) {
        await damaged.assertSound(table, key)
        return tables.get(table, key)
      },
      async scan(table, range) {
        await damaged.assertKnown()
        return tables.view.scan(table, range)
      },
    },

    isCurrent() {
      if (!file) return false
      const identity = disk.identity(dataPath)
      return identity?.id === file.id && identity.size === offset
    },

    async catchUp() {
      const identity = disk.identity(dataPath)
      const isSame = file !== undefined && identity?.id === file.id && identity.size >= offset
      if (isSame && identity.size === offset) return
      const source = (isSame ? file : undefined) ?? (await open())
      try {
        await readOn(source)
        file ??= source
      } catch (error) {
        // What is half read is read again from the start.
        await letGo()
        throw error
      } finally {
        if (file !== source) await source.close()
      }
    },

    async append(writes) {
      const kept = writes.filter(({ table }) => !derivedTables.has(table))
      if (kept.length === 0) return
      if (!file) throw new Error('The data file is not open.')
      const bytes = writeLine(kept, offset)
      try {
        await file.write(offset, bytes)
        await sync(file)
      } catch (error) {
        // Nobody was told of it: it goes again, and if even that fails the next holder of the lock judges what is there.
        await file.truncate(offset).catch(() => undefined)
        await letGo()
        throw error
      }
      offset += bytes.length
      for (const write of kept) applyWhole(write)
      if (offset > Math.max(checkpointBytes, 3 * checkpointedBytes)) {
        // The lines are safe without it: one that fails is left for later, and what it left behind is judged by the next to catch up.
        await checkpoint().catch(() => {
          checkpointedBytes = offset
        })
      }
    },

    close: letGo,
  }
}

/** A checkpoint is written in pieces of about this size. */
const WRITE_BYTES = 262_144

function assertFormat({ record }: RecordWrite): void {
  if (record && 'version' in record && record.version === 1) return
  throw new VaultError(
    'invalid_configuration',
    'The data file was written by a newer version of this code. Update @holdfast/vault-store-file.',
  )
}

function notOurs(path: string): VaultError {
  return new VaultError('invalid_configuration', `${path} is empty, or no data file of a vault. Give the store a folder of its own.`)
}

function gone(): VaultError {
  return new VaultError(
    'store_unavailable',
    'The data file was taken away while the store was in use. Put the folder back; or restart the process, and the store begins anew.',
  )
}
