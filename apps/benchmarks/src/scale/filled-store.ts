import { randomBytes } from 'node:crypto'
import type { CredentialKey, VaultStore } from '@holdfast/vault-core/store'
import { postgresStore } from '@holdfast/vault-store-sql'
import pg from 'pg'

/** A store over a schema of its own that holds so many credentials. */
export interface FilledStore {
  readonly store: VaultStore
  readonly rows: number
  readonly schema: string
  keyOf(index: number): CredentialKey
  close(): Promise<void>
}

const TENANT = 'default'
const CONNECTION_ID = 'drive'

/**
 * Fills a schema by one statement. All rows fall due in the hour from `firstDueMs` on. Sealed values are random bytes of the usual length:
 * what is measured never opens them.
 */
export async function filledStore(url: string, schema: string, rows: number, firstDueMs: number): Promise<FilledStore> {
  // What is remembered of rows would be a part of a small table, and next to nothing of a large one.
  const store = postgresStore({ connectionString: url, schema, maxConnections: 4, maxRememberedRows: 0 })
  await store.now()
  await store.credentials.get({ tenant: TENANT, userId: 'nobody', connectionId: CONNECTION_ID, accountId: 'default' })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const data = JSON.stringify({
      v: 1,
      tokenType: 'Bearer',
      scope: 'files.read',
      issuedAtMs: firstDueMs,
      connectedAtMs: firstDueMs,
      failures: 0,
    })
    await client.query(
      `insert into ${schema}.holdfast_credentials (tenant, user_id, connection_id, account_id, version, last_attempt_id, epoch, secret_rev, status,
        access_token, refresh_token, refresh_token_fingerprint, expires_at_ms, due_at_ms, data, fence, unresolved_sends, created_at_ms, updated_at_ms)
      select $1, 'user-' || lpad(n::text, 12, '0'), $2, 'default', 1, md5(n::text), 1, 1, 'active', $3, $4, $5,
        $6::bigint + 3600000 + n, $6::bigint + n::bigint * 3600000 / $8, $7, 0, 0, $6, $6
      from generate_series(0, $8 - 1) as n`,
      [TENANT, CONNECTION_ID, randomBytes(1_100), randomBytes(600), randomBytes(16), firstDueMs, data, rows],
    )
    await client.query(`vacuum analyze ${schema}.holdfast_credentials`)
  } finally {
    await client.end()
  }
  return {
    store,
    rows,
    schema,
    keyOf: (index) => ({
      tenant: TENANT,
      userId: `user-${String(index).padStart(12, '0')}`,
      connectionId: CONNECTION_ID,
      accountId: 'default',
    }),
    close: () => store.close(),
  }
}
