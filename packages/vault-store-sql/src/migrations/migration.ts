import { quotedName, type TableNames } from '../names.js'

/** One step of the schema. Never changed once it was published; a new step is added behind it. */
export interface Migration {
  readonly version: number
  /**
   * SQL with `{credentials}` for a table's full name and `{index credentials_due}` for an index's. On MySQL each may be run
   * again after a step that was broken off: it makes what is missing, or fails as its columns are there already.
   */
  readonly statements: readonly string[]
}

/** The statement with the names that the tables have here. */
export function withNames(statement: string, names: TableNames, quote: '"' | '`'): string {
  return statement
    .replaceAll(/\{index (\w+)\}/g, (_, index: string) => quotedName({ prefix: names.prefix }, index, quote))
    .replaceAll(/\{(\w+)\}/g, (_, table: string) => quotedName(names, table, quote))
}
