import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { migrationSql, sqliteStore } from '../src/index.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'
import { expectVersionOneKept, versionOne } from './fixtures/version-one.js'

const newFile = temporaryFolder()

function tablesOf(path: string): readonly unknown[] {
  const database = new DatabaseSync(path)
  const rows = database.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name").all()
  database.close()
  return rows.map(({ name }) => name)
}

describe('migrations', () => {
  it('make the tables in an empty file, once, and keep what is in them', async () => {
    const path = newFile()
    const first = sqliteStore({ path })
    await first.credentials.insert(newCredential('a'))
    await first.close()
    const second = sqliteStore({ path })
    expect(await second.credentials.get(KEY)).toMatchObject({ version: 1 })
    await second.close()
    const names = ['audit', 'counters', 'credentials', 'documents', 'migrations', 'outbox', 'tickets']
    expect(tablesOf(path)).toEqual(names.map((name) => `holdfast_${name}`))
  })

  it('leave the application’s own tables alone, and another vault’s under its prefix', async () => {
    const path = newFile()
    const database = new DatabaseSync(path)
    database.exec('create table credentials (mine text); insert into credentials values (1)')
    const one = sqliteStore({ database })
    const other = sqliteStore({ database, tablePrefix: 'second_' })
    await one.credentials.insert(newCredential('a'))
    expect(await other.credentials.get(KEY)).toBeNull()
    expect(database.prepare('select * from credentials').all()).toEqual([{ mine: '1' }])
    database.close()
  })

  it('refuse a database that is newer than the code, and change nothing in it', async () => {
    const path = newFile()
    const store = sqliteStore({ path })
    await store.now()
    await store.close()
    const database = new DatabaseSync(path)
    database.exec('insert into holdfast_migrations values (99, 0)')
    database.close()
    for (const migrate of ['auto', 'check'] as const) {
      const newer = sqliteStore({ path, migrate })
      await expect(newer.now()).rejects.toMatchObject({
        code: 'invalid_configuration',
        message: expect.stringMatching(/version 99.*Update/),
      })
      await newer.close()
    }
  })

  it('in mode check refuse an empty database, and take a current one', async () => {
    const path = newFile()
    const empty = sqliteStore({ path, migrate: 'check' })
    await expect(empty.now()).rejects.toMatchObject({ code: 'invalid_configuration', message: expect.stringContaining("migrate: 'auto'") })
    await empty.close()
    expect(tablesOf(path)).toEqual([])
    const auto = sqliteStore({ path })
    await auto.now()
    await auto.close()
    const current = sqliteStore({ path, migrate: 'check' })
    expect(await current.credentials.get(KEY)).toBeNull()
    await current.close()
  })

  it('bring tables of version 1 up to date, and keep what is in them', async () => {
    const path = newFile()
    const database = new DatabaseSync(path)
    database.exec(versionOne({ dialect: 'sqlite' }))
    const older = sqliteStore({ database, migrate: 'check' })
    await expect(older.now()).rejects.toMatchObject({ code: 'invalid_configuration', message: expect.stringMatching(/version 1.*needs 2/) })
    database.close()
    const store = sqliteStore({ path })
    await expectVersionOneKept(store)
    await store.close()
  })

  it('of version 1 printed as SQL and run by hand do the same', async () => {
    const database = new DatabaseSync(newFile())
    database.exec(versionOne({ dialect: 'sqlite', tablePrefix: 'my_' }))
    database.exec(migrationSql({ dialect: 'sqlite', tablePrefix: 'my_', from: 1 }))
    await expectVersionOneKept(sqliteStore({ database, tablePrefix: 'my_', migrate: 'check' }))
    database.close()
  })

  it('in mode off are not looked at: missing tables are told when they are missed', async () => {
    const store = sqliteStore({ path: newFile(), migrate: 'off' })
    await expect(store.credentials.get(KEY)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('tables of the vault are missing'),
    })
    await store.close()
  })
})
