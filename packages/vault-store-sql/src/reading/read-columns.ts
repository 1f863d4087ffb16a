import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import { columnsBesideKey, type keyColumnNames, type MovingColumns } from '../credential-columns.js'
import type { CredentialColumns } from '../schema.js'

type KeyColumn = (typeof keyColumnNames)[number]
type LongColumn = 'access_token' | 'refresh_token' | 'refresh_token_fingerprint' | 'data'

/** What a reading by key brings: without the key, and without what is long where its reader has that. */
export type ReadColumns = Omit<CredentialColumns, KeyColumn | 'data'> & { readonly data: CredentialColumns['data'] | null }

const LONG_COLUMNS: ReadonlySet<string> = new Set<LongColumn>(['access_token', 'refresh_token', 'refresh_token_fingerprint', 'data'])

/**
 * The columns of table `c` that a reading selects.
 *
 * @param isKnown - An expression: whether the reader has this version of the row, as this attempt wrote it.
 */
export function selection(isKnown: string): string {
  return columnsBesideKey
    .map((column) => (LONG_COLUMNS.has(column) ? `case when ${isKnown} then null else c.${column} end as ${column}` : `c.${column}`))
    .join(', ')
}

/** A reading of one row, for databases whose parameters have no numbers: version, attempt, tenant, user, connection, account. */
export function readingOfOne(table: string): string {
  return `select ${selection('c.is_known')} from (select *, version = ? and last_attempt_id = ? as is_known from ${table} where tenant = ? and user_id = ? and connection_id = ? and account_id = ?) c`
}

/** The columns that move as an object, of values in their order. */
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

/** All columns beside the key as an object, of values in their order. */
export function readColumnsOf(values: readonly unknown[]): ReadColumns {
  const steady: Record<Exclude<keyof ReadColumns, keyof MovingColumns>, unknown> = {
    epoch: values[11],
    secret_rev: values[12],
    status: values[13],
    access_token: values[14],
    refresh_token: values[15],
    refresh_token_fingerprint: values[16],
    expires_at_ms: values[17],
    data: values[18],
    created_at_ms: values[19],
    updated_at_ms: values[20],
  }
  return Object.assign(steady, movingColumnsOf(values)) as ReadColumns
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
