import type { DemoProvider } from '@holdfast/demo-provider'
import { type EventListener, localKeyring, type Vault } from '@holdfast/vault-core'
import type { AuditLog } from '@holdfast/vault-core/audit'
import { createVault, vaultRouter } from '@holdfast/vault-express'
import type { Login } from '@holdfast/vault-login'
import { sqliteStore } from '@holdfast/vault-store-sql'
import type { Express } from 'express'
import type { NamedKey } from './data-folder.ts'
import { allowedScopes, connectionProperties, defaultConnectionProperties } from './purposes.ts'

/** The connection that the pages speak of. */
export const CONNECTION_ID = 'demo'

// All that embeds the vault: a store, a key, a connection, an audit log, and the router below.
export function openVault(path: string, keys: readonly NamedKey[], provider: DemoProvider, audit: AuditLog, on: EventListener): Vault {
  const { issuer, clientId, clientSecret } = provider
  return createVault({
    store: sqliteStore({ path }),
    keyring: localKeyring(keys),
    connections: [
      { connectionId: CONNECTION_ID, name: 'Driftbox', issuer, clientId, clientSecret, apiOrigins: [issuer], defaultConnectionProperties },
    ],
    audit,
    on,
  })
}

/** Mounted after the application's own session, which tells who is signed in. */
export function mountVault(app: Express, vault: Vault, login: Login, origin: string): void {
  app.use(vaultRouter({ vault, login, publicUrl: origin, identify: (req) => req.session.userId, connectionProperties, allowedScopes }))
}
