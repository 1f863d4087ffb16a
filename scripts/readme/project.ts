import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readWorkspacePackages } from '../boundaries/workspace-packages.ts'
import type { Program } from './programs.ts'

export interface Project {
  readonly folder: string
  remove(): void
}

let created = 0

/**
 * A folder inside the workspace with the programs in it, in which every package of the workspace resolves, and all that any of them
 * depends on. The document's own package comes first where two have different versions.
 */
export function createProject(options: {
  readonly programs: readonly Program[]
  readonly documentFolder: string
  readonly root: string
}): Project {
  const { programs, documentFolder, root } = options
  created += 1
  const folder = join(root, 'scripts', 'test-results', 'readme', `${process.pid}-${created}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  for (const { fileName, lines } of programs) {
    mkdirSync(dirname(join(folder, fileName)), { recursive: true })
    writeFileSync(join(folder, fileName), lines.map(({ text }) => text).join('\n'))
  }
  const packages = readWorkspacePackages(root)
  for (const each of packages) link(folder, each.name, each.folder)
  const owners = [documentFolder, ...packages.map((each) => each.folder), root]
  for (const owner of owners) linkDependencies(folder, join(owner, 'node_modules'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function linkDependencies(folder: string, modules: string): void {
  if (!existsSync(modules)) return
  for (const name of readdirSync(modules)) {
    if (name.startsWith('.')) continue
    const names = name.startsWith('@') ? readdirSync(join(modules, name)).map((sub) => `${name}/${sub}`) : [name]
    for (const each of names) link(folder, each, join(modules, each))
  }
}

function link(folder: string, name: string, target: string): void {
  const place = join(folder, 'node_modules', name)
  if (existsSync(place) || !existsSync(target)) return
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(realpathSync(target), place, 'junction')
}
