import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The folders in which a shell looks for programs. */
export function pathFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
}

/** The first of these names in the first of these folders that has one. A program may have an old name and a new one. */
export function findProgram(names: readonly string[], folders: readonly string[] = pathFolders()): string | undefined {
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
