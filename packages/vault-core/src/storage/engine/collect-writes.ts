import type { RecordWrite } from './sorted-tables.js'
import type { EngineTransaction, EngineView, Entry } from './store-engine.js'

/** For engines: a transaction that keeps its writes aside, so that they can be applied in one step, or not at all. It sees them itself. */
export function collectWrites(view: EngineView): {
  readonly transaction: EngineTransaction
  readonly writes: () => readonly RecordWrite[]
} {
  const tables = new Map<string, Map<string, RecordWrite>>()
  const note = (write: RecordWrite): void => {
    const table = tables.get(write.table) ?? new Map<string, RecordWrite>()
    tables.set(write.table, table.set(write.key, write))
  }
  return {
    transaction: {
      get(table, key) {
        const own = tables.get(table)?.get(key)
        return own ? own.record : view.get(table, key)
      },
      scan(table, range) {
        const own = tables.get(table)
        if (!own) return view.scan(table, range)
        const { prefix, after } = range
        const added: Entry[] = [...own.values()].flatMap(({ key, record }) =>
          record && key.startsWith(prefix) && (after === undefined || key > after) ? [[key, record] as const] : [],
        )
        return Promise.resolve(view.scan(table, { ...range, limit: range.limit + own.size })).then((found) =>
          [...found.filter(([key]) => !own.has(key)), ...added].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, range.limit),
        )
      },
      set: (table, key, record) => note({ table, key, record }),
      delete: (table, key) => note({ table, key }),
    },
    writes: () => [...tables.values()].flatMap((table) => [...table.values()]),
  }
}
