import { createVault, type EventListener, localKeyring, type Vault, type VaultStore } from '@holdfast/vault-core'
import { fileStore } from '@holdfast/vault-store-file'
import { mysqlStore, postgresStore, sqliteStore } from '@holdfast/vault-store-sql'
import type { StorePlace, TimeLapse, WorkerSetup } from './worker-messages.ts'

/**
 * Opens a vault of one process over the store that all share.
 *
 * @param aheadMs - By how much the store's clock runs ahead, time lapse apart.
 * @param vaultAheadMs - By how much the vault's own clock does.
 */
export function vaultOver(setup: WorkerSetup, aheadMs: () => number, vaultAheadMs: () => number = aheadMs, on?: EventListener): Vault {
  return vaultWith(
    openStore(setup.place, () => aheadMs() + gainedMs(setup.timeLapse)),
    setup,
    vaultAheadMs,
    on,
  )
}

/** The same over a store that is open. */
export function vaultWith(store: VaultStore, setup: Omit<WorkerSetup, 'place'>, vaultAheadMs: () => number, on?: EventListener): Vault {
  const { tokenEndpoint, timeLapse } = setup
  const factor = timeLapse?.factor ?? 1
  return createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: Buffer.from(setup.key, 'base64') }]),
    callerWaitMs: setup.callerWaitMs,
    ...(on && { on }),
    connections: [
      {
        connectionId: 'demo',
        issuer: setup.issuer,
        clientId: setup.clientId,
        clientSecret: setup.clientSecret,
        ...(tokenEndpoint !== undefined && { tokenEndpoint }),
        defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
      },
    ],
    clock: {
      now: () => Date.now() + vaultAheadMs() + gainedMs(timeLapse),
      monotonic: () => performance.now() * factor,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve()
          const timer = setTimeout(resolve, ms / factor)
          signal?.addEventListener('abort', () => {
            clearTimeout(timer)
            resolve()
          })
        }),
    },
  })
}

function gainedMs(timeLapse: TimeLapse | undefined): number {
  return timeLapse ? (timeLapse.factor - 1) * (Date.now() - timeLapse.sinceMs) : 0
}

export function openStore(place: StorePlace, aheadMs: () => number): VaultStore {
  const clock = (): number => Date.now() + aheadMs()
  switch (place.kind) {
    case 'postgres':
      return postgresStore({ connectionString: place.connectionString, schema: place.schema, maxConnections: 5, clockOffsetMs: aheadMs })
    case 'mariadb':
      return mysqlStore({ connectionString: place.connectionString, maxConnections: 5, clockOffsetMs: aheadMs })
    case 'sqlite':
      return sqliteStore({ path: place.path, clock })
    case 'files':
      return fileStore({ path: place.path, clock })
  }
}
