import type { Options } from 'tsup'

/** How every package is built: ES modules with their types, one for each entry. */
export function packageBuild(entry: Readonly<Record<string, string>> = { index: 'src/index.ts' }): Options {
  // Without its prefix `node:sqlite` would be a package of that name.
  return { entry: { ...entry }, format: ['esm'], target: 'es2023', dts: true, clean: true, removeNodeProtocol: false }
}
