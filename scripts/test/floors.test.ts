import { expect, it } from 'vitest'
import { workspaceRoot } from '../bootstrap/pins.mjs'
import { findFloorViolations } from '../boundaries/floors.ts'
import { findImportCycles } from '../boundaries/import-cycles.ts'
import { type Manifest, readWorkspacePackages, type WorkspacePackage } from '../boundaries/workspace-packages.ts'

const houses = [
  'packages/vault-core',
  'packages/vault-node',
  'packages/vault-store-memory',
  'packages/vault-store-sql',
  'packages/vault-store-testing',
  'packages/vault-providers',
  'packages/vault-login',
  'packages/vault-http',
  'packages/vault-portal',
  'packages/vault-express',
  'packages/vault-cli',
  'packages/vault-client',
  'apps/example-express',
]

const refused: ReadonlyArray<readonly [from: string, to: string]> = [
  ['vault-core', 'vault-store-memory'],
  ['vault-core', 'vault-providers'],
  ['vault-core', 'vault-http'],
  ['vault-core', 'vault-node'],
  ['vault-node', 'vault-store-memory'],
  ['vault-http', 'vault-node'],
  ['vault-store-memory', 'vault-store-sql'],
  ['vault-store-sql', 'vault-store-testing'],
  ['vault-store-sql', 'vault-providers'],
  ['vault-store-sql', 'vault-http'],
  ['vault-providers', 'vault-login'],
  ['vault-login', 'vault-http'],
  ['vault-login', 'vault-store-sql'],
  ['vault-http', 'vault-express'],
  ['vault-http', 'vault-portal'],
  ['vault-http', 'vault-store-sql'],
  ['vault-express', 'vault-cli'],
  ['vault-cli', 'vault-express'],
  ['vault-client', 'vault-core'],
  ['vault-http', 'vault-client'],
  ['vault-express', 'example-express'],
]

const allowed: ReadonlyArray<readonly [from: string, to: string]> = [
  ['vault-store-sql', 'vault-core'],
  ['vault-store-testing', 'vault-core'],
  ['vault-providers', 'vault-core'],
  ['vault-node', 'vault-core'],
  ['vault-express', 'vault-node'],
  ['vault-login', 'vault-core'],
  ['vault-http', 'vault-login'],
  ['vault-portal', 'vault-http'],
  ['vault-express', 'vault-http'],
  ['vault-cli', 'vault-store-sql'],
  ['example-express', 'vault-express'],
  ['example-express', 'vault-client'],
]

it.each(refused)('%s may not import %s', (from, to) => {
  expect(violationsOfImport(from, to)).toMatchObject([{ line: 2, message: expect.stringContaining(`@holdfast/${to} is on floor`) }])
})

it.each(refused)('%s may not depend on %s', (from, to) => {
  expect(violationsOfDependency(from, 'dependencies', to)).toHaveLength(1)
  expect(violationsOfDependency(from, 'peerDependencies', to)).toHaveLength(1)
})

it.each(allowed)('%s may import and depend on %s', (from, to) => {
  expect(violationsOfImport(from, to)).toEqual([])
  expect(violationsOfDependency(from, 'dependencies', to)).toEqual([])
})

it('a store may have the conformance suite among its devDependencies', () => {
  expect(violationsOfDependency('vault-store-sql', 'devDependencies', 'vault-store-testing')).toEqual([])
})

it('an import that leaves the package by its path is refused', () => {
  const file = '/house/packages/vault-http/src/deep/here.ts'
  const packages = [packageAt('packages/vault-http', {}, [file])]
  expect(findFloorViolations(packages, () => "import '../../../vault-core/src/vault.js'")).toMatchObject([{ line: 1 }])
  expect(findFloorViolations(packages, () => "import '../there.js'")).toEqual([])
})

it('only an app may import what a package does not publish', () => {
  const importing = (path: string): unknown[] => {
    const file = `/house/${path}/src/index.ts`
    const packages = [packageAt('packages/vault-core', {}, []), packageAt(path, {}, [file])]
    return findFloorViolations(packages, () => "import '@holdfast/vault-core/internal'")
  }
  expect(importing('packages/vault-node')).toMatchObject([{ line: 1, message: expect.stringContaining('not published') }])
  expect(importing('apps/benchmarks')).toEqual([])
})

it('a package of an unknown kind has to be given a floor', () => {
  expect(findFloorViolations([packageAt('packages/vault-novelty', {}, [])])).toMatchObject([
    { message: expect.stringContaining('on no floor') },
  ])
})

it('an import cycle is told once, with its way', () => {
  const sources = new Map([
    ['/p/src/a.ts', "import './deep/b.js'"],
    ['/p/src/deep/b.ts', "import type { C } from '../c.js'"],
    ['/p/src/c.ts', "export * from './a.js'"],
    ['/p/src/d.ts', "import './a.js'"],
  ])
  const cycles = findImportCycles([...sources.keys()], (file) => sources.get(file) ?? '')
  expect(cycles).toMatchObject([
    { file: '/p/src/c.ts', line: 1, message: expect.stringContaining('src/a.ts > deep/b.ts > src/c.ts > src/a.ts') },
  ])
})

it('two ways down to one file are no cycle', () => {
  const sources = new Map([
    ['/p/src/a.ts', "import './b.js'\nimport './c.js'"],
    ['/p/src/b.ts', "import './d.js'"],
    ['/p/src/c.ts', "import './d.js'"],
    ['/p/src/d.ts', ''],
  ])
  expect(findImportCycles([...sources.keys()], (file) => sources.get(file) ?? '')).toEqual([])
})

it('the workspace as it stands keeps the floors and has no cycles', () => {
  const packages = readWorkspacePackages(workspaceRoot)
  expect(packages.length).toBeGreaterThan(2)
  expect(findFloorViolations(packages)).toEqual([])
  expect(packages.flatMap(({ sources }) => findImportCycles(sources))).toEqual([])
})

function violationsOfImport(from: string, to: string): unknown[] {
  const packages = houses.map((path) => packageAt(path, {}, path.endsWith(`/${from}`) ? [`/house/${path}/src/index.ts`] : []))
  return findFloorViolations(packages, () => `// first line\nimport { x } from '@holdfast/${to}/sub'\n`)
}

function violationsOfDependency(from: string, kind: 'dependencies' | 'peerDependencies' | 'devDependencies', to: string): unknown[] {
  const needs = { [kind]: { [`@holdfast/${to}`]: 'workspace:*' } }
  return findFloorViolations(houses.map((path) => packageAt(path, path.endsWith(`/${from}`) ? needs : {}, [])))
}

function packageAt(path: string, needs: Partial<Manifest>, sources: readonly string[]): WorkspacePackage {
  const name = `@holdfast/${path.split('/').at(-1)}`
  return { name, path, folder: `/house/${path}`, isPrivate: false, manifest: { name, ...needs }, sources }
}
