import { DatabaseSync } from 'node:sqlite'
import type { CredentialRow, VaultStore } from '@holdfast/vault-core/store'
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { mysqlStore, postgresStore, type SqlStoreOptions, sqliteStore } from '../src/index.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { hasMariadb, hasPostgres, inMariadb, inPostgres, mariadbDatabase, postgresSchema, postgresUrl } from './fixtures/servers.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

/** A database, stores over it, and what they were sent of the long columns. */
interface Place {
  open(options?: SqlStoreOptions): VaultStore
  execute(text: string): Promise<unknown>
  /** The access token of each row that came from the database, since last asked. */
  sent(): readonly unknown[]
}

const schema = postgresSchema()
const mariadb = mariadbDatabase()
const newFile = temporaryFolder()
const ends: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
})

function recorder() {
  let seen: unknown[] = []
  return {
    note: (rows: unknown): void => {
      if (!Array.isArray(rows)) return
      for (const row of rows) {
        if (typeof row === 'object' && row !== null && 'fence' in row) seen.push('access_token' in row ? row.access_token : null)
      }
    },
    sent: () => {
      const before = seen
      seen = []
      return before
    },
  }
}

function sqlitePlace(): Place {
  const { note, sent } = recorder()
  const path = newFile()
  const database = new DatabaseSync(path)
  ends.push(async () => database.close())
  const recording = {
    exec: (text: string) => database.exec(text),
    close: () => undefined,
    prepare(text: string) {
      const statement = database.prepare(text)
      return {
        columns: () => statement.columns(),
        run: (...values: unknown[]) => statement.run(...(values as [])),
        iterate: (...values: unknown[]) => statement.iterate(...(values as [])),
        // Rows stay objects.
        all(...values: unknown[]) {
          const rows = statement.all(...(values as []))
          note(rows)
          return rows
        },
      }
    },
  }
  return { sent, open: (options) => sqliteStore({ database: recording, ...options }), execute: async (text) => database.exec(text) }
}

function postgresPlace(): Place {
  const { note, sent } = recorder()
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 2 })
  ends.push(() => pool.end())
  const recording = {
    end: async () => undefined,
    async connect() {
      const client = await pool.connect()
      const query = async (...parameters: unknown[]): Promise<unknown> => {
        const result = await (client.query as (...all: unknown[]) => Promise<{ readonly rows: unknown }>).apply(client, parameters)
        note(result.rows)
        return result
      }
      return new Proxy(client, { get: (target, name) => (name === 'query' ? query : bound(target, name)) })
    },
  }
  return {
    sent,
    open: (options) => postgresStore({ pool: recording as never, schema, ...options }),
    execute: (text) => inPostgres(`set search_path = ${schema}; ${text}`),
  }
}

function mariadbPlace(): Place {
  const { note, sent } = recorder()
  const pool = createPool({ uri: mariadb, connectionLimit: 2 })
  ends.push(() => new Promise((resolve) => pool.end(resolve)))
  const noting = (target: object, name: string) => (text: unknown, values: unknown, done: (error: unknown, rows: unknown) => void) =>
    Reflect.get(target, name).call(target, text, values, (error: unknown, rows: unknown) => {
      note(rows)
      done(error, rows)
    })
  const recording = {
    end: (done: (error: unknown) => void) => done(undefined),
    getConnection: (done: (error: unknown, connection: unknown) => void) =>
      pool.getConnection((error, connection) =>
        done(
          error,
          connection &&
            new Proxy(connection, {
              get: (target, name) => (name === 'execute' || name === 'query' ? noting(target, name) : bound(target, name)),
            }),
        ),
      ),
  }
  return { sent, open: (options) => mysqlStore({ pool: recording as never, ...options }), execute: (text) => inMariadb(text, mariadb) }
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) : value
}

const sealed = Uint8Array.of(1, 2, 3)
const other = Uint8Array.of(9, 9, 9)

describe.each([
  { name: 'SQLite', open: sqlitePlace, isThere: true },
  { name: 'PostgreSQL', open: postgresPlace, isThere: hasPostgres },
  { name: 'MariaDB', open: mariadbPlace, isThere: hasMariadb },
])('a row that was read before, in $name', ({ name, open, isThere }) => {
  const it_ = it.skipIf(!isThere)
  let users = 0
  const newUser = async (store: VaultStore) => {
    users += 1
    const key = { ...KEY, userId: `${name}-${users}` }
    await store.credentials.insert({ ...newCredential('insert'), ...key, refreshToken: other })
    return key
  }
  const read = (store: VaultStore, key: typeof KEY): Promise<CredentialRow | null> => store.credentials.get(key, { copy: false })

  it_('comes without its sealed values, and is whole all the same', async () => {
    const place = open()
    const store = place.open()
    const key = await newUser(store)
    place.sent()
    const first = await read(store, key)
    expect(first).toMatchObject({ ...key, accessToken: sealed, refreshToken: other, data: '{}' })
    expect(place.sent()).toHaveLength(1)
    expect(await read(store, key)).toEqual(first)
    expect(await store.credentials.getMany([key, { ...key, userId: 'nobody' }])).toEqual([first, null])
    expect(place.sent().filter((value) => value !== null)).toEqual([])
    await store.close()
  })

  it_('shows what moves without a write of its content', async () => {
    const store = open().open()
    const key = await newUser(store)
    await read(store, key)
    await store.credentials.claim({ key, owner: 'me', attemptId: 'a', leaseMs: 30_000, expectVersion: 1, takeOverSentAfterMs: 0 })
    await store.credentials.markSent(key, { owner: 'me', fence: 1 })
    await store.credentials.touch({ keys: [key], atMs: 77 })
    expect(await read(store, key)).toMatchObject({
      accessToken: sealed,
      fence: 1,
      lease: { owner: 'me' },
      intent: { attemptId: 'a', state: 'sent' },
      lastUsedAtMs: 77,
    })
    await store.close()
  })

  it_('is after every kind of write what a store says that remembers nothing', async () => {
    const place = open()
    const [store, forgetful] = [place.open(), place.open({ maxRememberedRows: 0 })]
    const key = await newUser(store)
    const { credentials } = store
    const request = { key, owner: 'me', leaseMs: 30_000, takeOverSentAfterMs: 0 }
    const writes: readonly (() => Promise<unknown>)[] = [
      () => credentials.claim({ ...request, attemptId: 'a', expectVersion: 1 }),
      () => credentials.renew(key, { owner: 'me', fence: 1 }, 60_000),
      () => credentials.markSent(key, { owner: 'me', fence: 1 }),
      () => credentials.release(key, { owner: 'me', fence: 1 }, { keepIntent: true }),
      () => credentials.claim({ ...request, attemptId: 'b', expectVersion: 1 }),
      () => credentials.touch({ keys: [key], atMs: 77 }),
      () => credentials.release(key, { owner: 'me', fence: 2 }),
      () =>
        credentials.update({
          key,
          attemptId: 'u',
          expect: { version: 1 },
          set: { dueAtMs: 5, expiresAtMs: null, status: 'reauthorization_required' },
        }),
      () => credentials.due({ tenant: key.tenant, dueBeforeMs: 6, limit: 1_000, postponeToMs: 9 }),
      () => credentials.delete(key, 2),
    ]
    let before = await read(store, key)
    for (const [index, write] of writes.entries()) {
      await write()
      const now = await read(forgetful, key)
      expect(now, `write ${index}`).not.toEqual(before)
      expect(await read(store, key), `write ${index}`).toEqual(now)
      expect(await read(store, key), `write ${index}, once more`).toEqual(now)
      before = now
    }
    for (const each of [store, forgetful]) await each.close()
  })

  it_('is sent again when another process has written it, removed it or made it anew', async () => {
    const place = open()
    const [store, process] = [place.open(), place.open()]
    const key = await newUser(store)
    await read(store, key)
    await process.credentials.update({ key, attemptId: 'u', expect: { version: 1 }, set: { accessToken: other, data: '{"v":2}' } })
    expect(await read(store, key)).toMatchObject({ version: 2, accessToken: other, data: '{"v":2}' })
    await process.credentials.delete(key, 2)
    expect(await read(store, key)).toBeNull()
    await process.credentials.insert({ ...newCredential('again'), ...key, accessToken: sealed })
    expect(await read(store, key)).toMatchObject({ version: 1, accessToken: sealed, refreshToken: null })
    for (const each of [store, process]) await each.close()
  })

  it_('is sent again when a backup was restored whose row has got to the same version by other writes', async () => {
    const place = open()
    const store = place.open()
    const key = await newUser(store)
    await store.credentials.update({ key, attemptId: 'one', expect: { version: 1 }, set: { accessToken: other } })
    expect(await read(store, key)).toMatchObject({ version: 2, accessToken: other })
    const hex = name === 'PostgreSQL' ? "'\\x040506'" : "x'040506'"
    await place.execute(`update holdfast_credentials set access_token = ${hex}, last_attempt_id = 'two' where user_id = '${key.userId}'`)
    expect(await read(store, key)).toMatchObject({ version: 2, lastAttemptId: 'two', accessToken: Uint8Array.of(4, 5, 6) })
    await store.close()
  })

  it_('is its reader’s own, unless he says that he changes nothing', async () => {
    const store = open().open()
    const key = await newUser(store)
    const rows = [
      ...(await Promise.all([store.credentials.get(key), store.credentials.get(key), store.credentials.get(key)])),
      ...(await store.credentials.getMany([key])),
    ]
    for (const row of rows) {
      expect(row?.accessToken).toEqual(sealed)
      row?.accessToken?.fill(0)
    }
    expect(await read(store, key)).toMatchObject({ accessToken: sealed })
    await store.close()
  })

  it_('is remembered as far as the store is told to', async () => {
    const place = open()
    const [none, one] = [place.open({ maxRememberedRows: 0 }), place.open({ maxRememberedRows: 1 })]
    const keys = [await newUser(none), await newUser(none)]
    const sentFor = async (store: VaultStore, order: readonly number[]): Promise<readonly boolean[]> => {
      place.sent()
      for (const index of order) await read(store, keys[index] ?? KEY)
      return place.sent().map((value) => value !== null)
    }
    expect(await sentFor(none, [0, 0])).toEqual([true, true])
    expect(await sentFor(one, [0, 0, 1, 1, 0])).toEqual([true, false, true, false, true])
    for (const each of [none, one]) await each.close()
  })
})

describe.each([
  {
    name: 'PostgreSQL',
    isThere: hasPostgres,
    dialect: () => new PostgresDialect({ pool: new pg.Pool({ connectionString: postgresUrl }) }),
    open: (db: Kysely<never>) => postgresStore({ db, schema }),
  },
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    dialect: () => new MysqlDialect({ pool: createPool({ uri: mariadb }) }),
    open: (db: Kysely<never>) => mysqlStore({ db }),
  },
])('through an application’s own Kysely over $name', ({ isThere, dialect, open }) => {
  it.skipIf(!isThere)('a row that was read before is whole too', async () => {
    const db = new Kysely<never>({ dialect: dialect() })
    const { credentials } = open(db)
    const key = { ...KEY, userId: 'of-kysely' }
    await credentials.insert({ ...newCredential('insert'), ...key, refreshToken: other })
    const rows = [await credentials.get(key), await credentials.get(key), ...(await credentials.getMany([key]))]
    for (const row of rows) expect(row).toMatchObject({ ...key, accessToken: sealed, refreshToken: other, data: '{}' })
    await db.destroy()
  })
})

it.skipIf(!hasMariadb)('rows are found in whatever character set an application’s pool for MariaDB has', async () => {
  const pool = createPool({ uri: mariadb, charset: 'latin1' })
  const store = mysqlStore({ pool })
  const key = { ...KEY, userId: 'Ω-名-🔑-é' }
  const { row } = await store.credentials.insert({ ...newCredential('Ω'), ...key })
  expect(await store.credentials.getMany([key, { ...key, userId: '?-?-??-é' }])).toEqual([row, null])
  expect(await store.credentials.get(key)).toEqual(row)
  await store.close()
  await new Promise((resolve) => pool.end(resolve))
})

it.each([-1, 1.5, 1_000_001, 'all'])('a store refuses to remember %s rows', (maxRememberedRows) => {
  expect(() => sqliteStore({ path: ':memory:', maxRememberedRows: maxRememberedRows as number })).toThrow(
    expect.objectContaining({ code: 'invalid_configuration', message: expect.stringContaining('maxRememberedRows') }),
  )
})
