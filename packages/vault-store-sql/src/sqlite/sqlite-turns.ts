import { CompiledQuery, type Kysely } from 'kysely'
import type { StoreSchema } from '../schema.js'

/** Work on the one connection. */
export interface SqliteTurns {
  /** Runs the work when nobody else's is under way. */
  inTurn<T>(work: () => T | Promise<T>): Promise<T>
  /** The same in a transaction, which takes the write lock at its beginning: it cannot fail in its middle because another process writes. */
  inTransaction<T>(work: (db: Kysely<StoreSchema>) => Promise<T>): Promise<T>
}

/** One after the other, so that no statement slips into another's transaction. */
export function createSqliteTurns(db: Kysely<StoreSchema>): SqliteTurns {
  let tail: Promise<unknown> = Promise.resolve()
  let inLine = 0
  const statement = (text: string): Promise<unknown> => db.executeQuery(CompiledQuery.raw(text))
  const leave = (): void => {
    inLine -= 1
  }

  const inTurn = <T>(work: () => T | Promise<T>): Promise<T> => {
    // Nobody to wait for: what is done at once, as reading a row is, need not wait for anything.
    const turn = inLine === 0 ? begun(work) : tail.then(work)
    inLine += 1
    tail = turn.then(leave, leave)
    return turn
  }
  return {
    inTurn,
    inTransaction: (work) =>
      inTurn(async () => {
        await statement('begin immediate')
        try {
          const result = await work(db)
          await statement('commit')
          return result
        } catch (error) {
          await statement('rollback').catch(() => undefined)
          throw error
        }
      }),
  }
}

async function begun<T>(work: () => T | Promise<T>): Promise<T> {
  return work()
}
