/** An open SQLite database: `DatabaseSync` of `node:sqlite`, better-sqlite3's `Database`, or anything of that shape. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

export interface SqliteStatement {
  /** Whether it returns rows, where the library says so (better-sqlite3). */
  readonly reader?: boolean
  /** The columns it returns, where the library tells them (`node:sqlite`). */
  columns?(): readonly unknown[]
  /** Whether rows are arrays from now on (`node:sqlite` 24.4). */
  setReturnArrays?(enabled: boolean): unknown
  /** The same (better-sqlite3). */
  raw?(enabled: boolean): unknown
  all(...parameters: unknown[]): unknown[]
  run(...parameters: unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  iterate(...parameters: unknown[]): IterableIterator<unknown>
}
