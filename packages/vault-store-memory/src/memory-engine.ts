import { collectWrites, type StoreEngine, sortedTables } from '@holdfast/vault-core/store'

/** Tables in memory. One transaction runs after the other, and what it wrote is applied in one step. */
export function memoryEngine(clock: () => number): StoreEngine {
  const tables = sortedTables()
  let last: Promise<unknown> = Promise.resolve()
  return {
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
  }
}
