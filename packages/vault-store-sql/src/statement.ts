import type { Compilable, CompiledQuery, Kysely, QueryResult, RawBuilder, UpdateResult } from 'kysely'
import type { StoreSchema } from './schema.js'
import type { SqlDatabase } from './sql-database.js'

/** What a statement is built with. */
export interface StatementParts<V> {
  readonly db: Kysely<StoreSchema>
  /** Stands for the values that each run gives. To be taken by name: they cannot be counted or copied. */
  readonly slots: V
  /** The database's clock when the statement runs, epoch milliseconds. */
  nowMs(): RawBuilder<number>
}

export type Statement<V, R> = (db: Kysely<StoreSchema>, values: V) => Promise<QueryResult<R>>

/**
 * A statement that is built once and run often. Outside of a transaction it goes to the driver as a prepared one. It has to name its
 * columns: what it returns is settled when it is prepared.
 */
export function statement<V extends object, R>(
  { dialect, prepared }: Pick<SqlDatabase, 'dialect' | 'prepared'>,
  build: (parts: StatementParts<V>) => Compilable<R> | Compilable<UpdateResult>,
): Statement<V, R> {
  let built: CompiledQuery<R> | undefined
  const slots = slotsOf<V>()
  const clock = dialect.clockInput
  const nowMs = (): RawBuilder<number> => dialect.nowMs(clock && new Slot(clock))
  return async (db, values) => {
    built ??= build({ db, slots, nowMs }).compile() as CompiledQuery<R>
    const parameters = built.parameters.map((parameter) => (parameter instanceof Slot ? parameter.fill(values) : parameter))
    return prepared && !db.isTransaction ? prepared<R>(built.sql, parameters) : db.executeQuery({ ...built, parameters })
  }
}

function slotsOf<V extends object>(): V {
  return new Proxy({} as V, {
    get: (_, name) =>
      new Slot((values: V) => {
        const value = values[name as keyof V]
        // The driver would send a null, to which no row is equal.
        if (value === undefined) throw new TypeError(`A statement was run without its value "${String(name)}".`)
        return value
      }),
    // A copy would be empty, and so would the condition that is made of it.
    ownKeys() {
      throw new TypeError('The slots of a statement have to be taken by name.')
    },
  })
}

class Slot<V> {
  readonly fill: (values: V) => unknown

  constructor(fill: (values: V) => unknown) {
    this.fill = fill
  }
}
