import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { WorkspacePackage } from '../boundaries/workspace-packages.ts'
import { changesetProblems, namesIn } from '../packages/changesets.ts'
import { builtProblems, docsProblems, manifestProblems } from '../packages/tarball.ts'

const root = mkdtempSync(join(tmpdir(), 'holdfast-changesets-'))
afterAll(() => rmSync(root, { recursive: true }))

it('reads the packages that a changeset names', () => {
  expect(namesIn("---\n'@holdfast/a': minor\n\"@holdfast/b\": patch\n@holdfast/c: major\n---\n\n'@holdfast/d': minor\n")).toEqual([
    '@holdfast/a',
    '@holdfast/b',
    '@holdfast/c',
  ])
})

it('tells of a changeset for a stranger, and of a package that no changeset announces', () => {
  mkdirSync(join(root, '.changeset'))
  writeFileSync(join(root, '.changeset', 'one.md'), "---\n'@holdfast/a': minor\n'@holdfast/gone': minor\n---\n\nFirst.\n")
  const packages = [publicPackage('@holdfast/a', '0.0.0'), publicPackage('@holdfast/b', '0.0.0'), publicPackage('@holdfast/c', '1.0.0')]
  expect(changesetProblems(root, packages)).toEqual([
    '.changeset/one.md names @holdfast/gone, which is no public package.',
    'No changeset announces @holdfast/b; add it to one in .changeset.',
  ])
})

it('a manifest that says all is accepted, and each thing it does not say is told', () => {
  const manifest = {
    description: 'x',
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: {},
    files: ['dist'],
    exports: {},
    publishConfig: { exports: {} },
  }
  expect(manifestProblems(manifest)).toEqual([])
  expect(manifestProblems({})).toHaveLength(8)
  expect(manifestProblems({ ...manifest, publishConfig: { exports: { '.': { '@holdfast/source': './src/index.ts' } } } })).toHaveLength(1)
})

it('tells of guides that are not published', () => {
  const folder = join(root, 'with-docs')
  mkdirSync(join(folder, 'docs'), { recursive: true })
  expect(docsProblems(folder, { files: ['dist', 'docs'] })).toEqual([])
  expect(docsProblems(root, { files: ['dist'] })).toEqual([])
  expect(docsProblems(folder, { files: ['dist'] })).toEqual(['package.json: files leaves out docs, and links of the README lead nowhere.'])
})

it('tells of a class that the build has given another name', () => {
  const folder = join(root, 'built')
  mkdirSync(join(folder, 'dist', 'chunks'), { recursive: true })
  writeFileSync(join(folder, 'dist', 'index.js'), 'var Kept = class extends Error {};\nvar Own = class Own {};\n')
  writeFileSync(join(folder, 'dist', 'chunks', 'a.js'), 'var Told = class _Told extends Error {};\n')
  expect(builtProblems(folder)).toEqual(['dist/chunks/a.js: class Told is shown as _Told. Say `this` in it in place of its name.'])
})

function publicPackage(name: string, version: string): WorkspacePackage {
  return { name, path: 'packages/x', folder: '/x', isPrivate: false, sources: [], manifest: { name, version } }
}
