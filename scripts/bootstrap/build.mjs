import { join } from 'node:path'
import { spawnQuietly } from './child.mjs'
import { BootstrapFailure, explainFailure } from './failure.mjs'

/**
 * Builds through turbo, which leaves out what has not changed. What a failing build printed is shown in full: it is the developer's.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} [filters] - turbo filters; default: every package.
 */
export async function buildPackages(root, env, filters = []) {
  const turbo = join(root, 'node_modules', '.bin', 'turbo')
  const args = ['run', 'build', '--concurrency=2', '--output-logs=errors-only', ...filters.map((filter) => `--filter=${filter}`)]
  const build = await spawnQuietly(turbo, args, { cwd: root, env })
  if (build.code === 0) return
  process.stderr.write(build.output)
  throw new BootstrapFailure(explainFailure({ action: 'build the packages (see above)', output: build.output }))
}
