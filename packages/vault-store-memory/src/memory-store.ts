import type { VaultStore } from '@holdfast/vault-core'
import { memoryAudit } from './audit.js'
import { memoryCredentials } from './credentials.js'
import { memoryDocuments } from './documents.js'
import { createMemoryState } from './memory-state.js'
import { memoryOutbox } from './outbox.js'
import { memoryTickets } from './tickets.js'

export interface MemoryStoreOptions {
  /** The store's clock, epoch milliseconds. Default `Date.now`. */
  readonly clock?: () => number
}

/**
 * A store in memory: the model that every other store is compared with. For tests, and for a first try: it ends with its process.
 *
 * @example
 * ```ts
 * const vault = createVault({ store: memoryStore(), keyring, connections })
 * ```
 */
export function memoryStore({ clock = () => Date.now() }: MemoryStoreOptions = {}): VaultStore {
  const state = createMemoryState(clock)
  return {
    capabilities: { durable: false, crossProcess: false },
    credentials: memoryCredentials(state),
    documents: memoryDocuments(state),
    tickets: memoryTickets(state),
    outbox: memoryOutbox(state),
    audit: memoryAudit(state),
    now: () => state.run((nowMs) => nowMs),
    close: async () => {
      state.close()
    },
  }
}
