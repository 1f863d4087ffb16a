import { execFileSync } from 'node:child_process'

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** The account for a server that refuses to run as root. Undefined where we are not root, and our own account will do. */
export function accountFor(user: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  return { uid: idOf('-u', user), gid: idOf('-g', user) }
}

function idOf(flag: '-u' | '-g', user: string): number {
  try {
    return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    throw new Error(`The server does not run as root, and there is no user ${user} to run it as.`)
  }
}
