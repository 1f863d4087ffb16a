import type { Clock } from './runtime.js'
import type { VaultStore } from './storage/contract.js'

/** How long `close` waits for refreshes and write-backs under way, milliseconds. */
const DRAIN_MS = 30_000

/** Makes `vault.close`: nothing begins any more, what is under way may end, then the store is closed. Once, however often it is called. */
export function createClose(parts: {
  readonly store: VaultStore
  readonly clock: Clock
  /** Aborted first: no refresh begins after it. */
  readonly closing: AbortController
  /** Aborted when the time is over, or all is done: nothing is repeated after it. */
  readonly stopped: AbortController
  /** Resolves when what is under way has ended. */
  readonly drained: () => Promise<unknown>
}): () => Promise<void> {
  const { store, clock, closing, stopped, drained } = parts
  const drainAndClose = async (): Promise<void> => {
    closing.abort()
    const allDone = new AbortController()
    await Promise.race([drained().finally(() => allDone.abort()), clock.sleep(DRAIN_MS, allDone.signal)])
    stopped.abort()
    await store.close()
  }
  let closed: Promise<void> | undefined
  return () => {
    closed ??= drainAndClose()
    return closed
  }
}
