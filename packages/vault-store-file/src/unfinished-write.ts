import type { LineExtent } from './line.js'

/** What a power loss leaves of a write is new, or missing, in pieces of this size. Bytes. */
const SECTOR = 512

/** A line at the end of the file that cannot be read. */
export interface LastLine {
  /** Without its end. */
  readonly bytes: Buffer
  readonly isEnded: boolean
  /** Where it stands in the file. */
  readonly position: number
  /** What can still be read of whose it is. */
  readonly extents: readonly LineExtent[]
}

/**
 * Whether this can be a write that the power, or the process, did not live to finish: one line, cut off or with whole
 * sectors missing. Anything else was written wholly, and perhaps acknowledged, and was damaged later. A line of which
 * nothing can be read counts as unfinished.
 *
 * @param expected - Where the line should begin by what stands before it.
 */
export function canBeUnfinished({ bytes, isEnded, position, extents }: LastLine, expected: number): boolean {
  const extent = extents[0]
  if (!extent) return true
  if (!extents.every(({ start, length }) => start === expected && length === extent.length)) return false
  const length = bytes.length + (isEnded ? 1 : 0)
  if (length > extent.length) return false
  const gaps = zeroRuns(bytes)
  const isTorn = gaps.every(([from, to]) => isBoundary(from, position, bytes.length) && isBoundary(to, position, bytes.length))
  return isTorn && (gaps.length > 0 || length < extent.length)
}

function isBoundary(index: number, position: number, length: number): boolean {
  return index === 0 || index === length || (position + index) % SECTOR === 0
}

/** Stretches of zeros, which no line contains. */
function zeroRuns(bytes: Buffer): readonly (readonly [from: number, to: number])[] {
  const runs: (readonly [number, number])[] = []
  for (let from = bytes.indexOf(0); from !== -1; from = bytes.indexOf(0, from)) {
    let to = from
    while (to < bytes.length && bytes[to] === 0) to++
    runs.push([from, to])
    from = to
  }
  return runs
}
