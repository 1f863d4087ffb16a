import { type RawBuilder, sql } from 'kysely'
import type { ExactText } from './schema.js'

/** In what the databases differ, as far as the store has to know. */
export interface Dialect {
  readonly name: 'postgres' | 'mysql' | 'sqlite'
  /** Whether a statement that writes can return the rows that it wrote. */
  readonly returnsRows: boolean
  /** Whether rows that others have locked can be skipped. */
  readonly locksRows: boolean
  /** The database's clock, epoch milliseconds. */
  nowMs(): RawBuilder<number>
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

/** @param offsetMs - Added to the database's clock: 0, but in tests that let time pass. */
export function postgresDialect(offsetMs: () => number): Dialect {
  return {
    name: 'postgres',
    returnsRows: true,
    locksRows: true,
    nowMs: () => shifted(sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`, offsetMs()),
    statementMs: () => shifted(sql<number>`floor(extract(epoch from statement_timestamp()) * 1000)::bigint`, offsetMs()),
    exact: (text) => text,
  }
}

/** @param offsetMs - Added to the database's clock: 0, but in tests that let time pass. */
export function mysqlDialect(offsetMs: () => number): Dialect {
  // UTC: a local clock shows one hour of the year twice.
  const nowMs = (): RawBuilder<number> =>
    shifted(sql<number>`(timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000)`, offsetMs())
  return {
    name: 'mysql',
    returnsRows: false,
    locksRows: true,
    nowMs,
    statementMs: nowMs,
    exact: (text) => Buffer.from(text),
  }
}

/** SQLite has no clock but the machine's. */
export function sqliteDialect(clock: () => number): Dialect {
  const nowMs = (): RawBuilder<number> => sql<number>`${clock()}`
  return { name: 'sqlite', returnsRows: true, locksRows: false, nowMs, statementMs: nowMs, exact: (text) => text }
}

function shifted(now: RawBuilder<number>, offsetMs: number): RawBuilder<number> {
  return offsetMs === 0 ? now : sql<number>`(${now} + ${sql.lit(Math.trunc(offsetMs))})`
}
