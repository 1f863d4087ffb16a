import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

export interface Bundle {
  readonly code: Uint8Array
  readonly gzipped: number
  readonly metafile: Metafile
}

const FOLDER = new URL('../..', import.meta.url).pathname
const PACKAGES = new URL('../../../../packages/', import.meta.url).pathname

/**
 * Bundles and minifies a program of this app, or a text as if it stood in a package, with all that it imports, the packages of the
 * workspace by their sources.
 */
export async function bundle(
  source: { readonly file: string } | { readonly text: string; readonly within: string },
  platform: 'node' | 'browser' = 'node',
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...('file' in source
      ? { entryPoints: [source.file] }
      : { stdin: { contents: source.text, resolveDir: join(PACKAGES, source.within) } }),
    absWorkingDir: FOLDER,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'node22',
    platform,
    conditions: ['@holdfast/source'],
    // What CommonJS modules among them ask for.
    ...(platform === 'node' && {
      banner: { js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);" },
    }),
    logLevel: 'error',
  })
  const [output] = outputFiles
  if (!output) throw new Error('esbuild gave nothing.')
  return { code: output.contents, gzipped: gzipSync(output.contents).length, metafile }
}
