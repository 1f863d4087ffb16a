import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import type { WorkerAnswer, WorkerLine, WorkerReport, WorkerSetup, WorkerTask } from './worker-messages.ts'

/** A process with a vault of its own. */
export interface Worker {
  /** Rejects when the process ends before it has answered. */
  ask(task: Omit<WorkerTask, 'id'>): Promise<WorkerAnswer['outcomes']>
  readonly pid: number | undefined
  readonly isAlive: boolean
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGSTOP: it stands still, and knows nothing of it. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** Lets it close its vault and end. */
  end(): Promise<void>
}

/** Bundles the worker's code, so that plain Node can run it. */
export async function buildWorker(outfile: string): Promise<void> {
  await buildProcess(join(import.meta.dirname, 'vault-worker.process.ts'), outfile)
}

/** Bundles the code of a process, so that plain Node can run it. */
export async function buildProcess(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    conditions: ['@holdfast/source'],
    external: ['pg-native', 'cloudflare:sockets'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    logLevel: 'silent',
  })
}

/** @param onReport - Hears what the store has taken from it. */
export function startWorker(program: string, setup: WorkerSetup, onReport: (report: WorkerReport) => void = () => undefined): Worker {
  const child = spawn(process.execPath, ['--no-warnings', program, JSON.stringify(setup)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, { resolve(outcomes: WorkerAnswer['outcomes']): void; reject(error: Error): void }>()
  let tasks = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said: WorkerLine = JSON.parse(line)
    if ('written' in said) return onReport(said)
    waiting.get(said.id)?.resolve(said.outcomes)
    waiting.delete(said.id)
  })
  child.stdin.on('error', () => undefined)
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`The worker ended (${signal ?? code}).`))
    waiting.clear()
  })
  return {
    ask: (task) =>
      new Promise((resolve, reject) => {
        if (!isRunning(child)) return reject(new Error('The worker has ended.'))
        const id = ++tasks
        waiting.set(id, { resolve, reject })
        child.stdin.write(`${JSON.stringify({ ...task, id })}\n`)
      }),
    pid: child.pid,
    get isAlive() {
      return isRunning(child)
    },
    async kill() {
      if (!isRunning(child)) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async end() {
      if (!isRunning(child)) return
      // Its last words too.
      const close = once(child, 'close')
      child.stdin.end()
      await close
    },
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}
