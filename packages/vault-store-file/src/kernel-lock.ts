import { closeSync, constants, lstatSync, openSync, utimesSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { VaultError } from '@holdfast/vault-core'
import type { Lock } from './lock.js'

export interface KernelLockOptions {
  /** How long to wait for one's turn. Milliseconds. */
  readonly patienceMs: number
  readonly random: () => number
  /** Makes the folder in which the lock's file stands. */
  readonly makeFolder: () => Promise<void>
}

/**
 * A lock between processes that the kernel keeps: it ends with its holder, however that ends, and nobody has to judge
 * whether a holder still lives. SQLite takes it, on an empty database that is never written.
 */
export function kernelLock(path: string, { patienceMs, random, makeFolder }: KernelLockOptions): Lock {
  let database: DatabaseSync | undefined
  /** Which file it is that `database` has open. */
  let openedId: string | undefined
  const close = (): void => {
    database?.close()
    database = undefined
  }
  const opened = async (): Promise<DatabaseSync> => {
    // A lock on a file that is not in the folder any more keeps nobody out.
    if (database && fileId(path) === openedId) return database
    close()
    await makeFolder()
    makeFile(path)
    openedId = fileId(path)
    database = new DatabaseSync(path, { timeout: 0 })
    return database
  }
  let releasedAt = Number.NEGATIVE_INFINITY
  return {
    async acquire() {
      const giveUpAt = performance.now() + patienceMs
      // Whoever comes straight back would find the lock free each time, and those who look for it now and then never.
      if (performance.now() - releasedAt < MAX_PAUSE_MS && isWaitedFor(path)) await sleep(MAX_PAUSE_MS * (0.2 + 0.3 * random()))
      for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
        const lock = await opened()
        if (tryToLock(lock)) {
          if (fileId(path) === openedId) {
            return () => {
              lock.exec('rollback')
              releasedAt = performance.now()
            }
          }
          lock.exec('rollback')
        }
        if (performance.now() > giveUpAt) {
          throw new VaultError(
            'store_unavailable',
            `Another process has held the lock of the store for ${Math.round(patienceMs / 1000)} s. Look for one that hangs or is stopped; when it ends, the lock is free.`,
          )
        }
        tellThatSomebodyWaits(path)
        await sleep(pauseMs * (0.5 + random()))
      }
    },
    close,
  }
}

const MAX_PAUSE_MS = 15
/** Whoever waits says so at least this often. */
const WAITING_FOR_MS = 3 * MAX_PAUSE_MS

/** By the time of the lock's file, which means nothing else. */
function tellThatSomebodyWaits(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Then his turn comes a little later.
  }
}

function isWaitedFor(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) < WAITING_FOR_MS
}

function tryToLock(database: DatabaseSync): boolean {
  try {
    database.exec('begin immediate')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

/** SQLite's codes for a lock that another one holds. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6)
}

function fileId(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

/** Made only where it is missing: closing a file lets go of all locks that this process has on it. */
function makeFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isSymbolicLink()) throw Object.assign(new Error(`a symbolic link is not followed: ${path}`), { code: 'ELOOP' })
  if (found) return
  try {
    closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
