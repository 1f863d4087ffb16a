import type { EngineView, Entry, ScanRange } from './store-engine.js'

/** A change to one record; without `record` it goes. */
export interface RecordWrite {
  readonly table: string
  readonly key: string
  readonly record?: object
}

/** For engines that keep what they have in memory: tables whose keys stand in order. */
export interface SortedTables {
  readonly view: EngineView
  get(table: string, key: string): object | undefined
  apply(writes: readonly RecordWrite[]): void
  /** All records, table by table, in the order of their keys. */
  entries(): Iterable<Required<RecordWrite>>
  readonly size: number
}

interface Table {
  readonly records: Map<string, object>
  /** In order; made anew after keys came or went. */
  keys: string[] | undefined
}

/** Makes empty tables. */
export function sortedTables(): SortedTables {
  const tables = new Map<string, Table>()

  const tableNamed = (name: string): Table => {
    const known = tables.get(name)
    if (known) return known
    const table: Table = { records: new Map(), keys: [] }
    tables.set(name, table)
    return table
  }
  const get = (table: string, key: string): object | undefined => tables.get(table)?.records.get(key)
  const scan = (name: string, { prefix, after, limit }: ScanRange): readonly Entry[] => {
    const table = tableNamed(name)
    table.keys ??= [...table.records.keys()].sort()
    const found: Entry[] = []
    const from = after === undefined || after < prefix ? firstAtLeast(table.keys, prefix) : firstAtLeast(table.keys, after)
    for (let index = from; index < table.keys.length && found.length < limit; index++) {
      const key = table.keys[index]
      if (key === undefined || !key.startsWith(prefix)) break
      if (key !== after) found.push([key, table.records.get(key)])
    }
    return found
  }

  return {
    view: { get, scan },
    get,
    apply(writes) {
      for (const { table: name, key, record } of writes) {
        const table = tableNamed(name)
        const comesOrGoes = table.records.has(key) !== (record !== undefined)
        if (record === undefined) table.records.delete(key)
        else table.records.set(key, record)
        if (comesOrGoes && table.keys) table.keys = keysAfter(table.keys, key, record !== undefined)
      }
    },
    *entries() {
      for (const [table, { records }] of tables)
        for (const key of [...records.keys()].sort()) {
          const record = records.get(key)
          if (record) yield { table, key, record }
        }
    },
    get size() {
      return [...tables.values()].reduce((sum, { records }) => sum + records.size, 0)
    },
  }
}

/** The keys after one came or went: changed in place where that is cheap, else undefined, to be sorted when they are needed. */
function keysAfter(keys: string[], key: string, comes: boolean): string[] | undefined {
  const index = firstAtLeast(keys, key)
  if (keys.length - index > CHEAP_MOVE) return undefined
  keys.splice(index, comes ? 0 : 1, ...(comes ? [key] : []))
  return keys
}

/** Moving so many pointers costs less than a microsecond or two. */
const CHEAP_MOVE = 20_000

/** Index of the first key at or behind `bound`. */
function firstAtLeast(keys: readonly string[], bound: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < bound) low = middle + 1
    else high = middle
  }
  return low
}
