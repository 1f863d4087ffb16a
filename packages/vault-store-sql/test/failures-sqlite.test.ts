import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import { type SqliteDatabase, sqliteStore } from '../src/index.js'
import { openDatabase } from '../src/sqlite/open-database.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFile = temporaryFolder()

describe('what cannot be opened', () => {
  it('a path in a folder that is not there', () => {
    expect(() => sqliteStore({ path: join(newFile(), 'missing', 'vault.db') })).toThrow(
      expect.objectContaining({ code: 'store_unavailable', message: expect.stringContaining('Check that its folder exists') }),
    )
  })

  it('a path that is a folder', () => {
    const path = newFile()
    mkdirSync(path)
    expect(() => sqliteStore({ path })).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
  })

  it('a file that is no database', () => {
    const path = newFile()
    writeFileSync(path, 'This is a text, and a long one at that. '.repeat(100))
    expect(() => sqliteStore({ path })).toThrow(
      expect.objectContaining({ code: 'store_unavailable', message: expect.stringContaining('not a SQLite database') }),
    )
  })

  it('a path, where the runtime has no SQLite', () => {
    const path = newFile()
    const older = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    expect(() => sqliteStore({ path })).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', message: expect.stringContaining('Node 22.18') }),
    )
    older.mockRestore()
    expect(existsSync(path)).toBe(false)
  })

  it.each([
    ['neither path nor database', {}],
    ['both path and database', { path: 'x', database: new DatabaseSync(':memory:') }],
    ['a prefix with a quote', { path: ':memory:', tablePrefix: 'a"; drop table x; --' }],
    ['a mode that there is not', { path: ':memory:', migrate: 'always' as never }],
  ])('%s', (_name, options) => {
    expect(() => sqliteStore(options)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })
})

describe('what fails later', () => {
  it('a database that may only be read', async () => {
    const path = newFile()
    const store = sqliteStore({ path })
    await store.credentials.insert(newCredential('a'))
    await store.close()
    const readOnly = sqliteStore({ database: new DatabaseSync(path, { readOnly: true }), migrate: 'off' })
    expect(await readOnly.credentials.get(KEY)).toMatchObject({ version: 1 })
    await expect(readOnly.credentials.insert({ ...newCredential('b'), userId: 'bob' })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('write access'),
    })
  })

  it('a database that another connection holds locked for too long: nothing is lost, and it works again afterwards', async () => {
    const path = newFile()
    const store = sqliteStore({ database: new DatabaseSync(path, { timeout: 0 }) })
    await store.credentials.insert(newCredential('a'))
    const hog = new DatabaseSync(path)
    hog.exec('begin immediate')
    const change = { key: KEY, attemptId: 'b', expect: { version: 1 }, set: { data: 'b' } }
    await expect(store.credentials.update(change)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('locked'),
    })
    hog.exec('rollback')
    hog.close()
    expect((await store.credentials.update(change)).outcome).toBe('updated')
  })

  it('a disk that is full: the write is refused whole, and what was there stays', async () => {
    const database = new DatabaseSync(newFile())
    const store = sqliteStore({ database })
    await store.credentials.insert(newCredential('a'))
    database.exec('pragma max_page_count = 40')
    const large = { key: KEY, attemptId: 'b', expect: { version: 1 }, set: { data: 'x'.repeat(1_000_000) } }
    await expect(store.credentials.update(large)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('disk is full'),
    })
    expect(await store.credentials.get(KEY)).toMatchObject({ version: 1, data: '{}' })
  })

  it('an error in the middle of a transaction takes the whole of it back', async () => {
    const plain = new DatabaseSync(':memory:')
    let fail = false
    const faulty: SqliteDatabase = {
      exec: (sql) => plain.exec(sql),
      close: () => plain.close(),
      prepare: (sql) => {
        if (fail && sql.includes('holdfast_audit')) throw new Error('disk I/O error')
        return plain.prepare(sql)
      },
    }
    const store = sqliteStore({ database: faulty })
    await store.credentials.insert(newCredential('a'))
    fail = true
    const also = {
      outbox: [{ tenant: 'default', id: 'j', topic: 't', data: new Uint8Array() }],
      audit: [{ tenant: 'default', id: 'e', data: '{}' }],
    }
    await expect(
      store.credentials.update({ key: KEY, attemptId: 'b', expect: { version: 1 }, set: { data: 'b' }, also }),
    ).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(await store.credentials.get(KEY)).toMatchObject({ version: 1, data: '{}' })
    expect(await store.outbox.lease({ tenant: 'default', topics: ['t'], limit: 1, leaseMs: 1 })).toEqual([])
  })
})

describe('the file', () => {
  it('is readable for its owner alone, kept in WAL with full syncs, and let go when the store is closed', async () => {
    const path = newFile()
    const store = sqliteStore({ path })
    await store.credentials.insert(newCredential('a'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
    await store.close()
    const database = new DatabaseSync(path)
    expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.exec('begin exclusive; rollback')
    database.close()
  })

  it('is synced before a write is acknowledged, and waited for when another process writes', () => {
    const database = openDatabase(newFile())
    expect(database.prepare('pragma synchronous').all()).toEqual([{ synchronous: 2 }])
    expect(database.prepare('pragma busy_timeout').all()).toEqual([{ timeout: 100 }])
    database.close()
  })

  it('may be open in two stores of one process, and neither stops the process when both write', async () => {
    const path = newFile()
    const stores = [sqliteStore({ path }), sqliteStore({ path })]
    for (const store of stores) await store.now()
    const began = performance.now()
    for (let n = 0; n < 5; n++)
      await Promise.all(
        stores.map((store, index) => store.outbox.add([{ tenant: 't', id: `${n}-${index}`, topic: 't', data: new Uint8Array(1) }])),
      )
    expect(performance.now() - began).toBeLessThan(4_000)
    expect((await stores[0]?.outbox.depth({ tenant: 't', topics: ['t'] }))?.jobs).toBe(10)
    for (const store of stores) await store.close()
  })

  it('that was handed in open is not closed with the store', async () => {
    const database = new DatabaseSync(':memory:')
    const store = sqliteStore({ database })
    await store.now()
    await store.close()
    expect(database.prepare('select 1 as one').get()).toEqual({ one: 1 })
    database.close()
  })
})
