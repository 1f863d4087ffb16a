import { CompiledQuery } from 'kysely'
import { closedError, type Executor } from '../executor.js'
import { type MigrateMode, migrate } from '../migrate.js'
import { sqliteMigrations } from '../migrations.js'
import { storeFailure } from '../store-failure.js'
import { kyselyOver } from './kysely-sqlite.js'
import type { SqliteDatabase } from './sqlite-database.js'

export interface SqliteExecutorOptions {
  readonly database: SqliteDatabase
  /** Whether closing the store closes the database. */
  readonly owned: boolean
  readonly prefix: string
  readonly migrate: MigrateMode
  readonly clock: () => number
}

/** A database handed in may have no busy timeout of its own: then so many tries, so far apart. */
const BUSY_TRIES = 50
const BUSY_WAIT_MS = 20

/**
 * Runs the work one after the other on the one connection, so that no statement slips into another's transaction. A transaction takes the
 * write lock at its beginning, and so cannot fail in its middle because another process writes.
 */
export function createSqliteExecutor({ database, owned, prefix, migrate: mode, clock }: SqliteExecutorOptions): Executor {
  const db = kyselyOver(database, prefix)
  let tail: Promise<unknown> = Promise.resolve()
  let closed = false

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = tail.then(work)
    tail = turn.catch(() => undefined)
    return turn
  }
  const statement = (text: string): Promise<unknown> => db.executeQuery(CompiledQuery.raw(text))

  const inTransaction = async <T>(work: () => Promise<T>): Promise<T> => {
    await whileBusy(() => statement('begin immediate'))
    try {
      const result = await work()
      await statement('commit')
      return result
    } catch (error) {
      await statement('rollback').catch(() => undefined)
      throw error
    }
  }

  let ready: Promise<unknown> | undefined
  const whenReady = (): Promise<unknown> => {
    ready ??= inTurn(() => inTransaction(() => migrate(db, sqliteMigrations, mode, prefix, clock()))).catch((error: unknown) => {
      ready = undefined
      throw error
    })
    return ready
  }

  const open = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw closedError()
    try {
      await whenReady()
      return await inTurn(() => {
        if (closed) throw closedError()
        return work()
      })
    } catch (error) {
      throw storeFailure(error)
    }
  }

  return {
    now: clock,
    run: (work) => open(() => whileBusy(() => work(db, clock()))),
    transact: (work) => open(() => inTransaction(() => work(db, clock()))),
    async close() {
      if (closed) return
      closed = true
      await tail
      if (owned) database.close()
    },
  }
}

async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries >= BUSY_TRIES || !(error instanceof Error && /busy|locked/i.test(error.message))) throw error
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS))
    }
  }
}
