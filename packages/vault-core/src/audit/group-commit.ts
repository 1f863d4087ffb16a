import { isVaultError } from '../errors.js'
import type { NewAuditEntry } from '../storage/contract.js'

/** Appends for many at once: whoever comes while one append runs shares the next. */
export interface GroupCommit {
  /** Resolves when these are stored. @throws What the store threw, to each whose entries it concerns. */
  append(entries: readonly NewAuditEntry[]): Promise<void>
  /** Resolves when nothing is under way. */
  drained(): Promise<void>
}

interface Waiting {
  readonly entries: readonly NewAuditEntry[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Entries of one append, unless one caller brings more. */
const MAX_ENTRIES = 500

export function createGroupCommit(store: (entries: readonly NewAuditEntry[]) => Promise<void>): GroupCommit {
  let waiting: Waiting[] = []
  let isRunning = false
  let running: Promise<void> = Promise.resolve()

  async function storeOne({ entries, resolve, reject }: Waiting): Promise<void> {
    try {
      await store(entries)
      resolve()
    } catch (error) {
      reject(error)
    }
  }

  async function storeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await store(group.flatMap(({ entries }) => entries))
      for (const { resolve } of group) resolve()
    } catch (error) {
      // What the store will not take is one caller's trouble: the others' entries go by themselves.
      if (group.length > 1 && isVaultError(error, 'invalid_request')) for (const one of group) await storeOne(one)
      else for (const { reject } of group) reject(error)
    }
  }

  async function storeAll(): Promise<void> {
    isRunning = true
    while (waiting.length > 0) {
      let count = 0
      const end = waiting.findIndex(({ entries }, index) => {
        count += entries.length
        return index > 0 && count > MAX_ENTRIES
      })
      const group = waiting.slice(0, end === -1 ? waiting.length : end)
      waiting = waiting.slice(group.length)
      await storeGroup(group)
    }
    // In the same turn as the last look: whoever comes after it begins anew.
    isRunning = false
  }

  return {
    append: (entries) =>
      new Promise((resolve, reject) => {
        waiting.push({ entries, resolve, reject })
        if (!isRunning) running = storeAll()
      }),
    drained: () => running,
  }
}
