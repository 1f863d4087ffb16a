import type { ClaimRequest, CredentialKey, CredentialRow, NewCredential, VaultStore } from '@holdfast/vault-core'

/** The bytes of a text, as a sealed value stands in for one. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function newCredential(tenant: string, change: Partial<NewCredential> = {}): NewCredential {
  return {
    tenant,
    connectionId: 'drive',
    userId: 'alice',
    accountId: 'default',
    attemptId: 'attempt-insert',
    epoch: 1,
    secretRev: 1,
    status: 'active',
    accessToken: bytesOf('access'),
    refreshToken: bytesOf('refresh'),
    refreshTokenFingerprint: bytesOf('fingerprint-0001'),
    expiresAtMs: 1_900_000_000_123,
    dueAtMs: 1_900_000_000_000,
    data: '{"v":1,"name":"Ünïcode 名前"}',
    ...change,
  }
}

export function keyOf({ tenant, connectionId, userId, accountId }: CredentialKey): CredentialKey {
  return { tenant, connectionId, userId, accountId }
}

/** Inserts a credential and returns its row. */
export async function insertOne(store: VaultStore, tenant: string, change: Partial<NewCredential> = {}): Promise<CredentialRow> {
  const { row } = await store.credentials.insert(newCredential(tenant, change))
  return row
}

export function claimOf(row: CredentialRow, change: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    key: keyOf(row),
    owner: 'owner-a',
    attemptId: 'attempt-a',
    leaseMs: 10_000,
    expectVersion: row.version,
    takeOverSentAfterMs: 60_000,
    ...change,
  }
}

/** A row that must be there. */
export function rowOf(result: { readonly outcome: string; readonly row?: CredentialRow }): CredentialRow {
  if (!result.row) throw new Error(`The outcome is "${result.outcome}", and there is no row.`)
  return result.row
}
