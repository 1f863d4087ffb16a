import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WorkspacePackage } from '../boundaries/workspace-packages.ts'

/** Changesets that name a package which is not there, or is not published, and packages whose first release no changeset announces. */
export function changesetProblems(root: string, publicPackages: readonly WorkspacePackage[]): string[] {
  const files = globSync('.changeset/*.md', { cwd: root }).filter((file) => !file.endsWith('README.md'))
  const announced = new Map(files.map((file) => [file, namesIn(readFileSync(join(root, file), 'utf8'))]))
  const known = new Set(publicPackages.map(({ name }) => name))
  const strangers = [...announced].flatMap(([file, names]) =>
    names.filter((name) => !known.has(name)).map((name) => `${file} names ${name}, which is no public package.`),
  )
  const unreleased = publicPackages.filter(({ manifest }) => manifest.version === '0.0.0').map(({ name }) => name)
  const named = new Set([...announced.values()].flat())
  const silent = unreleased.filter((name) => !named.has(name)).map((name) => `No changeset announces ${name}; add it to one in .changeset.`)
  return [...strangers, ...silent]
}

/** The packages in a changeset's front matter: lines of the form `'@scope/name': minor`. */
export function namesIn(changeset: string): string[] {
  const front = /^---\n(.*?)\n---\n/s.exec(changeset)?.[1] ?? ''
  return [...front.matchAll(/^['"]?([^'":]+)['"]?:\s*(?:major|minor|patch|none)\s*$/gm)].map((match) => match[1] ?? '')
}
