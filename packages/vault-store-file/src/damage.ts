import { join } from 'node:path'
import { VaultError } from '@holdfast/vault-core'
import type { Disk } from './disk.js'
import type { RecordName } from './line.js'
import { readWholeFile, writeNewFile } from './whole-file.js'

/** What is found where the data file should hold something else. */
export interface DamageReport {
  /** Why, in words for a log. */
  readonly reason: string
  /** The records whose newest state is lost, perhaps none; undefined when that cannot be told, and then the whole store refuses to work. */
  readonly records: readonly RecordName[] | undefined
  /** The file in the folder `damaged` that holds the bytes. */
  readonly movedTo: string
}

/** Bytes that were found damaged, and whose they are. They stay, and their records are refused, until the operator removes the file. */
export interface DamagedRecords {
  /** Reads what was moved aside before, also by another process. */
  load(): Promise<void>
  /** Moves bytes aside. `[]`: nothing is lost by them. */
  moveAside(bytes: Uint8Array, records: readonly RecordName[] | undefined, reason: string): Promise<void>
  /** @throws {VaultError} `store_unavailable` when this record, or nobody knows which, is among the damaged. */
  assertSound(table: string, key: string): void | Promise<void>
  /** The same for whoever reads many. What is damaged and known is left out of listings. @throws {VaultError} `store_unavailable`. */
  assertKnown(): void | Promise<void>
}

export function damagedRecords(disk: Disk, folder: string, onDamage: (report: DamageReport) => void): DamagedRecords {
  const asideFolder = join(folder, 'damaged')
  const files = new Map<string, readonly RecordName[] | undefined>()

  const fileOf = (table: string, key: string): string | undefined =>
    [...files].find(([, records]) => records === undefined || records.some((name) => name.table === table && name.key === key))?.[0]

  /** Refuses because of the first file that `find` finds, unless the operator has removed it. */
  const refuse = async (find: () => string | undefined): Promise<void> => {
    const file = find()
    if (file === undefined) return
    if (!(await disk.list(asideFolder)).includes(file)) {
      files.delete(file)
      return refuse(find)
    }
    const whose =
      files.get(file) === undefined ? 'It cannot be told which records they held, so all are refused.' : 'This record is refused.'
    throw new VaultError(
      'store_unavailable',
      `The data file was damaged; the bytes are in damaged/${file}. ${whose} Restore the folder from a backup; or remove that file, and what it held is gone.`,
    )
  }

  return {
    async load() {
      files.clear()
      // Refuses a link.
      disk.identity(asideFolder)
      for (const name of await disk.list(asideFolder)) {
        if (isOfKind('record', name)) files.set(name, await readNames(disk, join(asideFolder, name)))
      }
    },

    async moveAside(bytes, records, reason) {
      await disk.makeFolder(asideFolder)
      const taken = new Set(await disk.list(asideFolder))
      const kind = records?.length === 0 ? 'harmless' : 'record'
      const text = JSON.stringify({ reason, records: records ?? 'unknown', bytes: Buffer.from(bytes).toString('base64') }, null, 1)
      for (const name of taken) {
        // Somebody moved this aside already, and could not write the data file anew.
        if (isOfKind(kind, name) && (await readText(disk, join(asideFolder, name))) === text) {
          if (kind === 'record') files.set(name, records)
          return
        }
      }
      let number = 1
      while (taken.has(`${kind}-${number}.json`)) number++
      const name = `${kind}-${number}.json`
      const temporary = join(asideFolder, `${name}.new`)
      await disk.remove(temporary)
      await writeNewFile(disk, temporary, Buffer.from(text))
      await disk.rename(temporary, join(asideFolder, name))
      await disk.syncFolder(asideFolder)
      await disk.syncFolder(folder)
      if (kind === 'record') files.set(name, records)
      onDamage({ reason, records, movedTo: name })
    },

    assertSound(table, key) {
      if (files.size === 0) return
      return refuse(() => fileOf(table, key))
    },

    assertKnown() {
      if (files.size === 0) return
      return refuse(() => [...files].find(([, records]) => records === undefined)?.[0])
    },
  }
}

/** Not one that somebody did not live to finish. */
function isOfKind(kind: 'record' | 'harmless', name: string): boolean {
  return name.startsWith(`${kind}-`) && name.endsWith('.json')
}

/** The records that a file in `damaged` names. One that cannot be read itself counts as unknown. */
async function readNames(disk: Disk, path: string): Promise<readonly RecordName[] | undefined> {
  const text = await readText(disk, path)
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content !== 'object' || content === null || !('records' in content)) return undefined
    return Array.isArray(content.records) && content.records.every(isName) ? content.records : undefined
  } catch {
    return undefined
  }
}

async function readText(disk: Disk, path: string): Promise<string> {
  return Buffer.from(await readWholeFile(disk, path)).toString()
}

function isName(value: unknown): value is RecordName {
  return typeof value === 'object' && value !== null && 'table' in value && 'key' in value
}
