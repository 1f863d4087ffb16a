import { Kysely, SqliteDialect } from 'kysely'
import { type TableNames, tableNamesPlugin } from '../names.js'
import type { StoreSchema } from '../schema.js'
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.js'

/** The shape that Kysely's SQLite dialect takes. */
interface KyselyStatement {
  readonly reader: boolean
  all(parameters: readonly unknown[]): unknown[]
  run(parameters: readonly unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>
}

/** More texts of statements than the store has. */
const MAX_STATEMENTS = 200

/** Kysely over an open database. Statements are prepared once and kept. */
export function kyselyOver(database: SqliteDatabase, names: TableNames): Kysely<StoreSchema> {
  const statements = new Map<string, KyselyStatement>()
  const prepare = (text: string): KyselyStatement => {
    const known = statements.get(text)
    if (known) return known
    const statement = adapt(database.prepare(text))
    if (statements.size >= MAX_STATEMENTS) statements.clear()
    statements.set(text, statement)
    return statement
  }
  return new Kysely<StoreSchema>({
    dialect: new SqliteDialect({ database: { prepare, close: () => undefined } }),
    plugins: [tableNamesPlugin(names)],
  })
}

function adapt(statement: SqliteStatement): KyselyStatement {
  return {
    reader: statement.reader ?? (statement.columns?.().length ?? 0) > 0,
    all: (parameters) => statement.all(...parameters),
    run: (parameters) => statement.run(...parameters),
    iterate: (parameters) => statement.iterate(...parameters),
  }
}
