import type { VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { type MigrateMode, migrationSql, mysqlStore, postgresStore } from '../src/index.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { hasMariadb, hasPostgres, inMariadb, inPostgres, mariadbDatabase, postgresSchema, postgresUrl } from './fixtures/servers.js'
import { expectVersionOneKept, versionOne } from './fixtures/version-one.js'

const schema = postgresSchema()
const mariadb = mariadbDatabase()

interface Server {
  readonly name: string
  readonly isThere: boolean
  open(tablePrefix: string, migrate: MigrateMode): VaultStore
  run(text: string): Promise<unknown>
  /** Name of a table in SQL. */
  table(name: string): string
  printed(tablePrefix: string, from?: number): string
  /** SQL that makes the tables of version 1, with rows in them. */
  versionOne(tablePrefix: string): string
}

const servers: readonly Server[] = [
  {
    name: 'PostgreSQL',
    isThere: hasPostgres,
    open: (tablePrefix, migrate) => postgresStore({ connectionString: postgresUrl, schema, tablePrefix, migrate }),
    run: (text) => inPostgres(text),
    table: (name) => `${schema}.${name}`,
    printed: (tablePrefix, from = 0) => migrationSql({ dialect: 'postgres', schema, tablePrefix, from }),
    versionOne: (tablePrefix) => versionOne({ dialect: 'postgres', schema, tablePrefix }),
  },
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    open: (tablePrefix, migrate) => mysqlStore({ connectionString: mariadb, tablePrefix, migrate }),
    run: (text) => inMariadb(text, mariadb),
    table: (name) => name,
    printed: (tablePrefix, from = 0) => migrationSql({ dialect: 'mysql', tablePrefix, from }),
    versionOne: (tablePrefix) => versionOne({ dialect: 'mysql', tablePrefix }),
  },
]

describe.each(servers)('migrations: $name', ({ isThere, open, run, table, printed, versionOne: old }) => {
  const rule = it.skipIf(!isThere)

  rule('refuse tables that are newer than the code, and change nothing in them', async () => {
    const store = open('newer_', 'auto')
    await store.credentials.insert(newCredential('a'))
    await store.close()
    await run(`insert into ${table('newer_migrations')} values (99, 0)`)
    for (const migrate of ['auto', 'check'] as const) {
      const refused = open('newer_', migrate)
      await expect(refused.now()).rejects.toMatchObject({
        code: 'invalid_configuration',
        message: expect.stringMatching(/version 99.*Update/),
      })
      await refused.close()
    }
  })

  rule('in mode check refuse missing tables, and take current ones', async () => {
    const missing = open('checked_', 'check')
    await expect(missing.now()).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining("migrate: 'auto'"),
    })
    await missing.close()
    await open('checked_', 'auto').now()
    const current = open('checked_', 'check')
    expect(await current.credentials.get(KEY)).toBeNull()
    await current.close()
  })

  rule('printed as SQL and run by hand make the same tables', async () => {
    await run(printed('printed_'))
    const store = open('printed_', 'check')
    await store.credentials.insert(newCredential('a'))
    expect(await store.credentials.get(KEY)).toMatchObject({ version: 1 })
    await store.close()
  })

  rule('bring tables of version 1 up to date, and keep what is in them', async () => {
    await run(old('older_'))
    const older = open('older_', 'check')
    await expect(older.now()).rejects.toMatchObject({ code: 'invalid_configuration', message: expect.stringMatching(/version 1.*needs 2/) })
    await older.close()
    const stores = ['auto', 'auto', 'auto'].map(() => open('older_', 'auto'))
    await Promise.all(stores.map((store) => store.now()))
    for (const store of stores.slice(1)) await store.close()
    if (stores[0]) await expectVersionOneKept(stores[0])
    await stores[0]?.close()
  })

  rule('of version 1 printed as SQL and run by hand do the same', async () => {
    await run(old('by_hand_'))
    await run(printed('by_hand_', 1))
    const store = open('by_hand_', 'check')
    await expectVersionOneKept(store)
    await store.close()
  })

  rule('of version 1 go on where they were broken off, after each of their statements', async () => {
    const statements = printed('', 1).split(';\n').slice(0, -2)
    // PostgreSQL takes all of them back.
    for (let done = 1; table('x') === 'x' && done <= statements.length; done++) {
      const prefix = `broken_${done}_`
      await run(old(prefix))
      for (const statement of printed(prefix, 1).split(';\n').slice(0, done)) await run(statement)
      const store = open(prefix, 'auto')
      await expectVersionOneKept(store)
      await store.close()
    }
    expect(statements.length).toBeGreaterThan(1)
  })

  rule('go on where they were broken off', async () => {
    // On MariaDB each table stays that was made before the break; PostgreSQL takes all of them back.
    const [first = ''] = printed('partial_')
      .split(';\n')
      .filter((statement) => /partial_credentials/.test(statement) && /create table/.test(statement))
    if (table('x') === 'x') await run(first)
    const store = open('partial_', 'auto')
    await store.credentials.insert(newCredential('a'))
    expect(await store.credentials.get(KEY)).toMatchObject({ version: 1 })
    await store.close()
  })
})

describe('printed migrations', () => {
  it('name the tables as the store would, and refuse names that SQL could be smuggled in with', () => {
    const text = migrationSql({ dialect: 'postgres', tablePrefix: 'my_', schema: 'vault' })
    expect(text).toContain('create table "vault"."my_credentials"')
    expect(text).toContain('insert into "vault"."my_migrations" (version, applied_at_ms) values (1, 0);')
    expect(migrationSql({ dialect: 'sqlite', from: 2 })).toBe('')
    expect(() => migrationSql({ dialect: 'mysql', tablePrefix: '`; drop' })).toThrow(
      expect.objectContaining({ code: 'invalid_configuration' }),
    )
    expect(() => migrationSql({ dialect: 'oracle' as never })).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })
})

describe.skipIf(!hasPostgres)('a schema', () => {
  it('that is not there is made', async () => {
    const name = `${schema}_made`
    const store = postgresStore({ connectionString: postgresUrl, schema: name })
    await store.now()
    await store.close()
    expect(await inPostgres(`select count(*)::int as tables from information_schema.tables where table_schema = '${name}'`)).toEqual([
      { tables: 7 },
    ])
    await inPostgres(`drop schema ${name} cascade`)
  })
})
