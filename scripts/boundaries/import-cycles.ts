import { dirname, resolve } from 'node:path'
import { importsOf, isRelative } from './imports.ts'
import type { Violation } from './violation.ts'

/**
 * Import cycles among the given files, type imports included: a reader goes down from a file, never back up to it. Each cycle is
 * told once, at the import that closes it.
 *
 * @param files - Absolute paths, all of one package.
 * @param read - Reads a file's text; default: from disk.
 */
export function findImportCycles(files: readonly string[], read?: (file: string) => string): Violation[] {
  const graph = new Map(files.map((file) => [file, edgesOf(file, new Set(files), read?.(file))]))
  const done = new Set<string>()
  const violations: Violation[] = []

  const visit = (file: string, trail: readonly string[]): void => {
    if (done.has(file)) return
    for (const edge of graph.get(file) ?? []) {
      const start = [...trail, file].indexOf(edge.target)
      if (start === -1) {
        visit(edge.target, [...trail, file])
        continue
      }
      const names = [...[...trail, file].slice(start), edge.target].map((path) => path.split('/').slice(-2).join('/'))
      violations.push({ file, line: edge.line, message: `Import cycle: ${names.join(' > ')}. Move what both need into a file below them.` })
    }
    done.add(file)
  }
  for (const file of files) visit(file, [])
  return violations
}

interface Edge {
  readonly target: string
  readonly line: number
}

function edgesOf(file: string, files: ReadonlySet<string>, text: string | undefined): Edge[] {
  return importsOf(file, text).flatMap(({ specifier, line }) => {
    if (!isRelative(specifier)) return []
    const path = resolve(dirname(file), specifier)
    const target = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.jsx?$/, '.tsx'), path.replace(/\.mjs$/, '.mts')].find((candidate) =>
      files.has(candidate),
    )
    return target ? [{ target, line }] : []
  })
}
