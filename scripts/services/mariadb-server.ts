import { join } from 'node:path'
import { type DatabaseServer, launchServer, type Recipe, type ServerOptions } from './database-server.ts'
import { findMariadbClient } from './probes.ts'
import { findProgram, pathFolders } from './programs.ts'

export interface MariadbPrograms {
  readonly install: string
  readonly server: string
  readonly client: string
}

/** Starts a MariaDB of the installed programs, with a database `test`; the user `root` needs no password. */
export async function startMariadb(options?: ServerOptions): Promise<DatabaseServer> {
  const programs = findMariadb()
  if (!programs) throw new Error('No MariaDB server is installed.')
  return launchServer(recipeFor(programs), options)
}

/** A server stands where an ordinary user's PATH does not lead. */
export function findMariadb(): MariadbPrograms | undefined {
  const folders = [...pathFolders(), '/usr/sbin', '/usr/local/sbin', '/usr/libexec']
  const server = findProgram(['mariadbd', 'mysqld'], folders)
  const install = findProgram(['mariadb-install-db', 'mysql_install_db'], folders)
  const client = findMariadbClient()
  return server && install && client ? { server, install, client } : undefined
}

function recipeFor({ install, server, client }: MariadbPrograms): Recipe {
  return {
    name: 'MariaDB',
    user: 'mysql',
    stopSignal: 'SIGTERM',
    plan(folder, port) {
      const data = `--datadir=${join(folder, 'data')}`
      const socket = `--socket=${join(folder, 'socket')}`
      const places = [`--port=${port}`, '--bind-address=127.0.0.1', socket, `--pid-file=${join(folder, 'pid')}`]
      return {
        url: `mysql://root@127.0.0.1:${port}/test`,
        makeDataFolder: { file: install, args: ['--no-defaults', data, '--auth-root-authentication-method=normal', '--skip-test-db'] },
        serve: { file: server, args: ['--no-defaults', data, ...places] },
        query: (text) => ({ file: client, args: ['--no-defaults', '--protocol=socket', socket, '--user=root', `--execute=${text}`] }),
      }
    },
  }
}
