import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import { columnsOf, credentialColumns } from '../credential-columns.js'
import { quotedName, type TableNames } from '../names.js'
import type { CredentialColumns } from '../schema.js'
import type { CredentialReader } from '../sql-database.js'
import { toCredentialRow } from '../tables/credential-row.js'
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.js'
import type { SqliteTurns } from './sqlite-turns.js'

/** Reads by primary key with one prepared statement. Rows are what it selects, so that their shape is taken on trust. */
export function sqliteReader(database: SqliteDatabase, names: TableNames, { inTurn }: SqliteTurns): CredentialReader {
  let prepared: SqliteStatement | undefined
  const prepare = (): SqliteStatement => {
    const statement = database.prepare(
      `select ${credentialColumns.join(', ')} from ${quotedName(names, 'credentials', '"')} where tenant = ? and user_id = ? and connection_id = ? and account_id = ?`,
    )
    // Objects of so many columns take their libraries as long as the reading itself.
    if (statement.setReturnArrays) statement.setReturnArrays(true)
    else statement.raw?.(true)
    return statement
  }
  const read = ({ tenant, userId, connectionId, accountId }: CredentialKey): CredentialRow | null => {
    prepared ??= prepare()
    const [row] = prepared.all(tenant, userId, connectionId, accountId)
    if (!row) return null
    return toCredentialRow(Array.isArray(row) ? columnsOf(row) : (row as CredentialColumns))
  }
  return {
    one: (key) => inTurn(() => read(key)),
    many: (keys) => inTurn(() => keys.map(read)),
  }
}
