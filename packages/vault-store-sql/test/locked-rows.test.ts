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
    /** A transaction that holds the row of a user locked. */
    async lock(userId: string): Promise<() => Promise<unknown>> {
      const client = new pg.Client({ connectionString: postgresUrl })
      await client.connect()
      await client.query('begin')
      await client.query(`select 1 from ${schema}.holdfast_credentials where user_id = $1 for update`, [userId])
      return () => client.query('rollback').then(() => client.end())
    },
  },
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    open: () => mysqlStore({ connectionString: mariadb }),
    async lock(userId: string): Promise<() => Promise<unknown>> {
      const connection = await mysql.createConnection(mariadb)
      await connection.query('begin')
      const columns = [KEY.tenant, userId, KEY.connectionId, KEY.accountId].map((part) => Buffer.from(part))
      const where = 'tenant = ? and user_id = ? and connection_id = ? and account_id = ?'
      await connection.query(`select 1 from holdfast_credentials where ${where} for update`, columns)
      return () => connection.query('rollback').then(() => connection.end())
    },
  },
]

describe.each(servers)('rows that others hold locked: $name', ({ isThere, open, lock }) => {
  it.skipIf(!isThere)('are passed over by those who work through what is due, and do not keep them waiting', async () => {
    const store = open()
    for (const userId of ['a', 'b', 'c']) await store.credentials.insert({ ...newCredential('i'), userId, dueAtMs: 1_000 })
    const unlock = await lock('b')
    const due = { tenant: KEY.tenant, dueBeforeMs: 1_000, limit: 10, postponeToMs: 9_000 }
    expect((await store.credentials.due(due)).map(({ userId }) => userId).sort()).toEqual(['a', 'c'])
    await unlock()
    expect((await store.credentials.due(due)).map(({ userId }) => userId)).toEqual(['b'])
    await store.close()
  })

  it.skipIf(!isThere)('do not keep reads waiting', async () => {
    const store = open()
    await store.credentials.insert({ ...newCredential('i'), userId: 'reader' })
    const unlock = await lock('reader')
    expect(await store.credentials.get({ ...KEY, userId: 'reader' })).toMatchObject({ version: 1 })
    await unlock()
    await store.close()
  })
})
