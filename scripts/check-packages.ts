// `npm run check`: the packages as a user would get them. Each public package is packed, and publint and are-the-types-wrong look at
// the tarball; then knip, the size limits and the changesets. Every check runs, also after one has failed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnQuietly } from './bootstrap/child.mjs'
import { workspaceRoot } from './bootstrap/pins.mjs'
import { readWorkspacePackages } from './boundaries/workspace-packages.ts'
import { changesetProblems } from './packages/changesets.ts'
import { packPackage, tarballProblems } from './packages/tarball.ts'

const failures: string[] = []
const publicPackages = readWorkspacePackages(workspaceRoot).filter(({ isPrivate }) => !isPrivate)
const folder = mkdtempSync(join(tmpdir(), 'holdfast-pack-'))

try {
  for (const each of publicPackages) {
    const tarball = await packPackage(each, folder)
    tell(`publint ${each.name}`, await tarballProblems(each, tarball))
    await tellRun(`attw ${each.name}`, 'attw', [tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'])
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
await tellRun('knip', 'knip', [])
await tellRun('size-limit', 'size-limit', [])
tell('changesets', changesetProblems(workspaceRoot, publicPackages))
if (await hasCommits()) await tellRun('changeset status', 'changeset', ['status'])

console.log(`\nPackage checks: ${failures.length === 0 ? 'all good' : `failed: ${failures.join(', ')}`}.`)
process.exitCode = failures.length > 0 ? 1 : 0

function tell(name: string, problems: readonly string[]): void {
  console.log(`${problems.length > 0 ? 'FAILED' : 'ok'} ${name}`)
  for (const problem of problems) console.log(`  ${problem}`)
  if (problems.length > 0) failures.push(name)
}

async function tellRun(name: string, program: string, args: readonly string[]): Promise<void> {
  const { code, output } = await spawnQuietly(program, args, { cwd: workspaceRoot, env: process.env })
  const quiet = code === 0 && name !== 'size-limit'
  console.log(`${code === 0 ? 'ok' : 'FAILED'} ${name}${quiet ? '' : `\n${output.trimEnd()}`}`)
  if (code !== 0) failures.push(name)
}

/** Changesets compares with the branch `main`; a tree without one has nothing to compare with. */
async function hasCommits(): Promise<boolean> {
  const { code } = await spawnQuietly('git', ['rev-parse', '--verify', '--quiet', 'main'], { cwd: workspaceRoot, env: process.env })
  return code === 0
}
