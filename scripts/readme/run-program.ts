import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { spawnQuietly } from '../bootstrap/child.mjs'
import type { Program } from './programs.ts'

/**
 * Runs a program in a Node of its own until its last line is done (a server that it started is not waited for), and returns what
 * went wrong. The packages of the workspace are taken from their sources, so nothing has to be built first.
 */
export async function runProgram(
  program: Program,
  where: { readonly folder: string; readonly env: ReadonlyMap<string, string> },
): Promise<string[]> {
  const { folder, env } = where
  const bundle = `${program.fileName}.bundle.mjs`
  const first = program.lines.find(({ line }) => line > 0)?.line ?? 0
  const unbuilt = await bundleProgram(join(folder, program.fileName), join(folder, bundle))
  if (unbuilt) return [`${first}: The block cannot be bundled: ${unbuilt}`]
  writeFileSync(join(folder, 'runner.mjs'), runner)
  const values = { ...valuesFor(program), ...Object.fromEntries(env), NODE_NO_WARNINGS: '1' }
  const args = ['--enable-source-maps', 'runner.mjs', `./${bundle}`]
  const run = await spawnQuietly(process.execPath, args, { cwd: folder, env: { ...process.env, ...values }, timeout: 60_000 })
  if (run.code !== 0) return [`${first}: The block fails when it runs:\n${run.output.trim()}`]
  return missingOutput(program, run.stdout)
}

async function bundleProgram(entry: string, outfile: string): Promise<string | undefined> {
  try {
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      conditions: ['@holdfast/source'],
      sourcemap: 'inline',
      logLevel: 'silent',
      plugins: [keepOthersOutside],
    })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What `console.log(…) // this` promises and the program did not print, in that order. */
function missingOutput(program: Program, stdout: string): string[] {
  const printed = stdout.split('\n')
  let from = 0
  return program.lines.flatMap(({ text, line }) => {
    const promised = /^\s*console\.log\(.*\)\s*\/\/ (.+?)\s*$/.exec(text)?.[1]
    if (promised === undefined) return []
    const at = printed.indexOf(promised, from)
    if (at === -1) return [`${line}: The block should print "${promised}". It printed:\n${stdout.trim()}`]
    from = at + 1
    return []
  })
}

/** Everything but the workspace's own packages is loaded from where its importer would find it. */
const keepOthersOutside: Plugin = {
  name: 'keep-others-outside',
  setup(bundler) {
    bundler.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (path.startsWith('@holdfast/') || importer === '' || pluginData === 'resolving') return undefined
      if (path.startsWith('node:')) return { path, external: true }
      const found = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: 'resolving' })
      return found.errors.length > 0 ? found : { path: found.path, external: true }
    })
  },
}

/** A value for each environment variable that the program reads: a key for what is named so, its own name for the rest. */
function valuesFor(program: Program): Record<string, string> {
  const names = program.lines.flatMap(({ text }) => [...text.matchAll(/process\.env\.(\w+)/g)].map((match) => match[1] ?? ''))
  return Object.fromEntries(
    names.map((name) => [name, name.endsWith('KEY') ? randomBytes(32).toString('base64') : `example-${name.toLowerCase()}`]),
  )
}

/** A server listens on a free port of the loopback address, whatever port the reader is shown. */
const runner = `
import { Server } from 'node:net'
const listen = Server.prototype.listen
Server.prototype.listen = function (...given) {
  const callback = given.findLast((each) => typeof each === 'function')
  return listen.call(this, 0, '127.0.0.1', callback)
}
await import(process.argv[2])
setTimeout(() => process.exit(), 100)
`
