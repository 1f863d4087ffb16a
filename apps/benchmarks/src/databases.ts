import mysql from 'mysql2/promise'
import pg from 'pg'

/** A database server that a row needs. */
export type DatabaseServer = 'PostgreSQL' | 'MariaDB'

// `npm test` sets these: the servers of the machine, servers that it started, or `none`.
const urls: Readonly<Record<DatabaseServer, string>> = {
  PostgreSQL: process.env.HOLDFAST_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test',
  MariaDB: process.env.HOLDFAST_TEST_MARIADB ?? 'mysql://root@127.0.0.1:3306/test',
}

/** Whether there is meant to be one here. */
export function isThere(server: DatabaseServer): boolean {
  return urls[server] !== 'none'
}

/** Gives the work a schema of its own, which is dropped after it. */
export async function inPostgresSchema<T>(work: (place: { readonly url: string; readonly schema: string }) => Promise<T>): Promise<T> {
  const schema = freshName()
  const admin = new pg.Client({ connectionString: urls.PostgreSQL })
  await admin.connect()
  try {
    await admin.query(`create schema ${schema}`)
    return await work({ url: urls.PostgreSQL, schema })
  } finally {
    await admin.query(`drop schema ${schema} cascade`)
    await admin.end()
  }
}

/** Gives the work a database of its own, which is dropped after it. */
export async function inMariadbDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const name = freshName()
  const admin = await mysql.createConnection(urls.MariaDB)
  try {
    await admin.query(`create database ${name}`)
    return await work(Object.assign(new URL(urls.MariaDB), { pathname: `/${name}` }).href)
  } finally {
    await admin.query(`drop database ${name}`)
    await admin.end()
  }
}

function freshName(): string {
  return `holdfast_bench_${Date.now().toString(36)}_${Math.floor(Math.random() * 1e9).toString(36)}`
}
