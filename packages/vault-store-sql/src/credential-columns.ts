import type { CredentialColumns } from './schema.js'

/** The primary key. */
export const keyColumnNames = ['tenant', 'user_id', 'connection_id', 'account_id'] as const

/** What says whether a row is as it was, and what moves in it while its version stays: whose turn it is to refresh, and its use. */
export const movingColumns = [
  'version',
  'last_attempt_id',
  'due_at_ms',
  'fence',
  'lease_owner',
  'lease_until_ms',
  'intent_attempt_id',
  'intent_state',
  'intent_sent_at_ms',
  'unresolved_sends',
  'last_used_at_ms',
] as const

export type MovingColumns = Pick<CredentialColumns, (typeof movingColumns)[number]>

/** What changes with a new version, or never. */
const steadyColumns = [
  'epoch',
  'secret_rev',
  'status',
  'access_token',
  'refresh_token',
  'refresh_token_fingerprint',
  'expires_at_ms',
  'data',
  'created_at_ms',
  'updated_at_ms',
] as const

/** All columns of a credential but its key. */
export const columnsBesideKey: readonly Exclude<keyof CredentialColumns, (typeof keyColumnNames)[number]>[] = [
  ...movingColumns,
  ...steadyColumns,
]

/** All columns of a credential: named, so that a column which a later version adds does not change what is read. */
export const credentialColumns: readonly (keyof CredentialColumns)[] = [...keyColumnNames, ...columnsBesideKey]
