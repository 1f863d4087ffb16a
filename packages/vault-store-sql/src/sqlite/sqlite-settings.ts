import type { SqliteDatabase } from './sqlite-database.js'

/** Looks at how a database that was handed in keeps what was acknowledged, and warns of what could be lost. */
export function checkSqliteSettings(database: SqliteDatabase, warn: (message: string) => void): void {
  const [synchronous] = firstColumn(database, 'pragma synchronous')
  const [journal] = firstColumn(database, 'pragma journal_mode')
  if (Number(synchronous) < 2)
    warn(
      'The SQLite database runs with synchronous below FULL: a loss of power may lose the last commits, and rotated refresh tokens with them.',
    )
  if (journal === 'off') warn('The SQLite database runs without a journal: a crash may destroy it.')
}

function firstColumn(database: SqliteDatabase, query: string): readonly unknown[] {
  return database
    .prepare(query)
    .all()
    .map((row) => (typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined))
}
