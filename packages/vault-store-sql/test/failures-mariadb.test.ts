import mysql from 'mysql2'
import { afterAll, describe, expect, it } from 'vitest'
import { type MysqlStoreOptions, mysqlStore } from '../src/index.js'
import { freePort } from './fixtures/free-port.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { hasMariadb, inMariadb, mariadbDatabase } from './fixtures/servers.js'
import { expectWritesToCount } from './fixtures/writes-under-sabotage.js'

const url = mariadbDatabase()
const pool = mysql.createPool({ uri: hasMariadb ? url : 'mysql://127.0.0.1', connectionLimit: 4 })
afterAll(() => new Promise<void>((resolve) => pool.end(() => resolve())))

const urlWith = (change: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'port'>>): string =>
  Object.assign(new URL(url), change).href

/** What the first call of a store says. */
async function firstWords(options: MysqlStoreOptions): Promise<unknown> {
  const store = mysqlStore(options)
  try {
    return await store.credentials.get(KEY).catch((error: unknown) => error)
  } finally {
    await store.close()
  }
}

/** Ends all connections to the tests' database but the one that asks. */
async function endConnections(): Promise<void> {
  const database = new URL(url).pathname.slice(1)
  const found = await inMariadb(`select id from information_schema.processlist where db = '${database}' and id <> connection_id()`)
  for (const { id } of Array.isArray(found) ? found : []) await inMariadb(`kill ${id}`).catch(() => undefined)
}

describe('options that are wrong', () => {
  it.each<readonly [string, MysqlStoreOptions]>([
    ['no database', {}],
    ['two databases', { connectionString: 'mysql://x', pool }],
    ['a connection string of another kind', { connectionString: 'postgres://127.0.0.1/test' }],
    ['a password that is written as it is', { connectionString: 'mysql://root:open#sesame@127.0.0.1/test' }],
    ['a prefix with a quote', { pool, tablePrefix: 'a`' }],
    ['a pool of mysql2/promise', { pool: pool.promise() as never }],
    ['a mode that there is not', { pool, migrate: 'always' as never }],
  ])('%s', (_name, options) => {
    expect(() => mysqlStore(options)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })
})

describe.skipIf(!hasMariadb)('a MariaDB that cannot be used', () => {
  it.each<readonly [string, () => Promise<MysqlStoreOptions>, RegExp]>([
    ['nobody at that port', async () => ({ connectionString: urlWith({ port: String(await freePort()) }) }), /cannot be reached/],
    ['a database that is not there', async () => ({ connectionString: urlWith({ pathname: '/no_such_database' }) }), /no such database/],
    [
      'tables that are not there',
      async () => ({ connectionString: url, tablePrefix: 'none_', migrate: 'off' }),
      /tables of the vault are missing/,
    ],
  ])('%s: one clear error', async (_name, options, message) => {
    const error = await firstWords(await options())
    expect(error).toMatchObject({ code: 'store_unavailable', message: expect.stringMatching(message), cause: expect.any(Error) })
  })

  it('a wrong password: one clear error, without the password', async () => {
    const user = `holdfast_${Date.now().toString(36)}`
    await inMariadb(`create user ${user}@'%' identified by 'right'; create user ${user}@localhost identified by 'right'`)
    try {
      const error = await firstWords({ connectionString: urlWith({ username: user, password: 'sesame' }) })
      expect(error).toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('refuses the user or the password') })
      expect(JSON.stringify(error) + String(error)).not.toContain('sesame')
    } finally {
      await inMariadb(`drop user ${user}@'%'; drop user ${user}@localhost`)
    }
  })

  it('a user that may not write: one clear error, and nothing is lost', async () => {
    const user = `holdfast_reader_${Date.now().toString(36)}`
    const owner = mysqlStore({ connectionString: url, tablePrefix: 'rights_' })
    await owner.credentials.insert(newCredential('a'))
    const database = new URL(url).pathname.slice(1)
    for (const host of ['%', 'localhost'])
      await inMariadb(`create user ${user}@'${host}'; grant select on ${database}.* to ${user}@'${host}'`)
    const reader = mysqlStore({ connectionString: urlWith({ username: user }), tablePrefix: 'rights_' })
    try {
      expect(await reader.credentials.get(KEY)).toMatchObject({ version: 1 })
      const change = { key: KEY, attemptId: 'b', expect: { version: 1 }, set: { data: 'b' } }
      await expect(reader.credentials.update(change)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('lacks rights'),
      })
      expect(await owner.credentials.get(KEY)).toMatchObject({ version: 1, data: '{}' })
    } finally {
      await reader.close()
      await owner.close()
      await inMariadb(`drop user ${user}@'%'; drop user ${user}@localhost`)
    }
  })
})

describe.skipIf(!hasMariadb)('a connection that breaks', () => {
  it('while nobody uses it: the next call opens another', async () => {
    const store = mysqlStore({ connectionString: url, tablePrefix: 'idle_' })
    await store.credentials.insert(newCredential('a'))
    await endConnections()
    expect(await store.credentials.get(KEY)).toMatchObject({ version: 1 })
    await store.close()
  })

  it('again and again under load: each write that is repeated counts once', async () => {
    const store = mysqlStore({ connectionString: url, tablePrefix: 'broken_' })
    await expectWritesToCount(store, endConnections)
    await store.close()
  }, 60_000)
})

describe.skipIf(!hasMariadb)('deadlocks', () => {
  it('are taken back by the server and repeated: nobody sees them', async () => {
    const store = mysqlStore({ connectionString: url, tablePrefix: 'deadlock_' })
    const audit = (n: number) => [{ tenant: 'default', id: `entry-${n}`, data: '{}' }]
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        store.documents.put({
          tenant: 'default',
          kind: `k-${n % 3}`,
          id: `${n % 7}`,
          data: `${n}`,
          expect: 'absent',
          attemptId: `a-${n}`,
          also: { audit: audit(n) },
        }),
      ),
    )
    expect((await store.audit.list({ tenant: 'default', limit: 100 })).length).toBe(21)
    await store.close()
  })
})

describe.skipIf(!hasMariadb)('what the server promises', () => {
  it('is looked at: a log that is not flushed with each commit is warned of', async () => {
    const warnings: string[] = []
    await inMariadb('set global innodb_flush_log_at_trx_commit = 2')
    try {
      const store = mysqlStore({ pool, tablePrefix: 'careless_', onWarning: (message) => warnings.push(message) })
      await store.now()
      await store.close()
    } finally {
      await inMariadb('set global innodb_flush_log_at_trx_commit = 1')
    }
    expect(warnings).toEqual([expect.stringMatching(/innodb_flush_log_at_trx_commit=2.*lose the commits of the last second/)])
  })
})

describe.skipIf(!hasMariadb)('a pool that was handed in', () => {
  it('stays open when the store is closed', async () => {
    const store = mysqlStore({ pool, tablePrefix: 'guest_' })
    await store.now()
    await store.close()
    expect(await new Promise((resolve) => pool.query('select 1 as one', (_error, rows) => resolve(rows)))).toEqual([{ one: 1 }])
  })
})
