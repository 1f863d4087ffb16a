import { crc32 } from 'node:zlib'
import { decodeRecord, encodeRecord, type RecordWrite } from '@holdfast/vault-core/store'

/**
 * One line of the data file: what one step wrote, whole records, so that a later line heals what an earlier one lost.
 * It begins and ends with the same head: where the line stands, how long its records are, and whose they are.
 *
 *     <crc> <head>⇥<crc> <records>⇥<crc> <head>⏎
 *
 * A line that is damaged thus still says whose it is, and one that is gone leaves a gap between its neighbours. The
 * checksum of the records goes on from that of the head, so that no records stand under another line's head.
 *
 * @param start - The position in the file at which the line begins.
 */
export function writeLine(writes: readonly RecordWrite[], start: number): Buffer {
  const records = encodeRecord(writes.map(({ record }) => record ?? null))
  const head = JSON.stringify([start, Buffer.byteLength(records), writes.map(({ table, key }) => [table, key])])
  const checkedHead = checked(head, 0)
  return Buffer.from(`${checkedHead}\t${checked(records, crc32(head))}\t${checkedHead}\n`)
}

export type ReadLine =
  /** `isScarred`: one of its heads is damaged, and its records are not. */
  | { readonly outcome: 'whole'; readonly extent: LineExtent; readonly writes: readonly RecordWrite[]; readonly isScarred: boolean }
  /** `extents`: what can still be read of where it stood and whose it was; of more than one line, where their ends are lost. */
  | { readonly outcome: 'damaged'; readonly extents: readonly LineExtent[] }

/** Where a line stood when it was written, and whose it is. */
export interface LineExtent {
  readonly start: number
  /** With the line's end. Bytes. */
  readonly length: number
  readonly names: readonly RecordName[]
}

export interface RecordName {
  readonly table: string
  readonly key: string
}

/** @param line - Without its end. */
export function readLine(line: Buffer): ReadLine {
  const parts = line.toString().split('\t')
  const heads = parts.map((part) => headIn(part))
  const head = heads[0] ?? heads[2]
  if (head && parts.length === 3 && head.extent.length === line.length + 1) {
    const records = recordsIn(parts[1], crc32(head.text))
    const { names } = head.extent
    const isScarred = heads[0]?.text !== heads[2]?.text
    if (records?.length === names.length) return { outcome: 'whole', extent: head.extent, writes: writesOf(names, records), isScarred }
  }
  return { outcome: 'damaged', extents: heads.flatMap((each) => (each ? [each.extent] : [])) }
}

function writesOf(names: readonly RecordName[], records: readonly unknown[]): readonly RecordWrite[] {
  return names.map((name, index) => {
    const record = records[index]
    return typeof record === 'object' && record !== null ? { ...name, record } : name
  })
}

function checked(text: string, seed: number): string {
  return `${checksum(text, seed)} ${text}`
}

/** The text under its checksum, if it is right. */
function unchecked(part: string, seed: number): string | undefined {
  const text = part.slice(CHECKSUM_LENGTH + 1)
  return part[CHECKSUM_LENGTH] === ' ' && part.slice(0, CHECKSUM_LENGTH) === checksum(text, seed) ? text : undefined
}

const CHECKSUM_LENGTH = 8

function checksum(text: string, seed: number): string {
  return crc32(text, seed).toString(16).padStart(CHECKSUM_LENGTH, '0')
}

function headIn(part: string): { readonly text: string; readonly extent: LineExtent } | undefined {
  const text = unchecked(part, 0)
  const head = text === undefined ? undefined : parsed(text)
  if (text === undefined || !Array.isArray(head)) return undefined
  const [start, recordsLength, pairs]: readonly unknown[] = head
  if (typeof start !== 'number' || typeof recordsLength !== 'number' || !Array.isArray(pairs) || !pairs.every(isPair)) return undefined
  // Two heads and the records, each behind its checksum and a space; two tabs and the end.
  const length = 2 * Buffer.byteLength(text) + recordsLength + 3 * (CHECKSUM_LENGTH + 1) + 3
  return { text, extent: { start, length, names: pairs.map(([table, key]) => ({ table, key })) } }
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'
}

function recordsIn(part: string | undefined, seed: number): readonly unknown[] | undefined {
  const text = part === undefined ? undefined : unchecked(part, seed)
  const records = text === undefined ? undefined : parsed(text)
  return Array.isArray(records) ? records : undefined
}

function parsed(text: string): unknown {
  try {
    return decodeRecord(text)
  } catch {
    return undefined
  }
}
