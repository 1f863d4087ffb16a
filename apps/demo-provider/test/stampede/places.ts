import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { StorePlace } from './worker-messages.ts'

// `npm test` sets these: the servers of the machine, servers that it started, or `none`.
const postgresUrl = process.env.HOLDFAST_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test'
const mariadbUrl = process.env.HOLDFAST_TEST_MARIADB ?? 'mysql://root@127.0.0.1:3306/test'

export interface NewPlace {
  readonly place: StorePlace
  remove(): Promise<void>
}

/** Each kind of store that several processes can share: where it can be had, and how to make an empty one. */
export const places: readonly { readonly name: string; readonly isThere: boolean; make(): Promise<NewPlace> }[] = [
  {
    name: 'PostgreSQL',
    isThere: postgresUrl !== 'none',
    async make() {
      const schema = freshName()
      await inPostgres(`create schema ${schema}`)
      return {
        place: { kind: 'postgres', connectionString: postgresUrl, schema },
        remove: () => inPostgres(`drop schema ${schema} cascade`),
      }
    },
  },
  {
    name: 'MariaDB',
    isThere: mariadbUrl !== 'none',
    async make() {
      const database = freshName()
      await inMariadb(`create database ${database}`)
      const connectionString = Object.assign(new URL(mariadbUrl), { pathname: `/${database}` }).href
      return { place: { kind: 'mariadb', connectionString }, remove: () => inMariadb(`drop database ${database}`) }
    },
  },
  {
    name: 'SQLite',
    isThere: true,
    make: async () => inFolder((folder) => ({ kind: 'sqlite', path: join(folder, 'vault.db') })),
  },
  { name: 'files', isThere: true, make: async () => inFolder((folder) => ({ kind: 'files', path: join(folder, 'vault') })) },
]

function inFolder(placeIn: (folder: string) => StorePlace): NewPlace {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-stampede-'))
  return { place: placeIn(folder), remove: async () => rmSync(folder, { recursive: true, force: true }) }
}

function freshName(): string {
  return `holdfast_test_${Date.now().toString(36)}_${Math.floor(Math.random() * 1e9).toString(36)}`
}

async function inPostgres(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query(text)
  await client.end()
}

async function inMariadb(text: string): Promise<void> {
  const connection = await mysql.createConnection(mariadbUrl)
  await connection.query(text)
  await connection.end()
}
