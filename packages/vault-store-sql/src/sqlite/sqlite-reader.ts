import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import { quotedName, type TableNames } from '../names.js'
import type { KnownRows } from '../reading/known-rows.js'
import { type ReadColumns, readColumnsOf, readingOfOne } from '../reading/read-columns.js'
import type { CredentialReader } from '../sql-database.js'
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.js'
import type { SqliteTurns } from './sqlite-turns.js'

/** Reads by primary key with one prepared statement. Rows are what it selects, so that their shape is taken on trust. */
export function sqliteReader(database: SqliteDatabase, names: TableNames, known: KnownRows, { inTurn }: SqliteTurns): CredentialReader {
  let prepared: SqliteStatement | undefined
  const prepare = (): SqliteStatement => {
    const statement = database.prepare(readingOfOne(quotedName(names, 'credentials', '"')))
    // Objects of so many columns take their libraries as long as the reading itself.
    if (statement.setReturnArrays) statement.setReturnArrays(true)
    else statement.raw?.(true)
    return statement
  }
  const read = (key: CredentialKey): CredentialRow | null => {
    prepared ??= prepare()
    const asked = known.ask(key)
    const { tenant, userId, connectionId, accountId } = key
    const [row] = prepared.all(asked.version, asked.attemptId, tenant, userId, connectionId, accountId)
    return asked.take(Array.isArray(row) ? readColumnsOf(row) : (row as ReadColumns | undefined))
  }
  return {
    one: (key) => inTurn(() => read(key)),
    many: (keys) => inTurn(() => keys.map(read)),
  }
}
