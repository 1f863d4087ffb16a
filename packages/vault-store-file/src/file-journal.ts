import { resolve } from 'node:path'
import type { Journal } from '@holdfast/vault-core'
import { assertFolderOption, invalidOption } from './folder-option.js'
import { type DamagedEntry, journalFolder } from './journal-folder.js'
import { nodeDisk } from './node-disk.js'

export interface FileJournalOptions {
  /** The folder, made when there is first something to keep. On another disk than the store's, if there is one: both may fail. */
  readonly path: string
  /** Told of an entry that is damaged, once by each process. Default: a warning of the process. */
  readonly onDamage?: (damaged: DamagedEntry) => void
}

/**
 * A journal in a folder of this machine, a file for each entry. What was acknowledged survives the death of the process and
 * a loss of power. Several processes may share the folder.
 *
 * @throws {VaultError} `invalid_configuration` for wrong options. What is wrong with the folder is told by the first call: `store_unavailable`.
 * @example
 * ```ts
 * const vault = createVault({ store, keyring, connections, journal: fileJournal({ path: './journal' }) })
 * ```
 */
export function fileJournal({ path, onDamage = warn }: FileJournalOptions): Journal {
  assertFolderOption(path, 'fileJournal')
  if (typeof onDamage !== 'function') throw invalidOption('fileJournal', 'onDamage', 'must be a function')
  // The process may change its working directory.
  return journalFolder({ disk: nodeDisk, folder: resolve(path), onDamage })
}

function warn({ reason, file }: DamagedEntry): void {
  process.emitWarning(`${reason} It is left where it is: ${file}.`, { code: 'HOLDFAST_DAMAGED_FILE' })
}
