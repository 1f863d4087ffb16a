import type { Keyring, Vault, VaultOptions } from '@holdfast/vault-core'
import { localKeyring } from '@holdfast/vault-core'
import type { VaultStore } from '@holdfast/vault-core/store'
import { createVault } from '@holdfast/vault-node'

export const CONNECTION_ID = 'drive'
/** With what stands around it in the row, a kilobyte: as long as providers with signed tokens make it. */
export const ACCESS_TOKEN: string = 'a'.repeat(900)
export const REFRESH_TOKEN: string = 'r'.repeat(400)
const DAY_MS = 86_400_000

export interface StoredUsers {
  readonly vault: Vault
  readonly userIds: readonly string[]
  readonly keyring: Keyring
}

/** A vault with Node's own ciphers, and so many users in its store whose tokens live for a day. */
export async function storeUsers(store: VaultStore, count: number): Promise<StoredUsers> {
  const keyring = localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }])
  const vault = vaultOver(store, keyring)
  const userIds = Array.from({ length: count }, (_, index) => `auth0|5f7c8ec7c33c6c${String(index).padStart(10, '0')}`)
  const expiresAt = new Date(Date.now() + DAY_MS)
  for (const userId of userIds)
    await vault.importCredential({ connectionId: CONNECTION_ID, userId, accessToken: ACCESS_TOKEN, refreshToken: REFRESH_TOKEN, expiresAt })
  // As after the first use of the hour: when it was is noted once.
  for (const userId of userIds) await vault.getCredentials({ connectionId: CONNECTION_ID, userId })
  await vault.sweep()
  return { vault, userIds, keyring }
}

/** Another vault over what is stored. */
export function vaultOver(store: VaultStore, keyring: Keyring, options: Partial<VaultOptions> = {}): Vault {
  return createVault({
    store,
    keyring,
    connections: [
      {
        connectionId: CONNECTION_ID,
        authorizationEndpoint: 'https://provider.example/authorize',
        tokenEndpoint: 'https://provider.example/token',
        clientId: 'client-1',
        clientSecret: 'not-a-secret',
      },
    ],
    background: false,
    ...options,
  })
}
