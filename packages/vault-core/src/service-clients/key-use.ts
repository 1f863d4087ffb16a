import { timestamp } from '../documents/timestamp.js'
import type { Log } from '../log.js'
import type { Runtime } from '../runtime.js'
import type { VerificationKey } from './service-client.js'

/** How exactly it is kept when a key was last used, milliseconds: one write in that time, however often it is used. */
const PRECISION_MS = 3_600_000
/** How long a write that failed is not tried again, milliseconds. */
const RETRY_MS = 60_000
/** Most failures that are remembered. */
const MAX_FAILURES = 1_000

export interface KeyUseOptions {
  readonly runtime: Runtime
  readonly log: Log
  /** Stores that the key was used at this time. */
  readonly write: (key: VerificationKey, usedAt: string) => Promise<void>
}

/** Makes what is called for each use of a key. It returns at once and never throws: a request neither waits nor fails for it. */
export function createKeyUse({ runtime, log, write }: KeyUseOptions): (key: VerificationKey) => void {
  // A key that was read from the store is looked at once, and read anew every second.
  const seen = new WeakSet<VerificationKey>()
  const writing = new Set<string>()
  const failed = new Map<string, number>()

  async function keep(key: VerificationKey, nowMs: number): Promise<void> {
    writing.add(key.keyId)
    try {
      await write(key, timestamp(nowMs))
      failed.delete(key.keyId)
    } catch (error) {
      if (failed.size >= MAX_FAILURES) failed.clear()
      failed.set(key.keyId, runtime.clock.monotonic())
      log.debug({ err: error, clientId: key.clientId }, 'When an access key was last used could not be kept.')
    } finally {
      writing.delete(key.keyId)
    }
  }

  return (key) => {
    if (seen.has(key)) return
    seen.add(key)
    const nowMs = runtime.clock.now()
    if (writing.has(key.keyId) || wasUsedLately(key, nowMs)) return
    const failedAtMs = failed.get(key.keyId)
    if (failedAtMs === undefined || runtime.clock.monotonic() - failedAtMs >= RETRY_MS) void keep(key, nowMs)
  }
}

/** Whether a use at this time need not be written. */
export function wasUsedLately({ lastUsed }: Pick<VerificationKey, 'lastUsed'>, nowMs: number): boolean {
  return lastUsed !== undefined && nowMs - Date.parse(lastUsed) < PRECISION_MS
}
