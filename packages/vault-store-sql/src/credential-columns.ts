import type { CredentialColumns } from './schema.js'

/** All columns of a credential: named, so that a column which a later version adds does not change what is read. */
export const credentialColumns: readonly (keyof CredentialColumns)[] = [
  'tenant',
  'user_id',
  'connection_id',
  'account_id',
  'version',
  'last_attempt_id',
  'epoch',
  'secret_rev',
  'status',
  'access_token',
  'refresh_token',
  'refresh_token_fingerprint',
  'expires_at_ms',
  'due_at_ms',
  'data',
  'fence',
  'lease_owner',
  'lease_until_ms',
  'intent_attempt_id',
  'intent_state',
  'intent_sent_at_ms',
  'unresolved_sends',
  'created_at_ms',
  'last_used_at_ms',
  'updated_at_ms',
]

/** The same as an object, of values in that order. */
export function columnsOf(values: readonly unknown[]): CredentialColumns {
  const columns: Record<keyof CredentialColumns, unknown> = {
    tenant: values[0],
    user_id: values[1],
    connection_id: values[2],
    account_id: values[3],
    version: values[4],
    last_attempt_id: values[5],
    epoch: values[6],
    secret_rev: values[7],
    status: values[8],
    access_token: values[9],
    refresh_token: values[10],
    refresh_token_fingerprint: values[11],
    expires_at_ms: values[12],
    due_at_ms: values[13],
    data: values[14],
    fence: values[15],
    lease_owner: values[16],
    lease_until_ms: values[17],
    intent_attempt_id: values[18],
    intent_state: values[19],
    intent_sent_at_ms: values[20],
    unresolved_sends: values[21],
    created_at_ms: values[22],
    last_used_at_ms: values[23],
    updated_at_ms: values[24],
  }
  return columns as CredentialColumns
}
