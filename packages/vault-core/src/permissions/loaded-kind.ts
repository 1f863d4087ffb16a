import type { Log } from '../log.js'
import type { DocumentRow } from '../storage/contract.js'

/** The documents of one kind, parsed and held in memory. */
export interface LoadedKind<T> {
  /** Takes over the rows as they are now; only what changed is parsed. @returns Ids of what came, changed or went. */
  load(rows: readonly DocumentRow[]): readonly string[]
  get(id: string): T | undefined
  entries(): Iterable<readonly [string, T]>
}

export interface LoadedKindOptions<T> {
  readonly noun: string
  /** Reads a row; undefined for one that counts for nothing. @throws When it cannot be read: it counts for nothing, and the log is told. */
  readonly parse: (row: DocumentRow) => T | undefined
  readonly log: Log
}

export function createLoadedKind<T>({ noun, parse, log }: LoadedKindOptions<T>): LoadedKind<T> {
  const texts = new Map<string, string>()
  const values = new Map<string, T>()

  function parsed(row: DocumentRow): T | undefined {
    try {
      return parse(row)
    } catch {
      log.warn({ kind: row.kind, id: row.id }, `A stored ${noun} cannot be read by this version of the vault. It gives nothing.`)
      return undefined
    }
  }

  return {
    load(rows) {
      const gone = new Set(texts.keys())
      const changed: string[] = []
      for (const row of rows) {
        gone.delete(row.id)
        // By its text, as one and the same version of a restored database may hold another.
        if (texts.get(row.id) === row.data) continue
        changed.push(row.id)
        texts.set(row.id, row.data)
        const value = parsed(row)
        if (value === undefined) values.delete(row.id)
        else values.set(row.id, value)
      }
      for (const id of gone) {
        texts.delete(id)
        values.delete(id)
      }
      return [...changed, ...gone]
    },
    get: (id) => values.get(id),
    entries: () => values.entries(),
  }
}
