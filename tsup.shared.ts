import type { Options } from 'tsup'

/** How every package is built: one ES module with its types. */
export function packageBuild(): Options {
  // Without its prefix `node:sqlite` would be a package of that name.
  return { entry: ['src/index.ts'], format: ['esm'], target: 'es2023', dts: true, clean: true, removeNodeProtocol: false }
}
