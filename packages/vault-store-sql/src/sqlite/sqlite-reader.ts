import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import { columnsBesideKey, type MovingColumns, movingColumns } from '../credential-columns.js'
import { quotedName, type TableNames } from '../names.js'
import type { KnownRows } from '../reading/known-rows.js'
import { movingColumnsOf, type ReadColumns, readColumnsOf } from '../reading/read-columns.js'
import type { CredentialReader } from '../sql-database.js'
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.js'
import type { SqliteTurns } from './sqlite-turns.js'

/**
 * Reads by primary key with prepared statements. Of a row that is known it reads first what moves in it, and the rest if it is another: to get
 * a column out of SQLite costs more than to find it. Rows are what a statement selects, so that their shape is taken on trust.
 */
export function sqliteReader(database: SqliteDatabase, names: TableNames, known: KnownRows, { inTurn }: SqliteTurns): CredentialReader {
  const table = quotedName(names, 'credentials', '"')
  const prepare = (columns: readonly string[]): SqliteStatement => {
    const statement = database.prepare(
      `select ${columns.join(', ')} from ${table} where tenant = ? and user_id = ? and connection_id = ? and account_id = ?`,
    )
    // Objects of so many columns take their libraries as long as the reading itself.
    if (statement.setReturnArrays) statement.setReturnArrays(true)
    else statement.raw?.(true)
    return statement
  }
  let moving: SqliteStatement | undefined
  let whole: SqliteStatement | undefined
  const read = (key: CredentialKey): CredentialRow | null => {
    const asked = known.ask(key)
    const { tenant, userId, connectionId, accountId } = key
    if (asked.isKnown) {
      moving ??= prepare(movingColumns)
      const [row] = moving.all(tenant, userId, connectionId, accountId)
      const taken = asked.takeMoving(Array.isArray(row) ? movingColumnsOf(row) : (row as MovingColumns | undefined))
      if (taken !== undefined) return taken
    }
    whole ??= prepare(columnsBesideKey)
    const [row] = whole.all(tenant, userId, connectionId, accountId)
    return asked.take(Array.isArray(row) ? readColumnsOf(row) : (row as ReadColumns | undefined))
  }
  return {
    one: (key) => inTurn(() => read(key)),
    many: (keys) => inTurn(() => keys.map(read)),
  }
}
