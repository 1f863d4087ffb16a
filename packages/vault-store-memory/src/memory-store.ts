import { storeFromEngine, type VaultStore } from '@holdfast/vault-core/store'
import { memoryEngine } from './memory-engine.js'

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
  return storeFromEngine(memoryEngine(clock))
}
