import type { LineExtent, RecordName } from './line.js'

/** Bytes that cannot be read. */
export interface LostBytes {
  /** Empty where they are missing from the file. */
  readonly bytes: Uint8Array
  /** Whose newest state they were; undefined when that cannot be told of all of them. */
  readonly names: readonly RecordName[] | undefined
}

/** Gathers what was lost, until later lines say it anew: record by record, as one line seldom writes what another did. */
export function lostRecords(): {
  add(lost: LostBytes): void
  heal(written: readonly RecordName[]): void
  unhealed(): readonly LostBytes[]
} {
  const all: { readonly bytes: Uint8Array; readonly names: Map<string, RecordName> | undefined }[] = []
  return {
    add({ bytes, names }) {
      all.push({ bytes, names: names && new Map(names.map((name) => [idOf(name), name])) })
    },
    heal(written) {
      for (const { names } of all) for (const name of written) names?.delete(idOf(name))
    },
    unhealed() {
      return all.map(({ bytes, names }) => ({ bytes, names: names && [...names.values()] }))
    },
  }
}

/**
 * The names of the lines that stood from one position to another, or to the end of the file; undefined when what can be
 * read of them leaves a part unaccounted for.
 */
export function namesBetween(extents: readonly LineExtent[], from: number, to?: number): readonly RecordName[] | undefined {
  const between = extents.filter(({ start }) => start >= from && (to === undefined || start < to)).sort((a, b) => a.start - b.start)
  let reached = from
  for (const { start, length } of between) {
    if (start > reached) return undefined
    reached = Math.max(reached, start + length)
  }
  const isAccountedFor = to === undefined ? between.length > 0 : reached === to
  return isAccountedFor ? between.flatMap(({ names }) => names) : undefined
}

function idOf({ table, key }: RecordName): string {
  return `${table} ${key}`
}
