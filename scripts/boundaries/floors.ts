import { dirname, join, relative, resolve } from 'node:path'
import { importsOf, isRelative, packageNameOf } from './imports.ts'
import type { Violation } from './violation.ts'
import type { WorkspacePackage } from './workspace-packages.ts'

/** The floors of the house. A floor may import what is listed, and never what is not. */
const floors: Readonly<Record<Floor, readonly Floor[]>> = {
  core: [],
  store: ['core'],
  node: ['core'],
  opentelemetry: ['core'],
  providers: ['core'],
  login: ['core', 'providers'],
  http: ['core', 'providers', 'login'],
  portal: ['core', 'providers', 'login', 'http'],
  express: ['core', 'node', 'providers', 'login', 'http', 'portal', 'store'],
  cli: ['core', 'node', 'providers', 'login', 'http', 'portal', 'store'],
  client: [],
  app: ['core', 'node', 'opentelemetry', 'providers', 'login', 'http', 'portal', 'store', 'express', 'cli', 'client', 'app'],
}

type Floor = 'core' | 'store' | 'node' | 'opentelemetry' | 'providers' | 'login' | 'http' | 'portal' | 'express' | 'cli' | 'client' | 'app'

/**
 * Imports and dependencies that go up, or sideways between stores. Files below `src/` and the dependencies a user installs count;
 * tests and devDependencies may go anywhere.
 */
export function findFloorViolations(packages: readonly WorkspacePackage[], read?: (file: string) => string): Violation[] {
  const byName = new Map(packages.map((each) => [each.name, each]))
  return packages.flatMap((each) => {
    const floor = floorOf(each)
    if (!floor) {
      return [
        {
          file: join(each.folder, 'package.json'),
          line: 1,
          message: `${each.name} is on no floor; give it one in scripts/boundaries/floors.ts.`,
        },
      ]
    }
    return [
      ...dependencyViolations(each, floor, byName),
      ...each.sources.flatMap((file) => importViolations(each, floor, file, byName, read?.(file))),
    ]
  })
}

/** The floor of a package, by its folder. Undefined for a package of an unknown kind. */
function floorOf({ path }: Pick<WorkspacePackage, 'path'>): Floor | undefined {
  if (path.startsWith('apps/')) return 'app'
  const kind = /^packages\/vault-([a-z]+)/.exec(path)?.[1]
  return floorNames.find((floor) => floor === kind)
}

const floorNames: readonly Floor[] = [
  'core',
  'store',
  'node',
  'opentelemetry',
  'providers',
  'login',
  'http',
  'portal',
  'express',
  'cli',
  'client',
]

function dependencyViolations(from: WorkspacePackage, floor: Floor, byName: ReadonlyMap<string, WorkspacePackage>): Violation[] {
  const { dependencies, peerDependencies, optionalDependencies } = from.manifest
  const names = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
  const file = join(from.folder, 'package.json')
  return names.flatMap((name) => {
    const message = refusal(from, floor, byName.get(name))
    return message ? [{ file, line: 1, message: `Dependency ${name}: ${message}` }] : []
  })
}

function importViolations(
  from: WorkspacePackage,
  floor: Floor,
  file: string,
  byName: ReadonlyMap<string, WorkspacePackage>,
  text: string | undefined,
): Violation[] {
  return importsOf(file, text).flatMap(({ specifier, line }) => {
    if (isRelative(specifier)) {
      const leaves = relative(join(from.folder, 'src'), resolve(dirname(file), specifier)).startsWith('..')
      return leaves
        ? [{ file, line, message: `Import of ${specifier} leaves the package's src; import the other package by its name.` }]
        : []
    }
    const owner = byName.get(packageNameOf(specifier) ?? '')
    const message = refusal(from, floor, owner) ?? internalRefusal(floor, specifier, owner)
    return message ? [{ file, line, message: `Import of ${specifier}: ${message}` }] : []
  })
}

/** What a package exports as `internal` is not published: whoever is, would import what no user has. */
function internalRefusal(floor: Floor, specifier: string, owner: WorkspacePackage | undefined): string | undefined {
  return owner && floor !== 'app' && specifier === `${owner.name}/internal` ? 'It is not published; only apps may import it.' : undefined
}

function refusal(from: WorkspacePackage, floor: Floor, to: WorkspacePackage | undefined): string | undefined {
  if (!to || to.name === from.name) return undefined
  const target = floorOf(to)
  if (!target || floors[floor].includes(target)) return undefined
  const allowed = floors[floor].length > 0 ? floors[floor].join(', ') : 'nothing of the workspace'
  return `${from.name} is on floor ${floor} and may import ${allowed}; ${to.name} is on floor ${target}.`
}
