import mysql from 'mysql2/promise'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { mysqlStore, postgresStore } from '../src/index.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { hasMariadb, hasPostgres, mariadbDatabase, postgresSchema, postgresUrl } from './fixtures/servers.js'

const schema = postgresSchema()
const mariadb = mariadbDatabase()

const servers = [
  {
    name: 'PostgreSQL',
    isThere: hasPostgres,
    open: () => postgresStore({ connectionString: postgresUrl, schema }),
    /** A transaction that holds the rows locked that `where` finds. */
    async lock(table: string, where: Readonly<Record<string, string>>): Promise<() => Promise<unknown>> {
      const client = new pg.Client({ connectionString: postgresUrl })
      await client.connect()
      await client.query('begin')
      const conditions = Object.keys(where).map((column, index) => `${column} = $${index + 1}`)
      await client.query(`select 1 from ${schema}.holdfast_${table} where ${conditions.join(' and ')} for update`, Object.values(where))
      return () => client.query('rollback').then(() => client.end())
    },
  },
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    open: () => mysqlStore({ connectionString: mariadb }),
    async lock(table: string, where: Readonly<Record<string, string>>): Promise<() => Promise<unknown>> {
      const connection = await mysql.createConnection(mariadb)
      await connection.query('begin')
      const conditions = Object.keys(where).map((column) => `${column} = ?`)
      const values = Object.values(where).map((value) => Buffer.from(value))
      await connection.query(`select 1 from holdfast_${table} where ${conditions.join(' and ')} for update`, values)
      return () => connection.query('rollback').then(() => connection.end())
    },
  },
]

/** The columns of a row's key: with all of them no more than this row is locked. */
const rowOf = (userId: string) => ({ tenant: KEY.tenant, user_id: userId, connection_id: KEY.connectionId, account_id: KEY.accountId })

describe.each(servers)('rows that others hold locked: $name', ({ isThere, open, lock }) => {
  it.skipIf(!isThere)('are passed over by those who work through what is due, and do not keep them waiting', async () => {
    const store = open()
    for (const userId of ['a', 'b', 'c']) await store.credentials.insert({ ...newCredential('i'), userId, dueAtMs: 1_000 })
    const unlock = await lock('credentials', rowOf('b'))
    const due = { tenant: KEY.tenant, dueBeforeMs: 1_000, limit: 10, postponeToMs: 9_000 }
    expect((await store.credentials.due(due)).map(({ userId }) => userId).sort()).toEqual(['a', 'c'])
    await unlock()
    expect((await store.credentials.due(due)).map(({ userId }) => userId)).toEqual(['b'])
    await store.close()
  })

  it.skipIf(!isThere)('do not let a later job of their ordering key pass', async () => {
    const store = open()
    const jobs = ['first', 'second'].map((id) => ({ tenant: KEY.tenant, id, topic: 't', orderingKey: 'k', data: new Uint8Array([1]) }))
    await store.outbox.add([...jobs, { tenant: KEY.tenant, id: 'free', topic: 't', data: new Uint8Array([1]) }])
    const lease = async () =>
      (await store.outbox.lease({ tenant: KEY.tenant, topics: ['t'], limit: 10, leaseMs: 60_000 })).map(({ id }) => id)
    // Somebody is just leasing the first, or is about to complete it.
    const unlock = await lock('outbox', { tenant: KEY.tenant, id: 'first' })
    expect(await lease()).toEqual(['free'])
    await unlock()
    expect(await lease()).toEqual(['first'])
    expect(await store.outbox.complete({ tenant: KEY.tenant, id: 'first', attempt: 1 })).toBe(true)
    expect(await lease()).toEqual(['second'])
    await store.close()
  })

  it.skipIf(!isThere)('do not keep reads waiting', async () => {
    const store = open()
    await store.credentials.insert({ ...newCredential('i'), userId: 'reader' })
    const unlock = await lock('credentials', rowOf('reader'))
    expect(await store.credentials.get({ ...KEY, userId: 'reader' })).toMatchObject({ version: 1 })
    await unlock()
    await store.close()
  })
})
