import type { CredentialContent, CredentialKey, CredentialRow, CredentialStatus } from '@holdfast/vault-core'
import type { Selectable } from 'kysely'
import type { CredentialsTable } from './schema.js'

type Columns = Selectable<CredentialsTable>

export function toCredentialRow(row: Columns): CredentialRow {
  return {
    tenant: row.tenant,
    connectionId: row.connection_id,
    userId: row.user_id,
    accountId: row.account_id,
    version: row.version,
    lastAttemptId: row.last_attempt_id,
    epoch: row.epoch,
    secretRev: row.secret_rev,
    status: row.status as CredentialStatus,
    accessToken: bytes(row.access_token),
    refreshToken: bytes(row.refresh_token),
    refreshTokenFingerprint: bytes(row.refresh_token_fingerprint),
    expiresAtMs: row.expires_at_ms,
    dueAtMs: row.due_at_ms,
    data: row.data,
    fence: row.fence,
    lease: row.lease_owner === null || row.lease_until_ms === null ? null : { owner: row.lease_owner, untilMs: row.lease_until_ms },
    intent:
      row.intent_attempt_id === null
        ? null
        : { attemptId: row.intent_attempt_id, state: row.intent_state === 'sent' ? 'sent' : 'claimed', sentAtMs: row.intent_sent_at_ms },
    unresolvedSends: row.unresolved_sends,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }
}

export function keyColumns({
  tenant,
  userId,
  connectionId,
  accountId,
}: CredentialKey): Pick<Columns, 'tenant' | 'user_id' | 'connection_id' | 'account_id'> {
  return { tenant, user_id: userId, connection_id: connectionId, account_id: accountId }
}

type ContentColumns = Pick<
  Columns,
  | 'epoch'
  | 'secret_rev'
  | 'status'
  | 'access_token'
  | 'refresh_token'
  | 'refresh_token_fingerprint'
  | 'expires_at_ms'
  | 'due_at_ms'
  | 'data'
>

/** The columns of what a write sets; those that it does not mention are left out. */
export function contentColumns(set: Partial<CredentialContent>): Partial<ContentColumns> {
  const columns: { [K in keyof ContentColumns]: ContentColumns[K] | undefined } = {
    epoch: set.epoch,
    secret_rev: set.secretRev,
    status: set.status,
    access_token: set.accessToken,
    refresh_token: set.refreshToken,
    refresh_token_fingerprint: set.refreshTokenFingerprint,
    expires_at_ms: set.expiresAtMs,
    due_at_ms: set.dueAtMs,
    data: set.data,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

/** Drivers return subclasses of Uint8Array, some of them views into larger buffers. */
function bytes(value: Uint8Array | null): Uint8Array | null {
  return value === null ? null : new Uint8Array(value)
}
