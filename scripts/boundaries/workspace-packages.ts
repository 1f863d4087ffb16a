import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface WorkspacePackage {
  readonly name: string
  /** Absolute path of its folder. */
  readonly folder: string
  /** Its folder below the root, as `packages/vault-core`. */
  readonly path: string
  readonly isPrivate: boolean
  readonly manifest: Manifest
  /** Absolute paths of the TypeScript files below `src/`. */
  readonly sources: readonly string[]
}

export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Every package and app of the workspace, sorted by path. */
export function readWorkspacePackages(root: string): WorkspacePackage[] {
  return globSync('{packages,apps}/*/package.json', { cwd: root })
    .toSorted()
    .map((file) => {
      const manifest: Manifest = JSON.parse(readFileSync(join(root, file), 'utf8'))
      const path = dirname(file)
      const folder = join(root, path)
      const sources = globSync('src/**/*.{ts,tsx,mts}', { cwd: folder })
        .toSorted()
        .map((source) => join(folder, source))
      return { name: manifest.name, folder, path, isPrivate: manifest.private === true, manifest, sources }
    })
}
