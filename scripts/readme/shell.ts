import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Manifest, readWorkspacePackages, type WorkspacePackage } from '../boundaries/workspace-packages.ts'
import type { Block } from './blocks.ts'

/** Programs that a reader has, or can be expected to get. */
const ordinary = ['git', 'cd', 'curl', 'openssl', 'export', 'mkdir', 'cp', 'echo', 'cat', 'sudo', 'apt-get']

interface Surroundings {
  readonly packages: readonly WorkspacePackage[]
  /** The manifest beside the document, and the root's. */
  readonly manifests: readonly Manifest[]
  readonly folders: readonly string[]
}

/** What a shell block names that is not there, each as `line: message`. Nothing is run. */
export function shellProblems(block: Block, documentFolder: string, root: string): string[] {
  const folders = [documentFolder, root]
  const manifests = folders.map((folder) => join(folder, 'package.json')).filter((file) => existsSync(file))
  const around: Surroundings = {
    packages: readWorkspacePackages(root),
    manifests: manifests.map((file): Manifest => JSON.parse(readFileSync(file, 'utf8'))),
    folders,
  }
  return block.lines.flatMap((text, index) =>
    commandsOf(text).flatMap((words) => {
      const problem = commandProblem(words, around)
      return problem ? [`${block.line + index}: ${problem}`] : []
    }),
  )
}

function commandsOf(line: string): string[][] {
  const text = line
    .replace(/^\s*\$ /, '')
    .replace(/(^|\s)#.*$/, '')
    .replace(/\\$/, '')
  const commands = text.split(/&&|\|\||[;|]/).map((command) => command.trim().split(/\s+/).filter(Boolean))
  return commands.map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word)))).filter((words) => words.length > 0)
}

function commandProblem([program = '', ...args]: readonly string[], around: Surroundings): string | undefined {
  if (program === 'npm' || program === 'pnpm') return packageManagerProblem(program, args, around)
  if (program === 'npx') return programProblem(args.find((word) => !word.startsWith('-')) ?? '', around)
  if (program === 'node' || program === 'bash') return fileProblem(args.find((word) => !word.startsWith('-')) ?? '', around)
  if (ordinary.includes(program)) return undefined
  return programProblem(program, around)
}

function packageManagerProblem(manager: string, args: readonly string[], around: Surroundings): string | undefined {
  const [verb = '', ...names] = args.filter((word) => !word.startsWith('-'))
  if (['install', 'i', 'add'].includes(verb)) {
    const unknown = names.find((name) => !isInstallable(name, around))
    return unknown ? `"${unknown}" is no public package of the workspace, and none of them depends on it.` : undefined
  }
  const script = verb === 'run' ? (names[0] ?? '') : verb
  const isScript = around.manifests.some(({ scripts }) => scripts !== undefined && script in scripts)
  if (isScript || ['pack', 'publish', 'ci', 'exec'].includes(script)) return undefined
  if (manager === 'pnpm' && !programProblem(script, around)) return undefined
  return `There is no script "${script}" in package.json.`
}

function isInstallable(given: string, { packages, manifests }: Surroundings): boolean {
  const name = given.replace(/(?<=.)@[^@/]*$/, '')
  const own = packages.find((each) => each.name === name)
  if (own) return !own.isPrivate
  const all = [...packages.map(({ manifest }) => manifest), ...manifests]
  return all.some(
    ({ dependencies, devDependencies, peerDependencies }) => name in { ...dependencies, ...devDependencies, ...peerDependencies },
  )
}

function programProblem(program: string, { packages, folders }: Surroundings): string | undefined {
  const isOurs = packages.some(({ manifest }) => typeof manifest.bin === 'object' && program in manifest.bin)
  if (isOurs || folders.some((folder) => existsSync(join(folder, 'node_modules', '.bin', program)))) return undefined
  return `Neither the workspace nor its tools have a program "${program}".`
}

function fileProblem(path: string, { folders }: Surroundings): string | undefined {
  if (folders.some((folder) => existsSync(join(folder, path)))) return undefined
  return `There is no file "${path}".`
}
