import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { spawnQuietly } from './child.mjs'
import { BootstrapFailure, explainFailure } from './failure.mjs'

/**
 * Installs from the lockfile, unless the lockfile and all manifests are as they were at the last install that went well.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
export async function installDependencies(root, env) {
  const noteFile = join(root, 'node_modules', '.holdfast', 'installed')
  const fingerprint = fingerprintOf(root)
  if (existsSync(noteFile) && readFileSync(noteFile, 'utf8') === fingerprint) return
  rmSync(noteFile, { force: true })
  process.stderr.write('Installing the dependencies …\n')
  const pnpm = await spawnQuietly('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', ...pnpmSettings], {
    cwd: root,
    env,
  })
  if (pnpm.code !== 0) throw new BootstrapFailure(explainFailure({ action: 'install the dependencies', output: pnpm.output }))
  mkdirSync(dirname(noteFile), { recursive: true })
  writeFileSync(noteFile, fingerprint)
}

// Without a network pnpm would go on trying for many minutes before it says so.
const pnpmSettings = ['confirmModulesPurge=false', 'fetchRetries=2', 'fetchRetryMintimeout=500', 'fetchRetryMaxtimeout=1000'].map(
  (setting) => `--config.${setting}`,
)

/**
 * A hash of all that decides what an install gives.
 *
 * @param {string} root
 */
export function fingerprintOf(root) {
  const files = globSync(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', '{packages,apps}/*/package.json'], {
    cwd: root,
  })
  const hash = createHash('sha256')
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}\n`)
  for (const file of files.toSorted()) {
    hash.update(`${file}\n`)
    hash.update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}
