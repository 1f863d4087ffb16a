import { join, resolve } from 'node:path'
import { storeFromEngine, type VaultStore } from '@holdfast/vault-core/store'
import type { DamageReport } from './damage.js'
import { fileEngine } from './file-engine.js'
import { assertFolderOption, invalidOption } from './folder-option.js'
import { kernelLock } from './kernel-lock.js'
import { nodeDisk } from './node-disk.js'
import { createReplica } from './replica.js'

export interface FileStoreOptions {
  /** The folder, made if it is missing. On a disk of this machine: locks do not work on network file systems. */
  readonly path: string
  /** The store's clock, epoch milliseconds: the machine's, which all its processes share. Default `Date.now`. */
  readonly clock?: () => number
  /** Told when a part of the data file turns out damaged, with what is in it. Default: a warning of the process. */
  readonly onDamage?: (report: DamageReport) => void
  /** How long a write waits while other processes write. Milliseconds, default 10,000. */
  readonly lockTimeoutMs?: number
}

/**
 * Keeps a vault in one folder: no server, no native addon. Several processes of one machine may share it; what was
 * acknowledged survives their death and a loss of power.
 *
 * All that is in it is held in memory too, so that it suits some ten thousand credentials, not millions.
 *
 * @throws {VaultError} `invalid_configuration` for wrong options. What is wrong with the folder is told by the first call: `store_unavailable`.
 * @example
 * ```ts
 * const store = fileStore({ path: './vault' })
 * ```
 */
export function fileStore({ path, clock = () => Date.now(), onDamage = warn, lockTimeoutMs = 10_000 }: FileStoreOptions): VaultStore {
  assertFolderOption(path, 'fileStore')
  if (!Number.isFinite(lockTimeoutMs) || lockTimeoutMs < 0)
    throw invalidOption('fileStore', 'lockTimeoutMs', 'must be a number of milliseconds, 0 or more')
  // The process may change its working directory.
  const folder = resolve(path)
  const replica = createReplica({ disk: nodeDisk, folder, onDamage, checkpointBytes: CHECKPOINT_BYTES })
  const lock = kernelLock(join(folder, 'lock'), {
    patienceMs: lockTimeoutMs,
    random: Math.random,
    makeFolder: () => nodeDisk.makeFolder(folder),
  })
  return storeFromEngine(fileEngine(replica, lock, clock))
}

/** Below this a checkpoint would not be worth its writing. */
const CHECKPOINT_BYTES = 1_048_576

function warn({ reason, movedTo }: DamageReport): void {
  process.emitWarning(`${reason} Its bytes are in damaged/${movedTo}.`, { code: 'HOLDFAST_DAMAGED_FILE' })
}
