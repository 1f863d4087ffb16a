// The second half of the bootstrap: runs on the pinned Node with the pinned pnpm first on PATH. Installs, builds where the script
// needs it, and runs `<script>:run` of the root package.json.
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { buildPackages } from './bootstrap/build.mjs'
import { spawnForeground } from './bootstrap/child.mjs'
import { parseCommands } from './bootstrap/commands.mjs'
import { BootstrapFailure } from './bootstrap/failure.mjs'
import { installDependencies } from './bootstrap/install.mjs'
import { workspaceRoot } from './bootstrap/pins.mjs'

/** What has to be built before a script runs, as turbo filters: none means every package. A script that is not here needs no build. */
const builds = new Map([
  ['start', ['@holdfast/example-express...']],
  ['test', []],
  ['check', []],
])

const env = {
  ...process.env,
  PATH: [join(workspaceRoot, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
}

try {
  const [script = '', ...rest] = process.argv.slice(2)
  const commands = parseCommands(scriptText(script))
  await installDependencies(workspaceRoot, env)
  const filters = builds.get(script)
  if (filters) await buildPackages(workspaceRoot, env, filters)
  process.exitCode = await runInTurn(commands, rest)
} catch (error) {
  if (!(error instanceof BootstrapFailure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/**
 * @param {ReadonlyArray<readonly string[]>} commands
 * @param {readonly string[]} extra - Arguments for the last of them.
 * @returns {Promise<number>} The exit code of the first that fails, or 0.
 */
async function runInTurn(commands, extra) {
  for (const [index, [program = '', ...args]] of commands.entries()) {
    const isLast = index === commands.length - 1
    const code = await spawnForeground(program, isLast ? [...args, ...extra] : args, { cwd: workspaceRoot, env })
    if (code !== 0) return code
  }
  return 0
}

/** @param {string} script */
function scriptText(script) {
  const { scripts } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8'))
  const text = scripts[`${script}:run`]
  if (typeof text === 'string') return text
  throw new BootstrapFailure(`The root package.json has no script "${script}:run", so there is nothing to run as "${script}".`)
}
