import { DatabaseSync } from 'node:sqlite'
import type { VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { mysqlStore, postgresStore, sqliteStore } from '../src/index.js'
import { hasMariadb, hasPostgres, inMariadb, inPostgres, mariadbDatabase, postgresSchema, postgresUrl } from './fixtures/servers.js'

const schema = postgresSchema()
const mariadb = mariadbDatabase()
const sqlite = new DatabaseSync(':memory:')

interface Place {
  readonly name: string
  readonly isThere: boolean
  open(): VaultStore
  /** Runs a statement on the table of jobs; its first row, if it returns any. */
  run(text: (table: string) => string): Promise<unknown>
}

const places: readonly Place[] = [
  {
    name: 'SQLite',
    isThere: true,
    open: () => sqliteStore({ database: sqlite }),
    run: async (text) => ({ ...sqlite.prepare(text('holdfast_outbox')).get() }),
  },
  {
    name: 'PostgreSQL',
    isThere: hasPostgres,
    open: () => postgresStore({ connectionString: postgresUrl, schema }),
    run: async (text) => (await inPostgres(text(`${schema}.holdfast_outbox`)))[0],
  },
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    open: () => mysqlStore({ connectionString: mariadb }),
    async run(text) {
      const rows = await inMariadb(text('holdfast_outbox'), mariadb)
      return Array.isArray(rows) ? { ...rows[0] } : rows
    },
  },
]

const tenant = 'default'
const query = { tenant, topics: ['t'], limit: 100, leaseMs: 60_000 }
const jobs = (orderingKey: string, ...ids: readonly string[]) =>
  ids.map((id) => ({ tenant, id, topic: 't', orderingKey, data: new Uint8Array([1]) }))

describe.each(places)('jobs of one ordering key: $name', ({ isThere, open, run }) => {
  it.skipIf(!isThere)('but for the oldest are not even looked at by a lease, however many wait', async () => {
    const store = open()
    const marked = () => run((table) => `select cast(count(*) as char(9)) as n from ${table} where is_first = 1`)
    const ids = Array.from({ length: 300 }, (_, n) => `long-${n}`)
    await store.outbox.add(jobs('long', ...ids))
    await store.outbox.add(jobs('short', 'short-0', 'short-1'))
    expect(await marked()).toMatchObject({ n: expect.stringMatching(/^2 *$/) })
    for (let n = 0; n < 2; n++) {
      const leased = await store.outbox.lease(query)
      expect(leased.map(({ id }) => id)).toEqual([`long-${n}`, `short-${n}`])
      for (const job of leased) await store.outbox.complete(job)
      expect(await marked()).toMatchObject({ n: expect.stringMatching(n === 0 ? /^2 *$/ : /^1 *$/) })
    }
    for (const job of await store.outbox.lease(query)) expect(job.id).toBe('long-2')
    await store.close()
  })

  it.skipIf(!isThere)('go on with the next one that is added, when somebody deleted the first of them by hand', async () => {
    const store = open()
    await store.outbox.add(jobs('cut', 'cut-0', 'cut-1'))
    await run((table) => `delete from ${table} where id = 'cut-0'`)
    await store.outbox.add(jobs('cut', 'cut-2'))
    const leased = await store.outbox.lease(query)
    expect(leased.map(({ id }) => id).filter((id) => id.startsWith('cut'))).toEqual(['cut-1'])
    for (const job of leased) await store.outbox.complete(job)
    expect((await store.outbox.lease(query)).map(({ id }) => id).filter((id) => id.startsWith('cut'))).toEqual(['cut-2'])
    await store.close()
  })
})
