// Runs a root script on a fresh clone that has nothing but Node 20+ and npm: `node scripts/bootstrap.mjs <script>`.
// Gets the pinned Node and pnpm, installs from the lockfile, builds, and runs the script `<script>:run` of package.json.
// Each failure on the way is one sentence on stderr and exit code 1.
import { spawnForeground } from './bootstrap/child.mjs'
import { BootstrapFailure } from './bootstrap/failure.mjs'
import { endWithParent } from './bootstrap/parent.mjs'
import { workspaceRoot } from './bootstrap/pins.mjs'
import { findToolchain } from './bootstrap/toolchain.mjs'
import { requireWritable } from './bootstrap/writable.mjs'

try {
  const [script, ...rest] = process.argv.slice(2)
  if (!script) throw new BootstrapFailure('Say which script to run, for example: node scripts/bootstrap.mjs start')
  if (process.env.npm_lifecycle_event) endWithParent()
  requireWritable(workspaceRoot)
  const toolchain = await findToolchain({ root: workspaceRoot, env: process.env })
  process.exitCode = await spawnForeground(toolchain.node, ['scripts/workspace.mjs', script, ...rest], {
    cwd: workspaceRoot,
    env: toolchain.env,
  })
} catch (error) {
  if (!(error instanceof BootstrapFailure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
