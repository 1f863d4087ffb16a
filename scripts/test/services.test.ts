import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { mustRunAll } from '../../vitest.chromium.ts'
import type { DatabaseServer } from '../services/database-server.ts'
import { ensureServices } from '../services/find-services.ts'
import { findMariadb, startMariadb } from '../services/mariadb-server.ts'
import { findPostgres, startPostgres } from '../services/postgres-server.ts'
import { findMariadbClient, mariadbAnswers, mariadbClientArgs, postgresAnswers } from '../services/probes.ts'
import { mariadbService, postgresService, type Service } from '../services/service.ts'

const folders: string[] = []
const servers: DatabaseServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.remove()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const kinds = [
  {
    name: 'PostgreSQL',
    isInstalled: findPostgres() !== undefined,
    start: startPostgres,
    call: "(await import('./services/postgres-server.ts')).startPostgres",
    answers: postgresAnswers,
    query: (url: string, text: string) => output('psql', ['-X', '-q', '-A', '-t', '-c', text, url]),
  },
  {
    name: 'MariaDB',
    isInstalled: findMariadb() !== undefined,
    start: startMariadb,
    call: "(await import('./services/mariadb-server.ts')).startMariadb",
    answers: mariadbAnswers,
    query: (url: string, text: string) => output(findMariadbClient() ?? 'mariadb', [...mariadbClientArgs(url), '-N', '-B', '-e', text]),
  },
]

describe.each(kinds)('a $name for the tests', ({ isInstalled, start, call, answers, query }) => {
  const isLeftOut = !isInstalled && !mustRunAll(process.env)

  it.skipIf(isLeftOut)('answers, and keeps its data when it is killed or stopped', async () => {
    const server = await started(start({ folder: openFolder() }))
    query(server.url, 'create table t (n int)')
    query(server.url, 'insert into t values (42)')

    await server.kill()
    expect(await answers(server.url)).toBe(false)
    await server.start()
    expect(query(server.url, 'select n from t')).toBe('42')

    await server.stop()
    expect(await answers(server.url)).toBe(false)
    await server.start()
    expect(query(server.url, 'select n from t')).toBe('42')
  })

  it.skipIf(isLeftOut)('leaves nothing behind when it is removed, running or not', async () => {
    const folder = openFolder()
    const [running, killed] = await Promise.all([started(start({ folder })), started(start({ folder }))])
    expect(readdirSync(folder)).toHaveLength(2)
    await killed.kill()
    await Promise.all([running.remove(), killed.remove()])
    expect(await answers(running.url)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(isLeftOut)('says what is wrong when it does not start, and leaves no folder', async () => {
    const folder = openFolder()
    const server = await started(start({ folder: openFolder() }))
    await expect(start({ folder, port: Number(new URL(server.url).port) })).rejects.toThrow(/does not start: .*in use/s)
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(isLeftOut).each([
    ['is killed', 'SIGKILL', ''],
    ['is terminated', 'SIGTERM', ''],
    ['is interrupted', 'SIGINT', ''],
    ['fails', undefined, 'setTimeout(() => { throw new Error() })'],
    ['exits', undefined, 'setTimeout(() => process.exit(0))'],
    ['forgets it', undefined, ''],
  ] as const)('ends, and its folder with it, when the process that started it %s', async (_, signal, last) => {
    const folder = openFolder()
    const program = `const server = await ${call}({ folder: ${JSON.stringify(folder)} }); console.log(server.url); ${last}`
    const url = await runUntilItPrints(signal ? `${program}; setInterval(() => {}, 1000)` : program, signal)
    await expect.poll(() => readdirSync(folder), { timeout: 20_000 }).toEqual([])
    expect(await answers(url)).toBe(false)
  })
})

describe('where the tests find their servers', () => {
  it('a given URL is used as it is', async () => {
    const service = fakeService({ answering: ['db://usual/test'] })
    const { env, notices, problems } = await ensureServices({ HOLDFAST_TEST_FAKE: 'db://given/x' }, true, [service])
    expect({ env, notices, problems }).toEqual({ env: { HOLDFAST_TEST_FAKE: 'db://given/x' }, notices: [], problems: [] })
    expect(service.asked).toEqual([])
  })

  it('the first server of the machine that answers is used, and nothing is started', async () => {
    const service = fakeService({ answering: ['db://second/test'] })
    const { env, stop } = await ensureServices({}, true, [service])
    await stop()
    expect(env).toEqual({ HOLDFAST_TEST_FAKE: 'db://second/test' })
    expect(service.asked).toEqual(['db://usual/test', 'db://second/test'])
  })

  it('where none answers one is started, and removed at the end', async () => {
    const service = fakeService({ startsAt: 'db://own/test' })
    const { env, notices, problems, stop } = await ensureServices({}, true, [service])
    expect({ env, notices, problems }).toEqual({ env: { HOLDFAST_TEST_FAKE: 'db://own/test' }, notices: [], problems: [] })
    await stop()
    expect(service.asked).toEqual(['db://usual/test', 'db://second/test', 'start', 'remove'])
  })

  const why = 'nothing answers at db://usual/test or db://second/test, and none can be started. No server is installed.'
  const advice = 'Install the package fake-server, or set HOLDFAST_TEST_FAKE to the URL of a server that tests may write to.'

  it('where none can be started the tests are skipped, with a notice', async () => {
    const { env, notices, problems, stop } = await ensureServices({}, false, [fakeService({})])
    await stop()
    expect(env).toEqual({ HOLDFAST_TEST_FAKE: 'none' })
    expect({ notices, problems }).toEqual({ notices: [`SKIPPED: the tests on Fake, because ${why} ${advice}`], problems: [] })
  })

  it('where nothing may be skipped that is a problem', async () => {
    const { env, notices, problems } = await ensureServices({}, true, [fakeService({})])
    const problem = `There is no Fake, and CI or HOLDFAST_REQUIRE_ALL asks for all tests: ${why} ${advice}`
    expect({ env, notices, problems }).toEqual({ env: { HOLDFAST_TEST_FAKE: 'none' }, notices: [], problems: [problem] })
  })

  it.each([false, true])('a given none is told too, as a problem: %s', async (requireAll) => {
    const { env, notices, problems } = await ensureServices({ HOLDFAST_TEST_FAKE: 'none' }, requireAll, [fakeService({})])
    expect(env).toEqual({ HOLDFAST_TEST_FAKE: 'none' })
    expect([notices.length, problems.length]).toEqual(requireAll ? [0, 1] : [1, 0])
    expect([...notices, ...problems][0]).toContain('HOLDFAST_TEST_FAKE is none. Install')
  })

  it.each([
    [postgresService, {}, 'postgres://postgres@127.0.0.1:5432/test postgres://root@127.0.0.1:5432/test'],
    [postgresService, { PGHOST: 'db', PGPORT: '1' }, 'postgres://postgres@db:1/test postgres://root@db:1/test'],
    [postgresService, { PGHOST: '/run/postgresql' }, 'postgres://postgres@127.0.0.1:5432/test postgres://root@127.0.0.1:5432/test'],
    [mariadbService, {}, 'mysql://root@127.0.0.1:3306/test'],
    [mariadbService, { MYSQL_HOST: '::1', MYSQL_TCP_PORT: '2' }, 'mysql://root@[::1]:2/test'],
  ])('%o with %j is looked for at %s', (service, env, urls) => {
    expect(service.usualUrls(env).join(' ')).toBe(urls)
  })
})

function fakeService(given: { answering?: readonly string[]; startsAt?: string }): Service & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    name: 'Fake',
    variable: 'HOLDFAST_TEST_FAKE',
    package: 'fake-server',
    usualUrls: () => ['db://usual/test', 'db://second/test'],
    async answers(url) {
      asked.push(url)
      return given.answering?.includes(url) ?? false
    },
    async start() {
      if (!given.startsAt) throw new Error('No server is installed.')
      asked.push('start')
      const note = (word: string) => async () => void asked.push(word)
      return { url: given.startsAt, kill: note('kill'), stop: note('stop'), start: note('again'), remove: note('remove') }
    },
  }
}

/** The first line that a process with this program prints; then the signal, and its end. */
async function runUntilItPrints(program: string, signal: NodeJS.Signals | undefined): Promise<string> {
  const args = ['--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'ignore'] })
  const end = once(child, 'exit')
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  if (signal) child.kill(signal)
  await end
  return String(line).trim()
}

function output(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

async function started(start: Promise<DatabaseServer>): Promise<DatabaseServer> {
  const server = await start
  servers.push(server)
  return server
}

/** Open to the account of a server, which is not ours where we are root. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-services-'))
  chmodSync(folder, 0o755)
  folders.push(folder)
  return folder
}
