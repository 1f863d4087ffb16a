import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import { credentialColumns } from '../credential-columns.js'
import type { CredentialColumns } from '../schema.js'
import type { MovingColumns } from '../tables/credential-row.js'

type KeyColumn = 'tenant' | 'user_id' | 'connection_id' | 'account_id'
type LongColumn = 'access_token' | 'refresh_token' | 'refresh_token_fingerprint' | 'data'

/** What a reading by key brings: without the key, and without what is long where its reader has that. */
export type ReadColumns = Omit<CredentialColumns, KeyColumn | 'data'> & { readonly data: CredentialColumns['data'] | null }

const KEY_COLUMNS: ReadonlySet<string> = new Set<KeyColumn>(['tenant', 'user_id', 'connection_id', 'account_id'])
const LONG_COLUMNS: ReadonlySet<string> = new Set<LongColumn>(['access_token', 'refresh_token', 'refresh_token_fingerprint', 'data'])

/** The columns of {@link ReadColumns}. */
export const readColumns: readonly string[] = credentialColumns.filter((column) => !KEY_COLUMNS.has(column))

/**
 * The columns of table `c` that a reading selects.
 *
 * @param isKnown - An expression: whether the reader has this version of the row, as this attempt wrote it.
 */
export function selection(isKnown: string): string {
  return readColumns
    .map((column) => (LONG_COLUMNS.has(column) ? `case when ${isKnown} then null else c.${column} end as ${column}` : `c.${column}`))
    .join(', ')
}

/** A reading of one row, for databases whose parameters have no numbers: version, attempt, tenant, user, connection, account. */
export function readingOfOne(table: string): string {
  return `select ${selection('c.is_known')} from (select *, version = ? and last_attempt_id = ? as is_known from ${table} where tenant = ? and user_id = ? and connection_id = ? and account_id = ?) c`
}

/** The columns of {@link MovingColumns}, for a reading of nothing else. */
export const movingColumns: readonly (keyof MovingColumns)[] = [
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
]

/** The same as an object, of values in their order. */
export function movingColumnsOf(values: readonly unknown[]): MovingColumns {
  const columns: Record<keyof MovingColumns, unknown> = {
    version: values[0],
    last_attempt_id: values[1],
    due_at_ms: values[2],
    fence: values[3],
    lease_owner: values[4],
    lease_until_ms: values[5],
    intent_attempt_id: values[6],
    intent_state: values[7],
    intent_sent_at_ms: values[8],
    unresolved_sends: values[9],
    last_used_at_ms: values[10],
  }
  return columns as MovingColumns
}

/** The columns of {@link ReadColumns} as an object, of values in their order. */
export function readColumnsOf(values: readonly unknown[]): ReadColumns {
  const columns: Record<keyof ReadColumns, unknown> = {
    version: values[0],
    last_attempt_id: values[1],
    epoch: values[2],
    secret_rev: values[3],
    status: values[4],
    access_token: values[5],
    refresh_token: values[6],
    refresh_token_fingerprint: values[7],
    expires_at_ms: values[8],
    due_at_ms: values[9],
    data: values[10],
    fence: values[11],
    lease_owner: values[12],
    lease_until_ms: values[13],
    intent_attempt_id: values[14],
    intent_state: values[15],
    intent_sent_at_ms: values[16],
    unresolved_sends: values[17],
    created_at_ms: values[18],
    last_used_at_ms: values[19],
    updated_at_ms: values[20],
  }
  return columns as ReadColumns
}

/** All columns: with the key that was asked for, and what the database left out as it was known. */
export function wholeColumns(read: ReadColumns, key: CredentialKey, known: CredentialRow | undefined): CredentialColumns {
  const { tenant, userId, connectionId, accountId } = key
  const long = known && {
    access_token: known.accessToken,
    refresh_token: known.refreshToken,
    refresh_token_fingerprint: known.refreshTokenFingerprint,
    data: known.data,
  }
  // Drivers make an object for each row, which is nobody else's: to copy it would cost more than to read it.
  return Object.assign(read, { tenant, user_id: userId, connection_id: connectionId, account_id: accountId }, long) as CredentialColumns
}
