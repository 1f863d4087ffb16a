import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { withCertificates } from './certificates.mjs'
import { spawnQuietly } from './child.mjs'
import { BootstrapFailure, explainFailure } from './failure.mjs'
import { readPins } from './pins.mjs'
import { nodePackage } from './platform.mjs'
import { isAtLeast } from './version.mjs'

/**
 * The Node to run on and an environment whose PATH has it and the pinned pnpm first. Fetched through npx the first time; where they
 * were found is kept beside the installed packages, so that later runs need neither npx nor the network.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv }} where
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>}
 */
export async function findToolchain({ root, env: given }) {
  const env = withCertificates(given)
  const pins = readPins()
  const wanted = wantedPackages(pins, process)
  const noteFile = join(root, 'node_modules', '.holdfast', 'toolchain.json')
  const noted = readNote(noteFile, wanted)
  const found = noted ?? (await fetchToolchain({ root, env, wanted, pins }))
  if (!noted) {
    mkdirSync(dirname(noteFile), { recursive: true })
    writeFileSync(noteFile, JSON.stringify({ wanted, ...found }))
  }
  const path = [dirname(found.pnpm), dirname(found.node), env.PATH].filter(Boolean).join(delimiter)
  return { node: found.node, env: { ...env, PATH: path } }
}

/**
 * @param {{ node: string, oldestNode: string, pnpm: string }} pins
 * @param {{ version: string, platform: string, arch: string }} machine
 * @returns {string[]} npm package specifiers: pnpm, and Node where the machine's is too old.
 */
export function wantedPackages(pins, machine) {
  const pnpm = `pnpm@${pins.pnpm}`
  if (isAtLeast(machine.version, pins.oldestNode)) return [pnpm]
  const name = nodePackage(machine.platform, machine.arch)
  if (name) return [`${name}@${pins.node}`, pnpm]
  throw new BootstrapFailure(
    `Node ${machine.version.replace(/^v/, '')} is too old and npm has no newer one for ${machine.platform}-${machine.arch}; install Node ${pins.oldestNode} or newer and run the command again.`,
  )
}

/** @typedef {{ node: string, pnpm: string }} Toolchain - Paths of the two programs. */

/**
 * @param {string} noteFile
 * @param {readonly string[]} wanted
 * @returns {Toolchain | undefined}
 */
function readNote(noteFile, wanted) {
  if (!existsSync(noteFile)) return undefined
  try {
    const note = JSON.parse(readFileSync(noteFile, 'utf8'))
    const fits = String(note.wanted) === String(wanted) && existsSync(note.node) && existsSync(note.pnpm)
    return fits ? { node: note.node, pnpm: note.pnpm } : undefined
  } catch {
    return undefined
  }
}

/**
 * @param {{ root: string, env: NodeJS.ProcessEnv, wanted: readonly string[], pins: { node: string, oldestNode: string, pnpm: string } }} options
 * @returns {Promise<Toolchain>}
 */
async function fetchToolchain({ root, env, wanted, pins }) {
  const action = `get ${wanted.join(' and ')} through npx`
  process.stderr.write(`Getting ${wanted.join(' and ')} …\n`)
  const packageFlags = wanted.flatMap((specifier) => ['--package', specifier])
  const npx = await spawnQuietly('npx', ['--yes', ...packageFlags, '--', 'node', 'scripts/bootstrap/report-toolchain.mjs'], {
    cwd: root,
    env: { npm_config_fetch_retries: '1', npm_config_fetch_retry_mintimeout: '1000', ...env, npm_config_loglevel: 'error' },
  })
  if (npx.notFound) throw new BootstrapFailure(`Cannot ${action}: npx is not there; install npm, which brings it.`)
  const report = npx.code === 0 ? readReport(npx.stdout) : undefined
  if (!report) throw new BootstrapFailure(explainFailure({ action, output: npx.output }))
  if (!isAtLeast(report.nodeVersion, pins.oldestNode)) {
    throw new BootstrapFailure(
      `Node ${report.nodeVersion} came first on the path instead of ${pins.node}; install Node ${pins.oldestNode} or newer and run the command again.`,
    )
  }
  if (report.pnpmVersion !== pins.pnpm) {
    throw new BootstrapFailure(
      `pnpm ${report.pnpmVersion ?? '(none)'} came first on the path instead of ${pins.pnpm}; remove npm's _npx cache folder and run the command again.`,
    )
  }
  return { node: report.node, pnpm: report.pnpm }
}

/**
 * @param {string} stdout
 * @returns {{ node: string, nodeVersion: string, pnpm: string, pnpmVersion?: string } | undefined}
 */
function readReport(stdout) {
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'))
  return line ? JSON.parse(line) : undefined
}
