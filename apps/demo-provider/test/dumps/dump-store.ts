import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { StorePlace } from '../stampede/worker-messages.ts'

/** All that a thief of this store would have: every row of every table, or every byte of every file, each byte as one character. */
export async function dumpStore(place: StorePlace): Promise<string> {
  switch (place.kind) {
    case 'postgres':
      return dumpPostgres(place.connectionString, place.schema)
    case 'mariadb':
      return dumpMariadb(place.connectionString)
    case 'sqlite':
      return bytesBelow(dirname(place.path))
    case 'files':
      return bytesBelow(place.path)
  }
}

async function dumpPostgres(connectionString: string, schema: string): Promise<string> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>('select tablename as name from pg_tables where schemaname = $1', [schema])
    const dumps: string[] = []
    for (const { name } of tables) dumps.push(shown((await client.query(`select * from "${schema}"."${name}"`)).rows))
    return dumps.join('\n')
  } finally {
    await client.end()
  }
}

async function dumpMariadb(connectionString: string): Promise<string> {
  const connection = await mysql.createConnection(connectionString)
  try {
    const [tables] = await connection.query<mysql.RowDataPacket[]>('show tables')
    const dumps: string[] = []
    for (const table of tables) dumps.push(shown((await connection.query(`select * from \`${Object.values(table)[0]}\``))[0]))
    return dumps.join('\n')
  } finally {
    await connection.end()
  }
}

function shown(rows: unknown): string {
  // A Buffer has its own way into JSON, before the replacer sees it: the rows are walked instead.
  if (!Array.isArray(rows)) throw new TypeError('A table gives rows.')
  return rows
    .flatMap((row: Readonly<Record<string, unknown>>) => Object.values(row))
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
    .join('\n')
}

function bytesBelow(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? bytesBelow(path) : readFileSync(path).toString('latin1')))
    .join('\n')
}
