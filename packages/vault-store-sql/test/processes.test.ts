import { DatabaseSync } from 'node:sqlite'
import type { AuditEntry, VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { mysqlStore, postgresStore, sqliteStore } from '../src/index.js'
import { processes } from './fixtures/processes.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { hasMariadb, hasPostgres, inMariadb, inPostgres, mariadbDatabase, postgresSchema, postgresUrl } from './fixtures/servers.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFile = temporaryFolder()
const inProcesses = processes()
const schema = postgresSchema()
const mariadb = mariadbDatabase()

interface Place {
  readonly name: string
  readonly isThere: boolean
  /** Empties it, and returns how to address it. */
  clear(): Promise<string>
  open(address: string): VaultStore
  /** The versions that stand in the table of migrations. */
  versions(address: string): Promise<unknown>
}

const places: readonly Place[] = [
  {
    name: 'SQLite',
    isThere: true,
    clear: async () => newFile(),
    open: (path) => sqliteStore({ path }),
    async versions(path) {
      const database = new DatabaseSync(path)
      const rows = database.prepare('select version from holdfast_migrations').all()
      database.close()
      return rows.map(({ version }) => version)
    },
  },
  {
    name: 'PostgreSQL',
    isThere: hasPostgres,
    async clear() {
      await inPostgres(`drop schema ${schema} cascade; create schema ${schema}`)
      return `${postgresUrl}#${schema}`
    },
    open: () => postgresStore({ connectionString: postgresUrl, schema }),
    versions: async () => (await inPostgres(`select version from ${schema}.holdfast_migrations`)).map(({ version }) => version),
  },
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    async clear() {
      const name = new URL(mariadb).pathname.slice(1)
      await inMariadb(`drop database ${name}; create database ${name}`)
      return mariadb
    },
    open: () => mysqlStore({ connectionString: mariadb }),
    async versions() {
      const rows = await inMariadb('select version from holdfast_migrations', mariadb)
      return Array.isArray(rows) ? rows.map(({ version }) => version) : rows
    },
  },
]

async function seeded({ clear, open }: Place): Promise<string> {
  const address = await clear()
  const store = open(address)
  await store.credentials.insert(newCredential('seed'))
  await store.tickets.create({ tenant: 'default', kind: 'flow', id: 't', data: new Uint8Array([1]), ttlMs: 600_000 })
  await store.close()
  return address
}

describe.each(places)('several processes over one store: $name', { timeout: 60_000 }, (place) => {
  it.skipIf(!place.isThere)('ten that open it new at once: it is migrated once, and all go on', async () => {
    const address = await place.clear()
    expect((await inProcesses(10, address, 'open')).every((now) => typeof now === 'number')).toBe(true)
    expect(await place.versions(address)).toEqual([1, 2])
  })

  it.skipIf(!place.isThere)('compare-and-swap increments add up exactly', async () => {
    const address = await seeded(place)
    expect(await inProcesses(4, address, 'increment')).toEqual([50, 50, 50, 50])
    const store = place.open(address)
    expect(await store.credentials.get(KEY)).toMatchObject({ secretRev: 200, version: 201 })
    await store.close()
  })

  it.skipIf(!place.isThere)('never two have jobs of one ordering key in hand, and each key keeps the order of its jobs', async () => {
    const address = await place.clear()
    expect(await inProcesses(4, address, 'orderedWork')).toEqual([[], [], [], []])
    const store = place.open(address)
    const done: AuditEntry[] = []
    for (const subject of ['key-0', 'key-1', 'key-2']) {
      const entries = await store.audit.list({ tenant: 'default', subject, limit: 1_000 })
      done.push(...entries)
      for (const [adder, ids] of Map.groupBy(
        entries.map(({ id }) => id),
        (id) => id.split('/')[0],
      )) {
        const numbers = ids.map((id) => Number(id.split('/')[1]))
        expect({ adder, numbers }).toEqual({ adder, numbers: [...numbers].sort((a, b) => a - b) })
      }
    }
    expect(new Set(done.map(({ id }) => id)).size).toBe(80)
    await store.close()
  })

  it.skipIf(!place.isThere)('one inserts, one claims, one takes the ticket', async () => {
    const address = await seeded(place)
    expect((await inProcesses(6, address, 'claim')).filter((outcome) => outcome === 'claimed')).toHaveLength(1)
    expect((await inProcesses(6, address, 'take')).filter(Boolean)).toHaveLength(1)
    expect((await inProcesses(6, await place.clear(), 'insert')).filter((outcome) => outcome === 'inserted')).toHaveLength(1)
  })
})
