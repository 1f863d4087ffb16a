import type { Compilable, CompiledQuery, Kysely, QueryResult, RawBuilder, UpdateResult } from 'kysely'
import type { StoreSchema } from './schema.js'
import type { SqlDatabase } from './sql-database.js'

/** What a statement is built with. */
export interface StatementParts<V> {
  readonly db: Kysely<StoreSchema>
  /** Stands for the values that each run gives. */
  readonly slots: V
  /** The database's clock when the statement runs, epoch milliseconds. */
  nowMs(): RawBuilder<number>
}

export type Statement<V, R> = (db: Kysely<StoreSchema>, values: V) => Promise<QueryResult<R>>

/**
 * A statement that is built once and run often: building it takes longer than all else that the process does for it. Outside of a
 * transaction it goes to the driver as a prepared one. It has to name its columns: what it returns is settled when it is prepared.
 */
export function statement<V extends object, R>(
  { dialect, prepared }: Pick<SqlDatabase, 'dialect' | 'prepared'>,
  build: (parts: StatementParts<V>) => Compilable<R> | Compilable<UpdateResult>,
): Statement<V, R> {
  let built: CompiledQuery<R> | undefined
  const slots = new Proxy({} as V, { get: (_, name) => new Slot((values: V) => values[name as keyof V]) })
  const clock = dialect.clockInput
  const nowMs = (): RawBuilder<number> => dialect.nowMs(clock && new Slot(clock))
  return async (db, values) => {
    built ??= build({ db, slots, nowMs }).compile() as CompiledQuery<R>
    const parameters = built.parameters.map((parameter) => (parameter instanceof Slot ? parameter.fill(values) : parameter))
    return prepared && !db.isTransaction ? prepared<R>(built.sql, parameters) : db.executeQuery({ ...built, parameters })
  }
}

class Slot<V> {
  readonly fill: (values: V) => unknown

  constructor(fill: (values: V) => unknown) {
    this.fill = fill
  }
}
