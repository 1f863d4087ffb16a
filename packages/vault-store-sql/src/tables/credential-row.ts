import type { CredentialContent, CredentialRow, CredentialStatus } from '@holdfast/vault-core/store'
import type { MovingColumns } from '../credential-columns.js'
import { type Dialect, textOf } from '../dialect.js'
import type { CredentialColumns, CredentialsTable } from '../schema.js'

export function toCredentialRow(row: CredentialColumns): CredentialRow {
  return {
    tenant: textOf(row.tenant),
    connectionId: textOf(row.connection_id),
    userId: textOf(row.user_id),
    accountId: textOf(row.account_id),
    version: Number(row.version),
    lastAttemptId: textOf(row.last_attempt_id),
    epoch: Number(row.epoch),
    secretRev: Number(row.secret_rev),
    status: row.status as CredentialStatus,
    accessToken: bytes(row.access_token),
    refreshToken: bytes(row.refresh_token),
    refreshTokenFingerprint: bytes(row.refresh_token_fingerprint),
    expiresAtMs: number(row.expires_at_ms),
    data: textOf(row.data),
    createdAtMs: Number(row.created_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    ...toMovingPart(row),
  }
}

type MovingPart = Pick<CredentialRow, 'dueAtMs' | 'fence' | 'lease' | 'intent' | 'unresolvedSends' | 'lastUsedAtMs'>

/** What moves in a row while its version stays. */
export function toMovingPart(row: MovingColumns): MovingPart {
  return {
    dueAtMs: number(row.due_at_ms),
    fence: Number(row.fence),
    lease: row.lease_owner === null ? null : { owner: textOf(row.lease_owner), untilMs: Number(row.lease_until_ms) },
    intent:
      row.intent_attempt_id === null
        ? null
        : {
            attemptId: textOf(row.intent_attempt_id),
            state: row.intent_state === 'sent' ? 'sent' : 'claimed',
            sentAtMs: number(row.intent_sent_at_ms),
          },
    unresolvedSends: Number(row.unresolved_sends),
    lastUsedAtMs: number(row.last_used_at_ms),
  }
}

export type ContentColumn =
  | 'epoch'
  | 'secret_rev'
  | 'status'
  | 'access_token'
  | 'refresh_token'
  | 'refresh_token_fingerprint'
  | 'expires_at_ms'
  | 'due_at_ms'
  | 'data'

export type ContentColumns = {
  -readonly [K in ContentColumn]: K extends 'expires_at_ms' | 'due_at_ms'
    ? number | null
    : K extends 'epoch' | 'secret_rev'
      ? number
      : CredentialsTable[K]
}

/** The columns of what a write sets, all of them. */
export function contentColumns({ exact }: Dialect, content: CredentialContent): ContentColumns {
  return {
    epoch: content.epoch,
    secret_rev: content.secretRev,
    status: content.status,
    access_token: buffer(content.accessToken),
    refresh_token: buffer(content.refreshToken),
    refresh_token_fingerprint: buffer(content.refreshTokenFingerprint),
    expires_at_ms: content.expiresAtMs,
    due_at_ms: content.dueAtMs,
    data: exact(content.data),
  }
}

/** The columns of what a write sets; those that it does not mention are left out. */
export function changedColumns(dialect: Dialect, set: Partial<CredentialContent>): Partial<ContentColumns> {
  const columns: { [K in ContentColumn]: ContentColumns[K] | undefined } = {
    epoch: set.epoch,
    secret_rev: set.secretRev,
    status: set.status,
    access_token: set.accessToken && buffer(set.accessToken),
    refresh_token: set.refreshToken && buffer(set.refreshToken),
    refresh_token_fingerprint: set.refreshTokenFingerprint && buffer(set.refreshTokenFingerprint),
    expires_at_ms: set.expiresAtMs,
    due_at_ms: set.dueAtMs,
    data: set.data === undefined ? undefined : dialect.exact(set.data),
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

/** mysql2 takes bytes for binary only when they are a Buffer. */
export function buffer<T extends Uint8Array | null>(value: T): T | Buffer {
  return value === null ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** Drivers return subclasses of Uint8Array, some of them views into larger buffers: those are copied. */
function bytes(value: Uint8Array | null): Uint8Array | null {
  const isItsOwn = value === null || (value.constructor === Uint8Array && value.byteLength === value.buffer.byteLength)
  return isItsOwn ? value : new Uint8Array(value)
}

function number(value: number | string | bigint | null): number | null {
  return value === null ? null : Number(value)
}
