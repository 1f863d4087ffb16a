import { randomBytes } from 'node:crypto'
import { localKeyring, type Vault } from '@holdfast/vault-core'
import { createVault } from '@holdfast/vault-node'
import { postgresStore } from '@holdfast/vault-store-sql'
import type { RunningProvider } from './provider/provider.ts'

/** What processes need to have one vault between them. JSON, as it is told from one to the other. */
export interface VaultPlace {
  readonly url: string
  readonly schema: string
  /** The wrapping key, base64. */
  readonly key: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface OpenedVault {
  readonly vault: Vault
  close(): Promise<void>
}

/** The connection of {@link openVault}. */
export const CONNECTION_ID = 'demo'

/** A vault over this schema for users of this provider, with a key of its own. */
export function newPlace(
  { issuer, clientId, clientSecret }: RunningProvider,
  { url, schema }: { readonly url: string; readonly schema: string },
): VaultPlace {
  return { url, schema, key: randomBytes(32).toString('base64'), issuer, clientId, clientSecret }
}

/** Opens it in this process, its tables made. */
export async function openVault(
  { url, schema, key, issuer, clientId, clientSecret }: VaultPlace,
  options: { readonly refreshAhead?: boolean; readonly background?: boolean; readonly maxConcurrentRefreshes?: number } = {},
): Promise<OpenedVault> {
  const { refreshAhead, ...others } = options
  const store = postgresStore({ connectionString: url, schema })
  const connection = { connectionId: CONNECTION_ID, issuer, clientId, clientSecret, clientAuthentication: 'client_secret_post' } as const
  const vault = createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: Buffer.from(key, 'base64') }]),
    connections: [{ ...connection, ...(refreshAhead !== undefined && { refreshAhead }) }],
    ...others,
  })
  await vault.checkHealth()
  return {
    vault,
    async close() {
      await vault.close()
      await store.close()
    },
  }
}
