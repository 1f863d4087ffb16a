import { VaultError, type VaultStore } from '../../src/index.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'

/** A process's store that fails or is late in some of its calls, as long as a test wants. Injects faults; the store is real. */
export interface TroubledStore {
  readonly store: VaultStore
  fails: (call: string) => boolean
  /** What is read from now on comes when `arrive` is called, as it was when it was read. */
  delayRows(): { arrive(): void }
}

export function troubledStore(real: VaultStore): TroubledStore {
  let way: Promise<void> = Promise.resolve()
  const troubled: TroubledStore = {
    fails: () => false,
    store: interceptedStore(real, async (call, work) => {
      if (troubled.fails(call)) throw new VaultError('store_unavailable', `The store fails at ${call}.`)
      const result = await work()
      if (call === 'credentials.get') await way
      return result
    }),
    delayRows() {
      let arrive = (): void => undefined
      way = new Promise((resolve) => {
        arrive = resolve
      })
      return { arrive: () => arrive() }
    },
  }
  return troubled
}

/** A process that can read, and not write what a refresh brought. */
export const writes = (call: string): boolean => call === 'credentials.update' || call === 'credentials.renew'
