import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { findProgram } from './programs.ts'

/** Whether a PostgreSQL answers at a URL: a connection, and a trial query where there is a psql. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const psql = findProgram(['psql'])
  if (!(await connects(new URL(url)))) return false
  const args = ['--no-psqlrc', '--no-password', '--quiet', '--command=select 1', url]
  return psql === undefined || succeeds(psql, args, { ...process.env, PGCONNECT_TIMEOUT: '5' })
}

/** The same for a MariaDB or MySQL. */
export async function mariadbAnswers(url: string): Promise<boolean> {
  const client = findMariadbClient()
  if (!(await connects(new URL(url)))) return false
  // The tests do not know the password that the client would take from here.
  const { MYSQL_PWD: _, ...env } = process.env
  return client === undefined || succeeds(client, [...mariadbClientArgs(url), '--execute=select 1'], env)
}

export function findMariadbClient(): string | undefined {
  return findProgram(['mariadb', 'mysql'])
}

/** The command line client takes no URL. */
export function mariadbClientArgs(url: string): string[] {
  const { hostname, port, username, pathname } = new URL(url)
  const place = [`--host=${hostname}`, `--port=${port || '3306'}`, `--user=${username}`, `--database=${pathname.slice(1)}`]
  return ['--no-defaults', '--protocol=tcp', '--connect-timeout=5', ...place]
}

function connects({ hostname, port, protocol }: URL): Promise<boolean> {
  const usualPort = protocol === 'postgres:' ? 5432 : 3306
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || usualPort), timeout: 5000 })
    const settle = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
  })
}

function succeeds(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd: '/', env, timeout: 10_000 }, (error) => resolve(error === null))
  })
}
