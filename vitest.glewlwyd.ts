import { existsSync } from 'node:fs'
import { mustRunAll } from './vitest.chromium.ts'

/** An authorization server that others have written, as Debian has it: its program, and the tables that its database begins with. */
export interface Glewlwyd {
  readonly program: string
  readonly tables: string
}

const places: Glewlwyd = { program: '/usr/bin/glewlwyd', tables: '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3' }

/** Where it is, if it is installed. */
export function findGlewlwyd(exists: (path: string) => boolean = existsSync): Glewlwyd | undefined {
  return Object.values(places).every((path) => exists(path)) ? places : undefined
}

/** The same for a suite that needs it: without it says what is left out, and throws where nothing may be. */
export function glewlwydForTests(): Glewlwyd | undefined {
  const found = findGlewlwyd()
  if (found) return found
  if (mustRunAll(process.env)) throw new Error(`No glewlwyd. ${glewlwydAdvice}`)
  console.warn(`SKIPPED: the walk with a second authorization server, because there is no glewlwyd. ${glewlwydAdvice}`)
  return undefined
}

/** What to do where it is missing. */
export const glewlwydAdvice: string = 'Install the Debian package glewlwyd.'
