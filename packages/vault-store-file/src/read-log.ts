import type { RecordWrite } from '@holdfast/vault-core/store'
import type { DiskFile } from './disk.js'
import { type LineExtent, readLine } from './line.js'
import { type LostBytes, lostRecords, namesBetween } from './lost-records.js'
import { readLines } from './read-lines.js'
import { canBeUnfinished, type LastLine } from './unfinished-write.js'

export interface LogReading {
  /** Behind the last line that is whole. */
  readonly end: number
  /** Whether anything but an unfinished write is wrong: then the file is to be written anew. */
  readonly isDamaged: boolean
  /** What cannot be read, and whose newest state is lost by it: nobody's where a later line says it anew. */
  readonly lost: readonly LostBytes[]
  /** A write at the end that nobody was told of. */
  readonly unfinished: Uint8Array | undefined
}

/**
 * Reads the lines of a log from a position on and hands on what the whole ones wrote. Each line says where it stands, so
 * that what lies between two whole ones is either accounted for by what can still be read of it, or nobody's.
 */
export async function readLog(source: DiskFile, from: number, apply: (writes: readonly RecordWrite[]) => void): Promise<LogReading> {
  const lost = lostRecords()
  /** Where the next line should stand by its own word. */
  let expected = from
  let end = from
  let position = from
  let damaged: LastLine[] = []
  let isDamaged = false
  for await (const { bytes, end: lineEnd } of readLines(source, from)) {
    const line = readLine(bytes)
    if (line.outcome === 'whole' && lineEnd !== undefined && line.extent.start >= expected) {
      const { start, length } = line.extent
      if (damaged.length > 0 || start > expected) {
        isDamaged = true
        lost.add({ bytes: joined(damaged), names: namesBetween(extentsOf(damaged), expected, start) })
        damaged = []
      }
      if (line.isScarred) {
        isDamaged = true
        lost.add({ bytes, names: [] })
      }
      apply(line.writes)
      lost.heal(line.writes)
      expected = start + length
      end = lineEnd
    } else {
      const extents = line.outcome === 'whole' ? [line.extent] : line.extents
      damaged.push({ bytes, isEnded: lineEnd !== undefined, position, extents })
    }
    position = lineEnd ?? position
  }
  const { before, unfinished } = splitEnd(damaged, expected)
  if (before.length > 0) {
    isDamaged = true
    lost.add({ bytes: joined(before), names: namesBetween(extentsOf(before), expected) })
  }
  return { end, isDamaged, lost: lost.unhealed(), unfinished: unfinished && joined([unfinished]) }
}

/** Tells an unfinished write at the end from what was damaged before it. */
function splitEnd(
  damaged: readonly LastLine[],
  expected: number,
): { readonly before: readonly LastLine[]; readonly unfinished?: LastLine } {
  const last = damaged.at(-1)
  const before = damaged.slice(0, -1)
  const reached = Math.max(expected, ...extentsOf(before).map(({ start, length }) => start + length))
  return last && canBeUnfinished(last, reached) ? { before, unfinished: last } : { before: damaged }
}

function extentsOf(lines: readonly LastLine[]): readonly LineExtent[] {
  return lines.flatMap(({ extents }) => extents)
}

/** Without the end of the last. */
function joined(lines: readonly LastLine[]): Uint8Array {
  return Buffer.concat(lines.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [LINE_END, bytes])))
}

const LINE_END = Buffer.from('\n')
