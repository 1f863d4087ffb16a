import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { accountFor } from './account.ts'
import { endOf, guardFolder } from './guard.ts'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

/** A running program of a workplace. */
export interface Running {
  readonly pid: number
  isRunning(): boolean
  ended(): Promise<void>
}

/** A new folder, and the programs that run in it. Neither outlives this process. */
export interface Workplace {
  readonly folder: string
  spawn(command: Command): Running
  /** Runs a program to its end, and throws what it printed when it fails. */
  run(command: Command): Promise<void>
  /** Runs a program to its end, and tells whether it succeeded. */
  succeeds(command: Command): Promise<boolean>
  /** The last lines that the programs printed. */
  lastWords(): string
  /** Kills the programs and deletes the folder. */
  close(): Promise<void>
}

/** @param user - Whose the folder is, and who runs the programs, where we are root. */
export function openWorkplace(parent: string, user: string): Workplace {
  const account = accountFor(user)
  // Short, because a server's socket stands in it, and the path of a socket may have 100 characters or so.
  const folder = join(parent, `holdfast-${randomUUID().slice(0, 13)}`)
  // Before the folder is there, so that no moment is left in which we could be killed and leave it.
  const guard = guardFolder(folder)
  try {
    mkdirSync(folder, { mode: 0o700 })
    if (account) chownSync(folder, account.uid, account.gid)
  } catch (error) {
    void guard.end()
    throw error
  }
  const logFile = join(folder, 'output.log')
  const groups = new Set<number>()

  function start({ file, args }: Command, output: number | 'ignore'): Started {
    // A process group of its own: Ctrl-C must not end the server before the tests that use it.
    const child = spawn(file, args, {
      ...account,
      cwd: folder,
      env: environmentIn(folder),
      stdio: ['ignore', output, output],
      detached: true,
    })
    const { pid } = child
    const end = endOf(child)
    if (pid === undefined) throw new Error(`${file} cannot be started.`)
    watch(() => groups.add(pid))
    const ended = end.then(() => watch(() => groups.delete(pid)))
    child.unref()
    const running: Running = {
      pid,
      isRunning: () => child.exitCode === null && child.signalCode === null,
      ended() {
        child.ref()
        return ended
      },
    }
    return { running, code: () => child.exitCode }
  }

  function startWithLog(command: Command): Started {
    const log = openSync(logFile, 'a')
    try {
      return start(command, log)
    } finally {
      closeSync(log)
    }
  }

  async function codeOf({ running, code }: Started): Promise<number | null> {
    await running.ended()
    return code()
  }

  function watch(change: () => void): void {
    change()
    guard.watch([...groups])
  }

  const lastWords = (): string => readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n')

  return {
    folder,
    lastWords,
    spawn: (command) => startWithLog(command).running,
    succeeds: async (command) => (await codeOf(start(command, 'ignore'))) === 0,
    async run(command) {
      if ((await codeOf(startWithLog(command))) !== 0) throw new Error(`${basename(command.file)} failed: ${lastWords()}`)
    },
    close: () => guard.end(),
  }
}

interface Started {
  readonly running: Running
  code(): number | null
}

/** Without what would send a server or its client elsewhere, with messages in English, and with temporary files where it may write. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|MYSQL_|MARIADB_|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TMPDIR: folder }
}
