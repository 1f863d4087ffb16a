import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startExample } from '../src/start-example.ts'
import { StartFailure } from '../src/start-failure.ts'
import { runningExample } from './fixtures/example.ts'
import { type HttpBrowser, httpBrowser } from './fixtures/http-browser.ts'
import { temporaryFolder } from './fixtures/temporary-folder.ts'

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return address.port
}

/** Runs `node src/main.ts`, which resolves the built packages: `npm test` builds them first. */
function runMain(env: Record<string, string>) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../src/main.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, HOLDFAST_DATA_DIR: temporaryFolder(), ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => (output.stdout += String(data)))
  child.stderr.on('data', (data) => (output.stderr += String(data)))
  return { child, output, exit: once(child, 'close') }
}

describe('node src/main.ts', () => {
  it.each([
    ['SIGINT', ['SIGINT']],
    ['SIGTERM', ['SIGTERM']],
    ['both at once, as from a terminal and from a script above', ['SIGINT', 'SIGTERM']],
  ] as const)(
    'prints the address to open, and ends cleanly when asked by %s',
    async (_name, signals) => {
      const { child, output, exit } = runMain({ PORT: '0' })
      while (!output.stdout.includes('Open http://localhost:')) await once(child.stdout, 'data')
      for (const signal of signals) child.kill(signal)
      expect((await exit)[0]).toBe(0)
    },
    30_000,
  )

  it('says in one sentence that the port is taken', async () => {
    const port = await takenPort()
    const { output, exit } = runMain({ PORT: String(port) })
    expect((await exit)[0]).toBe(1)
    expect(output.stderr).toBe(
      `Port ${port}, which the application needs, is taken. Stop what uses it, or choose another: PORT=4000 npm start\n`,
    )
  }, 30_000)

  it.each([
    [{ PORT: '80a' }, 'PORT must be a whole number from 0 to 65534.\n'],
    [{ PORT: '0', HOLDFAST_DEMO_TTL: '0' }, 'HOLDFAST_DEMO_TTL must be a whole number from 1 to 86400.\n'],
    [
      { PORT: '0', HOLDFAST_KEYS: 'nonsense' },
      'HOLDFAST_KEYS must hold id:key, where the key is the base64 of 32 bytes (openssl rand -base64 32).\n',
    ],
  ])(
    'says what is wrong with %j',
    async (env, sentence) => {
      const { output, exit } = runMain(env)
      expect((await exit)[0]).toBe(1)
      expect(output.stderr).toBe(sentence)
    },
    30_000,
  )
})

describe('startExample', () => {
  it('names the provider’s port when that is taken, and lets go of its own', async () => {
    const port = (await takenPort()) - 1
    const start = () => startExample({ port, dataDir: temporaryFolder() })
    await expect(start()).rejects.toThrow(`Port ${port + 1}, which the demo provider needs, is taken.`)
    await expect(start()).rejects.toThrow(`Port ${port + 1}, which the demo provider needs, is taken.`)
  })

  it('names a data folder that cannot be used', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const failure = startExample({ port: 0, dataDir: join(file, 'data') })
    await expect(failure).rejects.toThrow(StartFailure)
    await expect(failure).rejects.toThrow(`The data folder ${join(file, 'data')} cannot be used (ENOTDIR).`)
  })

  it('keeps its keys for this user only, and finds them again', async () => {
    const dataDir = temporaryFolder()
    const files = ['wrapping-key', 'background-job-access-key'].map((name) => join(dataDir, name))
    const first = await startExample({ port: 0, dataDir })
    await first.close()
    const contents = files.map((file) => readFileSync(file, 'utf8'))
    expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600])
    await runningExample({ dataDir })
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(contents)
  })

  it('makes a new access key when the database does not know the old one', async () => {
    const dataDir = temporaryFolder()
    const file = join(dataDir, 'background-job-access-key')
    writeFileSync(file, 'sc_gone.key.acc_default.AAAA\n')
    await runningExample({ dataDir })
    expect(readFileSync(file, 'utf8')).not.toContain('sc_gone')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('says after a restart that the stored connection has ended', async () => {
    const browser = await afterRestart(60)
    const page = await (await browser.get('/connections')).text()
    expect(page).toContain('Driftbox no longer accepts this connection')
    expect(page).toContain('Connect again')
    await browser.connect('alice')
    expect(await (await browser.get('/connections/files')).text()).toContain('Lease agreement.pdf')
  })

  it('tells the same in the background job: first the API refuses the token, which has not expired, then the vault hands out none', async () => {
    const results = async (browser: HttpBrowser): Promise<string> => {
      await browser.post('/background-job')
      return (await browser.get('/background-job')).text()
    }
    expect(await results(await afterRestart(60))).toContain('Driftbox does not accept the token any more (401).')
    const shortLived = await afterRestart(1)
    await expect.poll(() => results(shortLived)).toContain('The user has to connect again.')
  }, 30_000)
})

/** Ada connected in an earlier run, and is signed in to this one. */
async function afterRestart(accessTokenTtlS: number): Promise<HttpBrowser> {
  const dataDir = temporaryFolder()
  const first = await startExample({ port: 0, dataDir, accessTokenTtlS })
  const before = httpBrowser(first)
  await before.signIn('ada')
  await before.connect('alice')
  await first.close()
  const browser = httpBrowser(await runningExample({ dataDir }))
  await browser.signIn('ada')
  return browser
}
