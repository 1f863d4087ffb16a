import { createServer } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { type PostgresStoreOptions, postgresStore } from '../src/index.js'
import { freePort } from './fixtures/free-port.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { hasPostgres, inPostgres, postgresSchema, postgresUrl } from './fixtures/servers.js'
import { expectWritesToCount } from './fixtures/writes-under-sabotage.js'

const schema = postgresSchema()
const pool = new pg.Pool({ connectionString: postgresUrl, max: 4 })
afterAll(() => pool.end())

const urlWith = (change: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'port' | 'hostname'>>): string =>
  Object.assign(new URL(postgresUrl), change).href

/** What the first call of a store says. */
async function firstWords(options: PostgresStoreOptions): Promise<unknown> {
  const store = postgresStore(options)
  try {
    return await store.credentials.get(KEY).catch((error: unknown) => error)
  } finally {
    await store.close()
  }
}

describe('options that are wrong', () => {
  it.each<readonly [string, PostgresStoreOptions]>([
    ['no database', {}],
    ['two databases', { connectionString: 'postgres://x', pool }],
    ['a connection string of another kind', { connectionString: 'mysql://127.0.0.1/test' }],
    ['a schema with a quote', { pool, schema: 'a"; drop table x; --' }],
    ['a prefix with a quote', { pool, tablePrefix: 'a"' }],
    ['a mode that there is not', { pool, migrate: 'always' as never }],
    ['no connections', { connectionString: 'postgres://x', maxConnections: 0 }],
  ])('%s', (_name, options) => {
    expect(() => postgresStore(options)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })

  it('name the password in no error', () => {
    expect(() => postgresStore({ connectionString: 'https://user:sesame@host' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sesame') }),
    )
  })
})

describe.skipIf(!hasPostgres)('a PostgreSQL that cannot be used', () => {
  it.each<readonly [string, () => Promise<PostgresStoreOptions>, RegExp]>([
    ['nobody at that port', async () => ({ connectionString: urlWith({ port: String(await freePort()) }) }), /cannot be reached/],
    [
      'a host that nobody knows',
      async () => ({ connectionString: urlWith({ hostname: 'no-such-host.invalid' }) }),
      /host of the database|cannot be reached/,
    ],
    ['a database that is not there', async () => ({ connectionString: urlWith({ pathname: '/no_such_database' }) }), /no such database/],
    ['a user that is not there', async () => ({ connectionString: urlWith({ username: 'no_such_user' }) }), /refuses the user/],
    [
      'tables that are not there',
      async () => ({ connectionString: postgresUrl, schema, tablePrefix: 'none_', migrate: 'off' }),
      /tables of the vault are missing/,
    ],
  ])('%s: one clear error', async (_name, options, message) => {
    expect(await firstWords(await options())).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(message),
      cause: expect.any(Error),
    })
  })

  it('a wrong password: one clear error, without the password', async () => {
    const role = `holdfast_role_${Date.now().toString(36)}`
    await inPostgres(`create role ${role} login password 'right'`)
    try {
      // Trusted connections ask for no password: a server that answers as PostgreSQL does to a wrong one.
      const port = await passwordRefuser()
      const error = await firstWords({ connectionString: urlWith({ username: role, password: 'sesame', port: String(port) }) })
      expect(error).toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('refuses the user or the password') })
      expect(JSON.stringify(error) + String(error)).not.toContain('sesame')
    } finally {
      await inPostgres(`drop role ${role}`)
    }
  })

  it('a role that may not write: one clear error, and nothing is lost', async () => {
    const role = `holdfast_reader_${Date.now().toString(36)}`
    const owner = postgresStore({ connectionString: postgresUrl, schema, tablePrefix: 'rights_' })
    await owner.credentials.insert(newCredential('a'))
    await inPostgres(
      `create role ${role} login; grant usage on schema ${schema} to ${role}; grant select on all tables in schema ${schema} to ${role}`,
    )
    const reader = postgresStore({ connectionString: urlWith({ username: role }), schema, tablePrefix: 'rights_' })
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
      await inPostgres(`drop owned by ${role}; drop role ${role}`)
    }
  })

  it('a transaction that may only read: told as a server that takes no writes', async () => {
    const readOnly = new pg.Pool({ connectionString: postgresUrl, options: '-c default_transaction_read_only=on' })
    const store = postgresStore({ pool: readOnly, schema, tablePrefix: 'readonly_' })
    await expect(store.now()).rejects.toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('takes no writes') })
    await store.close()
    await readOnly.end()
  })
})

describe.skipIf(!hasPostgres)('a connection that breaks', () => {
  it('while nobody uses it: the next call opens another', async () => {
    const store = postgresStore({ connectionString: postgresUrl, schema, tablePrefix: 'idle_' })
    await store.credentials.insert(newCredential('a'))
    await inPostgres(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdfast'`)
    expect(await store.credentials.get(KEY)).toMatchObject({ version: 1 })
    await store.close()
  })

  it('again and again under load: each write that is repeated counts once', async () => {
    const store = postgresStore({ connectionString: postgresUrl, schema, tablePrefix: 'broken_' })
    await expectWritesToCount(store, () =>
      inPostgres(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdfast'`),
    )
    await store.close()
  }, 60_000)
})

describe.skipIf(!hasPostgres)('what the server promises', () => {
  it('is looked at: synchronous_commit off is warned of, with what could be lost', async () => {
    const careless = new pg.Pool({ connectionString: postgresUrl, options: '-c synchronous_commit=off' })
    const warnings: string[] = []
    const store = postgresStore({ pool: careless, schema, tablePrefix: 'careless_', onWarning: (message) => warnings.push(message) })
    await store.now()
    expect(warnings).toEqual([expect.stringMatching(/synchronous_commit=off.*lose the last commits/)])
    await store.close()
    await careless.end()
  })

  it('is nothing to warn of by default', async () => {
    const warnings: string[] = []
    const store = postgresStore({ pool, schema, tablePrefix: 'careful_', onWarning: (message) => warnings.push(message) })
    await store.now()
    expect(warnings).toEqual([])
    await store.close()
  })
})

describe.skipIf(!hasPostgres)('reads', () => {
  it.each([
    ['are one named statement, prepared once', {}, 1],
    ['have no name where a pooler could not keep them', { preparedStatements: false }, 0],
  ])('%s', async (_name, options, prepared) => {
    const own = new pg.Pool({ connectionString: postgresUrl, max: 1 })
    const store = postgresStore({ pool: own, schema, tablePrefix: `named_${prepared}_`, ...options })
    await store.credentials.insert(newCredential('a'))
    for (let n = 0; n < 3; n++) expect(await store.credentials.get(KEY)).toMatchObject({ version: 1 })
    const { rows } = await own.query("select statement from pg_prepared_statements where name like 'holdfast%'")
    expect(rows).toHaveLength(prepared)
    await store.close()
    await own.end()
  })
})

describe.skipIf(!hasPostgres)('what is the application’s own', () => {
  it('stays open when the store is closed, and its plugins do not matter', async () => {
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) })
    const store = postgresStore({ db, schema, tablePrefix: 'guest_' })
    await store.credentials.insert(newCredential('a'))
    await store.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('has one listener more, however many stores were made over it', async () => {
    const own = new pg.Pool({ connectionString: postgresUrl, max: 1 })
    const listeners: number[][] = []
    for (const tablePrefix of ['first_', 'second_']) {
      const store = postgresStore({ pool: own, schema, tablePrefix })
      await store.credentials.get(KEY)
      await store.close()
      const client = await own.connect()
      listeners.push([own.listenerCount('connect'), client.listenerCount('error')])
      client.release()
    }
    expect(listeners[1]).toEqual(listeners[0])
    await own.end()
  })
})

/** Answers every start of a session with `28P01`, as PostgreSQL does to a wrong password. A fake, as the tests' server trusts everybody. */
async function passwordRefuser(): Promise<number> {
  const server = createServer((socket) => {
    socket.once('data', () => {
      const body = Buffer.from('SFATAL\0C28P01\0Mpassword authentication failed\0\0')
      const head = Buffer.alloc(5)
      head.write('E')
      head.writeUInt32BE(body.length + 4, 1)
      socket.end(Buffer.concat([head, body]))
    })
    socket.on('error', () => undefined)
  })
  server.unref().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
