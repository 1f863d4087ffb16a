import type { VaultStore } from '../../src/index.js'
import { collectWrites, sortedTables, storeFromEngine } from '../../src/storage/index.js'

type RawTable = 'audit' | 'documents' | 'counters'

/** A store in memory whose records can be changed behind its back, as whoever rules a database can. */
export interface RawMemoryStore {
  readonly store: VaultStore
  /** By key, in the order of keys. */
  records(table: RawTable): Promise<readonly (readonly [string, Record<string, unknown>])[]>
  /** Undefined removes it. */
  set(table: RawTable, key: string, record: object | undefined): void
}

export function rawMemoryStore(clock: () => number): RawMemoryStore {
  const tables = sortedTables()
  let last: Promise<unknown> = Promise.resolve()
  const store = storeFromEngine({
    capabilities: { durable: false, crossProcess: false },
    now: clock,
    read: (work) => work(tables.view),
    transact(work) {
      const turn = last.then(async () => {
        const { transaction, writes } = collectWrites(tables.view)
        const result = await work(transaction)
        tables.apply(writes())
        return result
      })
      last = turn.catch(() => undefined)
      return turn
    },
    close: async () => undefined,
  })
  return {
    store,
    records: async (table) =>
      (await tables.view.scan(table, { prefix: '', limit: 1_000_000 })).map(
        ([key, record]) => [key, Object.fromEntries(Object.entries(Object(record)))] as const,
      ),
    set: (table, key, record) => tables.apply([{ table, key, ...(record && { record }) }]),
  }
}
