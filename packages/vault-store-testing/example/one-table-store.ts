import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  decodeRecord,
  type EngineTransaction,
  type Entry,
  encodeRecord,
  storeFromEngine,
  type VaultStore,
} from '@holdfast/vault-core/store'

export interface OneTableStoreOptions {
  readonly path: string
  /** The store's clock, epoch milliseconds. */
  readonly clock?: () => number
}

/** A whole vault store over one table of records. Shown with SQLite; any database with transactions will do. */
export function oneTableStore({ path, clock = () => Date.now() }: OneTableStoreOptions): VaultStore {
  const database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  // SQLite compares text byte by byte unless it is told otherwise. Elsewhere ask for an exact collation.
  database.exec('create table if not exists records (tbl text, key text, record text, primary key (tbl, key))')
  const get = database.prepare('select record from records where tbl = ? and key = ?')
  const scan = database.prepare(
    'select key, record from records where tbl = ? and key >= ? and key > ? and substr(key, 1, length(?)) = ? order by key limit ?',
  )
  const set = database.prepare('insert into records values (?, ?, ?) on conflict do update set record = excluded.record')
  const remove = database.prepare('delete from records where tbl = ? and key = ?')

  const transaction: EngineTransaction = {
    get(table, key) {
      const row = get.get(table, key)
      return row && decodeRecord(String(row.record))
    },
    scan: (table, { prefix, after = '', limit }) =>
      scan.all(table, prefix, after, prefix, prefix, limit).map(({ key, record }): Entry => [String(key), decodeRecord(String(record))]),
    set: (table, key, record) => void set.run(table, key, encodeRecord(record)),
    delete: (table, key) => void remove.run(table, key),
  }

  // One connection has one transaction at a time: whoever comes later waits his turn.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  return storeFromEngine({
    capabilities: { durable: true, crossProcess: true },
    now: clock,
    read: (work) => inTurn(() => work(transaction)),
    transact: (work) =>
      inTurn(async () => {
        // Takes the write lock at once: what `work` reads cannot change under it.
        await begin(database)
        try {
          const result = await work(transaction)
          database.exec('commit')
          return result
        } catch (error) {
          database.exec('rollback')
          throw error
        }
      }),
    close: () => inTurn(async () => database.close()),
  })
}

/** Waits for other processes, without standing in the way of this one's other work. */
async function begin(database: DatabaseSync): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return database.exec('begin immediate')
    } catch (error) {
      if (tries === 500) throw error
      await sleep(Math.random() * 20)
    }
  }
}
