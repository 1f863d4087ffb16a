import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url))

/** A change to a file of vault-core's sources: each `find` stands in it exactly once. */
export interface SourceChange {
  /** Below `src`. */
  readonly file: string
  readonly changes: readonly (readonly [find: string, replace: string])[]
}

/** Bundles the simulation's worker with the sources of the vault, changed if so wanted. */
export function bundleSimulation(outfile: string, change?: SourceChange): Promise<void> {
  return bundleWorker('simulation/simulate.process.ts', outfile, change)
}

/** The same for the worker that fuzzes the answers of token endpoints. */
export function bundleFuzz(outfile: string, change?: SourceChange): Promise<void> {
  return bundleWorker('fuzz/fuzz.process.ts', outfile, change)
}

async function bundleWorker(entry: string, outfile: string, change: SourceChange | undefined): Promise<void> {
  await build({
    entryPoints: [join(workspaceRoot, 'packages/vault-core/test', entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@holdfast/source'],
    plugins: change ? [changed(change)] : [],
  })
}

function changed({ file, changes }: SourceChange): Plugin {
  const path = join(workspaceRoot, 'packages/vault-core/src', file)
  return {
    name: 'changed source',
    setup(setup) {
      setup.onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined
        let contents = await readFile(path, 'utf8')
        for (const [find, replace] of changes) {
          if (contents.split(find).length !== 2) throw new Error(`"${find}" does not stand in ${file} exactly once.`)
          contents = contents.replace(find, () => replace)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
}
