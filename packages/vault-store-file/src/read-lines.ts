import type { DiskFile } from './disk.js'

const CHUNK_BYTES = 1_048_576
const LINE_END = 0x0a

export interface FileLine {
  /** Without its end. */
  readonly bytes: Buffer
  /** Position behind the line's end; undefined where the file ends before it. */
  readonly end: number | undefined
  /** Whether nothing follows. */
  readonly isLast: boolean
}

/** The lines of a file from a position on. */
export async function* readLines(file: DiskFile, from: number, chunkBytes: number = CHUNK_BYTES): AsyncGenerator<FileLine> {
  let rest: Buffer = Buffer.alloc(0)
  let position = from
  let restStart = from
  // Held back until it is known whether anything follows.
  let line: Omit<FileLine, 'isLast'> | undefined
  for (;;) {
    const chunk = await file.read(position, chunkBytes)
    position += chunk.length
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(LINE_END); end !== -1; end = rest.indexOf(LINE_END, start)) {
      if (line) yield { ...line, isLast: false }
      line = { bytes: rest.subarray(start, end), end: restStart + end + 1 }
      start = end + 1
    }
    rest = rest.subarray(start)
    restStart += start
    if (chunk.length < chunkBytes) break
  }
  if (line) yield { ...line, isLast: rest.length === 0 }
  if (rest.length > 0) yield { bytes: rest, end: undefined, isLast: true }
}
