// Run by npx with the fetched packages first on PATH: says which Node and pnpm came of it, as one line of JSON.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = process.platform === 'win32' ? ['pnpm.exe', 'pnpm.cmd'] : ['pnpm']
const pnpm = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path))
const version = pnpm && spawnSync(pnpm, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' }).stdout?.trim()

console.log(JSON.stringify({ node: process.execPath, nodeVersion: process.versions.node, pnpm, pnpmVersion: version || undefined }))
