import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const PACKAGES = new URL('../../../../packages/', import.meta.url).pathname

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** How many packages of others come along with each of ours, all that they pull in included. */
export function runtimeDependencies(): ReadonlyMap<string, { readonly own: number; readonly all: number }> {
  return new Map(
    readdirSync(PACKAGES).map((folder) => {
      const manifest = readManifest(join(PACKAGES, folder))
      const all = new Set<string>()
      collect(join(PACKAGES, folder), manifest, all)
      const own = Object.keys(manifest.dependencies ?? {}).filter((name) => !name.startsWith('@holdfast/'))
      return [manifest.name, { own: own.length, all: all.size }]
    }),
  )
}

function collect(folder: string, { dependencies = {} }: Manifest, into: Set<string>): void {
  for (const name of Object.keys(dependencies)) {
    const place = folderOf(name, folder)
    const manifest = readManifest(place)
    const id = `${manifest.name}@${manifest.version}`
    if (into.has(id)) continue
    if (!name.startsWith('@holdfast/')) into.add(id)
    collect(place, manifest, into)
  }
}

function folderOf(name: string, from: string): string {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  for (const place of places) {
    try {
      readManifest(join(place, name))
      return join(place, name)
    } catch {
      // Further up, then.
    }
  }
  throw new Error(`${name}, which ${dirname(from)} asks for, is not installed.`)
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
