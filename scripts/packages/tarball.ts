import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { spawnQuietly } from '../bootstrap/child.mjs'
import type { WorkspacePackage } from '../boundaries/workspace-packages.ts'

/** Packs a package as it would be published, and returns the path of the tarball. */
export async function packPackage(each: WorkspacePackage, folder: string): Promise<string> {
  const args = ['pack', '--json', '--pack-destination', folder]
  const { code, stdout, output } = await spawnQuietly('pnpm', args, { cwd: each.folder, env: process.env })
  if (code !== 0) throw new Error(`pnpm could not pack ${each.name}:\n${output}`)
  const { filename } = JSON.parse(stdout)
  return filename
}

/** What publint has to say about a tarball, and what our own rules add: all that a user should find in it is there, and no more. */
export async function tarballProblems(each: WorkspacePackage, tarball: string): Promise<string[]> {
  const bytes = readFileSync(tarball)
  const { messages, pkg } = await publint({
    level: 'warning',
    strict: true,
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
  })
  const told = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
  const manifest = JSON.parse(readFileSync(join(each.folder, 'package.json'), 'utf8'))
  return [...told, ...manifestProblems(manifest), ...docsProblems(each.folder, manifest), ...builtProblems(each.folder)]
}

/** What a package of ours has to say of itself. */
export function manifestProblems(manifest: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = []
  for (const field of ['description', 'license', 'engines', 'files', 'exports', 'publishConfig']) {
    if (!(field in manifest)) problems.push(`package.json has no ${field}.`)
  }
  if (manifest.type !== 'module') problems.push('package.json: type is not "module".')
  if (!('sideEffects' in manifest)) problems.push('package.json: sideEffects is not said.')
  if (JSON.stringify(manifest.publishConfig ?? '').includes('@holdfast/source')) {
    problems.push('package.json: publishConfig.exports names the condition @holdfast/source, but sources are not published.')
  }
  return problems
}

/** The guides that a README leads to come along with it. */
export function docsProblems(folder: string, { files }: Readonly<Record<string, unknown>>): string[] {
  if (!existsSync(join(folder, 'docs')) || (Array.isArray(files) && files.includes('docs'))) return []
  return ['package.json: files leaves out docs, and links of the README lead nowhere.']
}

/** Classes that the build has given another name: a bundler does so where a class names itself, and a user reads `_VaultError` in his logs. */
export function builtProblems(folder: string): string[] {
  return globSync('dist/**/*.js', { cwd: folder }).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/^var (\w+) = class (?!extends\b)(\w+)/gm)]
      .filter(([, name, shown]) => name !== shown)
      .map(([, name, shown]) => `${file}: class ${name} is shown as ${shown}. Say \`this\` in it in place of its name.`),
  )
}
