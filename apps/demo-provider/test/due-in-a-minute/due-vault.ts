import { type ConnectionInput, createVault, localKeyring, type Vault, type VaultStore } from '@holdfast/vault-core'
import { postgresStore } from '@holdfast/vault-store-sql'

/** What a worker process is started with, as JSON. */
export interface DueSetup {
  readonly connectionString: string
  readonly schema: string
  readonly tokenEndpoint: string
  /** base64 */
  readonly key: string
  /** By how much all clocks are ahead, those of vault and store. */
  readonly aheadMs: number
}

/** Both are of one application: what its provider allows in a second is for both together. */
export const CONNECTION_IDS = ['calendar', 'drive'] as const

/** Longer than the minute of the default: what a machine that does much else at the same time has in hand. */
export const MIN_VALIDITY_MS = 180_000

export function dueStore({ connectionString, schema, aheadMs }: DueSetup): VaultStore {
  return postgresStore({ connectionString, schema, maxConnections: 10, clockOffsetMs: () => aheadMs })
}

export function dueVault(store: VaultStore, setup: DueSetup): Vault {
  const { tokenEndpoint, key, aheadMs } = setup
  const connections = CONNECTION_IDS.map(
    (connectionId): ConnectionInput => ({
      connectionId,
      authorizationEndpoint: new URL('/authorize', tokenEndpoint).href,
      tokenEndpoint,
      clientId: 'client-1',
      clientSecret: 'client-secret',
      maxRefreshesPerSecond: 200,
      minValidityMs: MIN_VALIDITY_MS,
    }),
  )
  return createVault({
    store,
    connections,
    keyring: localKeyring([{ id: 'k1', key: Buffer.from(key, 'base64') }]),
    clock: {
      now: () => Date.now() + aheadMs,
      monotonic: () => performance.now(),
      sleep: (ms, signal, { background = false } = {}) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve()
          const done = (): void => {
            clearTimeout(timer)
            signal?.removeEventListener('abort', done)
            resolve()
          }
          const timer = setTimeout(done, ms)
          if (background) timer.unref()
          signal?.addEventListener('abort', done)
        }),
    },
  })
}
