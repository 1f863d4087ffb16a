import type { DatabaseServer } from './database-server.ts'
import { startMariadb } from './mariadb-server.ts'
import { startPostgres } from './postgres-server.ts'
import { mariadbAnswers, postgresAnswers } from './probes.ts'

/** A kind of database server that tests need, and how to come by one. */
export interface Service {
  readonly name: string
  /** The environment variable that holds its URL, or `none`. */
  readonly variable: string
  /** The Debian package that brings it. */
  readonly package: string
  /** Where a server of the machine may be, the likeliest first. */
  usualUrls(env: NodeJS.ProcessEnv): readonly string[]
  answers(url: string): Promise<boolean>
  start(): Promise<DatabaseServer>
}

export const postgresService: Service = {
  name: 'PostgreSQL',
  variable: 'HOLDFAST_TEST_POSTGRES',
  package: 'postgresql',
  usualUrls(env) {
    const place = `${hostIn(env.PGHOST)}:${env.PGPORT || '5432'}`
    return [`postgres://postgres@${place}/test`, `postgres://root@${place}/test`]
  },
  answers: (url) => postgresAnswers(url),
  start: () => startPostgres(),
}

export const mariadbService: Service = {
  name: 'MariaDB',
  variable: 'HOLDFAST_TEST_MARIADB',
  package: 'mariadb-server',
  usualUrls: (env) => [`mysql://root@${hostIn(env.MYSQL_HOST)}:${env.MYSQL_TCP_PORT || '3306'}/test`],
  answers: (url) => mariadbAnswers(url),
  start: () => startMariadb(),
}

/** PGHOST may be the folder of a unix socket, and the tests speak TCP. */
function hostIn(value: string | undefined): string {
  if (!value || value.startsWith('/')) return '127.0.0.1'
  return value.includes(':') ? `[${value}]` : value
}
