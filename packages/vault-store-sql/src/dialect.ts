import { type RawBuilder, sql } from 'kysely'
import type { ExactText } from './schema.js'

/** In what the databases differ, as far as the store has to know. */
export interface Dialect {
  readonly name: 'postgres' | 'mysql' | 'sqlite'
  /** Whether a statement that writes can return the rows that it wrote. */
  readonly returnsRows: boolean
  /** Whether rows that others have locked can be skipped. */
  readonly locksRows: boolean
  /** What the clock is told each time it is read, where it is told anything: SQLite the time itself, another an offset. Milliseconds. */
  readonly clockInput?: (() => number) | undefined
  /**
   * The database's clock, epoch milliseconds.
   *
   * @param input - Stands for what `clockInput` gives. Left out, it is asked at once.
   */
  nowMs(input?: unknown): RawBuilder<number>
  /** The same, of one moment throughout a statement. */
  statementMs(): RawBuilder<number>
  /** How text that has to be kept exactly is sent. */
  exact(text: string): ExactText
}

/** Reads text that was kept exactly. */
export function textOf(value: ExactText): string {
  if (typeof value === 'string') return value
  // What the driver hands out is one, and reads itself several times as fast.
  return Buffer.isBuffer(value) ? value.toString() : decoder.decode(value)
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** @param offsetMs - Added to the database's clock, in tests that let time pass. */
export function postgresDialect(offsetMs?: () => number): Dialect {
  const clock = (read: RawBuilder<Date>) => sql<number>`floor(extract(epoch from ${read}) * 1000)::bigint`
  return {
    name: 'postgres',
    returnsRows: true,
    locksRows: true,
    ...shifted(clock(sql`clock_timestamp()`), offsetMs),
    statementMs: shifted(clock(sql`statement_timestamp()`), offsetMs).nowMs,
    exact: (text) => text,
  }
}

/** @param offsetMs - Added to the database's clock, in tests that let time pass. */
export function mysqlDialect(offsetMs?: () => number): Dialect {
  // UTC: a local clock shows one hour of the year twice.
  const now = shifted(sql<number>`(timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000)`, offsetMs)
  return {
    name: 'mysql',
    returnsRows: false,
    locksRows: true,
    ...now,
    statementMs: now.nowMs,
    exact: (text) => Buffer.from(text),
  }
}

/** SQLite has no clock but the machine's. */
export function sqliteDialect(clock: () => number): Dialect {
  const nowMs = (input: unknown = clock()): RawBuilder<number> => sql<number>`${input}`
  return { name: 'sqlite', returnsRows: true, locksRows: false, clockInput: clock, nowMs, statementMs: nowMs, exact: (text) => text }
}

function shifted(now: RawBuilder<number>, offsetMs: (() => number) | undefined): Pick<Dialect, 'clockInput' | 'nowMs'> {
  if (!offsetMs) return { nowMs: () => now }
  const clockInput = (): number => Math.trunc(offsetMs())
  return { clockInput, nowMs: (input: unknown = clockInput()) => sql<number>`(${now} + ${input})` }
}
