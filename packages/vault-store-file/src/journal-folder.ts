import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Journal, JournalEntry } from '@holdfast/vault-core'
import type { Disk } from './disk.js'
import { fileFailure } from './file-failure.js'
import { assertEntryName, decodeEntry, encodeEntry, entryOfFile, fileOfEntry } from './journal-entry.js'
import { readWholeFile, writeNewFile } from './whole-file.js'

/** An entry of a journal that cannot be read. It stays where it is, and the others are read. */
export interface DamagedEntry {
  /** Why, in words for a log. */
  readonly reason: string
  readonly name: string
  /** With its folder. */
  readonly file: string
}

export interface JournalFolderOptions {
  readonly disk: Disk
  readonly folder: string
  readonly onDamage: (damaged: DamagedEntry) => void
}

/** A journal on any disk, a file for each entry: written anew, synced, renamed, the folder synced. */
export function journalFolder({ disk, folder, onDamage }: JournalFolderOptions): Journal {
  /** Damaged files that were told of. */
  const told = new Set<string>()
  let isSwept = false

  /** Returns false when another process took it for one that nobody lived to finish. */
  const putInPlace = async (file: string, bytes: Uint8Array): Promise<boolean> => {
    await disk.makeFolder(folder)
    const unfinished = join(folder, `${randomBytes(8).toString('hex')}${UNFINISHED}`)
    try {
      await writeNewFile(disk, unfinished, bytes)
      await disk.rename(unfinished, join(folder, file))
    } catch (error) {
      await disk.remove(unfinished).catch(() => undefined)
      if (hasCode(error, 'ENOENT')) return false
      throw error
    }
    await disk.syncFolder(folder)
    return true
  }

  /** Undefined for one that is damaged, or was removed meanwhile. */
  const readEntry = async (name: string, file: string): Promise<JournalEntry | undefined> => {
    let bytes: Uint8Array
    try {
      bytes = await readWholeFile(disk, join(folder, file))
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined
      // Any other failure is the disk's, and may pass: no entry is given up for it.
      if (!hasCode(error, 'ELOOP', 'EISDIR')) throw error
      return tellDamage(name, file, 'In the place of an entry of the journal stands a symbolic link or a folder.')
    }
    const entry = decodeEntry(name, bytes)
    return entry ? { name, entry } : tellDamage(name, file, 'An entry of the journal does not match its checksum.')
  }

  const tellDamage = (name: string, file: string, reason: string): undefined => {
    if (told.has(file)) return
    told.add(file)
    onDamage({ reason, name, file: join(folder, file) })
  }

  /** Removes what was not finished, once: later it may be in the hands of another process. */
  const sweep = async (files: readonly string[]): Promise<void> => {
    if (isSwept) return
    for (const file of files) if (isUnfinished(file)) await disk.remove(join(folder, file))
    isSwept = true
  }

  return {
    write: (name, entry) =>
      orJournalFailure(async () => {
        assertEntryName(name)
        const file = fileOfEntry(name)
        const bytes = encodeEntry(name, entry)
        for (let tries = 1; !(await putInPlace(file, bytes)); tries++) {
          if (tries === MOST_TRIES) throw new Error('Files that were just written vanish from the folder of the journal.')
        }
        told.delete(file)
      }),

    read: () =>
      orJournalFailure(async () => {
        // Refuses a link.
        disk.identity(folder)
        const files = await disk.list(folder)
        // It is in nobody's way: if it cannot be removed now, the next read does it.
        await sweep(files).catch(() => undefined)
        const entries: JournalEntry[] = []
        for (const file of files) {
          const name = entryOfFile(file)
          const entry = name === undefined ? undefined : await readEntry(name, file)
          if (entry) entries.push(entry)
        }
        return entries
      }),

    remove: (name) =>
      orJournalFailure(async () => {
        assertEntryName(name)
        disk.identity(folder)
        const file = fileOfEntry(name)
        await disk.remove(join(folder, file))
        told.delete(file)
        // Also when it was not there: whoever removed it may have failed here.
        await disk.syncFolder(folder).catch(unlessMissing)
      }),
  }
}

/** A process sweeps once in its life: so many do not begin within one write. */
const MOST_TRIES = 10

const UNFINISHED = '.new'

function isUnfinished(file: string): boolean {
  return /^[0-9a-f]{16}$/.test(file.slice(0, -UNFINISHED.length)) && file.endsWith(UNFINISHED)
}

async function orJournalFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileFailure(error, 'journal')
  }
}

function unlessMissing(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}
