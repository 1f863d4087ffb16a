import { DummyDriver, Kysely, type PostgresPool, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { postgresDialect, sqliteDialect } from '../src/dialect.ts'
import { preparedThroughPool } from '../src/postgres/pg-prepared.ts'
import type { StoreSchema } from '../src/schema.ts'
import type { RunPrepared } from '../src/sql-database.ts'
import { type StatementParts, statement } from '../src/statement.ts'

const db = new Kysely<StoreSchema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (of) => new SqliteIntrospector(of),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

/** Notes what it is given, and answers nothing. */
function notingDriver() {
  const runs: { readonly text: string; readonly values: readonly unknown[] }[] = []
  const prepared: RunPrepared = async (text, values) => {
    runs.push({ text, values })
    return { rows: [], numAffectedRows: 1n }
  }
  return { prepared, runs }
}

const expireTickets = ({ db: own, slots, nowMs }: StatementParts<{ readonly kind: string; readonly graceMs: number }>) =>
  own
    .deleteFrom('tickets')
    .where('kind', '=', slots.kind)
    .where('expires_at_ms', '<=', sql<number>`${nowMs()} - ${slots.graceMs}`)
    .returning('id')

describe('a statement that is built once', () => {
  it('has one text, and the values and the time of each run', async () => {
    const { prepared, runs } = notingDriver()
    let built = 0
    let time = 100
    const run = statement({ dialect: sqliteDialect(() => time), prepared }, (parts: Parameters<typeof expireTickets>[0]) => {
      built += 1
      return expireTickets(parts)
    })
    await run(db, { kind: 'flow', graceMs: 7 })
    time = 200
    await run(db, { kind: 'session', graceMs: 8 })
    expect(built).toBe(1)
    expect(runs.map(({ values }) => values)).toEqual([
      ['flow', 100, 7],
      ['session', 200, 8],
    ])
    expect(runs[0]?.text).toBe('delete from "tickets" where "kind" = ? and "expires_at_ms" <= ? - ? returning "id"')
    expect(runs[1]?.text).toBe(runs[0]?.text)
  })

  it('asks for the offset of a clock at each run, and sends none where there is none', async () => {
    const { prepared, runs } = notingDriver()
    let offsetMs = 5.9
    const shifted = statement({ dialect: postgresDialect(() => offsetMs), prepared }, expireTickets)
    await shifted(db, { kind: 'flow', graceMs: 7 })
    offsetMs = 60_000
    await shifted(db, { kind: 'flow', graceMs: 7 })
    await statement({ dialect: postgresDialect(), prepared }, expireTickets)(db, { kind: 'flow', graceMs: 7 })
    expect(runs.map(({ values }) => values)).toEqual([
      ['flow', 5, 7],
      ['flow', 60_000, 7],
      ['flow', 7],
    ])
  })

  it('refuses a run that lacks a value, and a copy of its slots: the condition would be another', async () => {
    const { prepared, runs } = notingDriver()
    const run = statement({ dialect: postgresDialect(), prepared }, expireTickets)
    const lacking: { readonly kind: string; readonly graceMs?: number } = { kind: 'flow' }
    await expect(run(db, lacking as { readonly kind: string; readonly graceMs: number })).rejects.toThrow('without its value "graceMs"')
    const copying = statement({ dialect: postgresDialect(), prepared }, (parts: Parameters<typeof expireTickets>[0]) =>
      expireTickets({ ...parts, slots: { ...parts.slots } }),
    )
    await expect(copying(db, { kind: 'flow', graceMs: 7 })).rejects.toThrow('taken by name')
    expect(runs).toEqual([])
  })

  it('stays on the connection of a transaction', async () => {
    const { prepared, runs } = notingDriver()
    const run = statement({ dialect: postgresDialect(), prepared }, expireTickets)
    await db.transaction().execute((own) => run(own, { kind: 'flow', graceMs: 7 }))
    expect(runs).toEqual([])
    await run(db, { kind: 'flow', graceMs: 7 })
    expect(runs).toHaveLength(1)
  })
})

describe('prepared statements of PostgreSQL', () => {
  /** A pool whose connections note what they are asked, and fail where the test says so. */
  function poolForFaults(failure?: Error) {
    const names: (string | undefined)[] = []
    const destroyed: boolean[] = []
    const client = {
      async query({ name }: { readonly name?: string }) {
        names.push(name)
        if (failure) throw failure
        return { rows: [{ n: 1 }], rowCount: null }
      },
      release: (isDestroyed: boolean) => void destroyed.push(isDestroyed),
    }
    return { pool: async () => ({ connect: async () => client }) as unknown as PostgresPool, names, destroyed }
  }

  it('are named by their text alone: other stores over the same pool prepare theirs', async () => {
    const { pool, names } = poolForFaults()
    for (const run of [preparedThroughPool(pool, true), preparedThroughPool(pool, true)]) {
      await run('select 1', [])
      await run('select 2', [])
    }
    expect(new Set(names).size).toBe(2)
    expect(names.slice(0, 2)).toEqual(names.slice(2))
    // PostgreSQL cuts longer names off.
    expect(Math.max(...names.map((name) => name?.length ?? 0))).toBeLessThan(64)
  })

  it('have no name for a pooler that hands each transaction another connection', async () => {
    const { pool, names } = poolForFaults()
    expect(await preparedThroughPool(pool, false)('select 1', [])).toEqual({ rows: [{ n: 1 }], numAffectedRows: 0n })
    expect(names).toEqual([undefined])
  })

  it('leave a connection that failed to nobody', async () => {
    const { pool, destroyed } = poolForFaults(new Error('connection terminated'))
    await expect(preparedThroughPool(pool, true)('select 1', [])).rejects.toThrow('connection terminated')
    expect(destroyed).toEqual([true])
  })
})
