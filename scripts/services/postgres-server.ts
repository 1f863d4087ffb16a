import { execFileSync } from 'node:child_process'
import { globSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DatabaseServer, launchServer, type Recipe, type ServerOptions } from './database-server.ts'
import { findProgram } from './programs.ts'

export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
  readonly psql: string
}

/** Starts a PostgreSQL of the installed programs, with a database `test`; the user `postgres` needs no password. */
export async function startPostgres(options?: ServerOptions): Promise<DatabaseServer> {
  const programs = findPostgres()
  if (!programs) throw new Error('No PostgreSQL server is installed.')
  return launchServer(recipeFor(programs), options)
}

/** The newest server in Debian's folders, else the one that pg_config knows, else the one on PATH. */
export function findPostgres(): PostgresPrograms | undefined {
  for (const folder of candidateFolders()) {
    const [initdb, postgres, psql] = ['initdb', 'postgres', 'psql'].map((name) => findProgram([name], [folder]))
    if (initdb && postgres && psql && isPostgres(postgres)) return { initdb, postgres, psql }
  }
  return undefined
}

function* candidateFolders(): Generator<string> {
  const version = (folder: string): number => Number(folder.split('/').at(-2))
  yield* globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => version(b) - version(a))
  const fromConfig = outputOf('pg_config', ['--bindir'])
  if (fromConfig) yield fromConfig
  // On PATH there may be a link to the server alone; the other programs stand beside what it points to.
  const onPath = findProgram(['postgres'])
  if (onPath) yield dirname(realpathSync(onPath))
}

/** A file of that name may be anything. */
function isPostgres(file: string): boolean {
  return outputOf(file, ['--version'])?.includes('(PostgreSQL)') ?? false
}

function outputOf(file: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

function recipeFor({ initdb, postgres, psql }: PostgresPrograms): Recipe {
  return {
    name: 'PostgreSQL',
    user: 'postgres',
    // It ends open connections and shuts down; SIGTERM would wait for them.
    stopSignal: 'SIGINT',
    plan(folder, port) {
      const data = join(folder, 'data')
      return {
        url: `postgres://postgres@127.0.0.1:${port}/test`,
        makeDataFolder: {
          file: initdb,
          args: ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync', `--pgdata=${data}`],
        },
        // No fsync=off to be faster: the store warns of it, and tests look for its warnings.
        serve: { file: postgres, args: ['-D', data, '-h', '127.0.0.1', '-p', `${port}`, '-k', folder] },
        query: (text) => ({
          file: psql,
          args: [
            '--no-psqlrc',
            '--no-password',
            `--host=${folder}`,
            `--port=${port}`,
            '--username=postgres',
            `--command=${text}`,
            'postgres',
          ],
        }),
      }
    },
  }
}
