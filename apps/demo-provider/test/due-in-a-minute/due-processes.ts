import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { WorkerProgress } from '@holdfast/vault-core/refresh-worker'
import type { DueSetup } from './due-vault.ts'
import type { EndpointRecord } from './endpoint-records.ts'

/** The token endpoint, in a process of its own. */
export interface EndpointProcess {
  readonly url: string
  count(): Promise<number>
  records(): Promise<readonly EndpointRecord[]>
  end(): Promise<void>
}

export async function startEndpoint(): Promise<EndpointProcess> {
  const child = start(join(import.meta.dirname, 'token-endpoint.process.ts'))
  const [port] = await once(createInterface({ input: child.stdout }), 'line')
  const origin = `http://127.0.0.1:${port}`
  const read = async <T>(path: string): Promise<T> => (await (await fetch(`${origin}${path}`)).json()) as T
  return { url: `${origin}/token`, count: () => read('/count'), records: () => read('/records'), end: () => endOf(child) }
}

export interface WorkerProcess {
  /** Lets it stop, and returns how far it came. */
  end(): Promise<WorkerProgress>
  /** SIGKILL, if it has not ended. */
  kill(): void
}

export function startRefreshWorker(program: string, setup: DueSetup): WorkerProcess {
  const child = start(program, JSON.stringify(setup))
  const said = once(createInterface({ input: child.stdout }), 'line')
  return {
    async end() {
      const [[line]] = await Promise.all([said, endOf(child)])
      return JSON.parse(line)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function start(program: string, ...args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
  return spawn(process.execPath, ['--no-warnings', program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const close = once(child, 'close')
  child.stdin?.end()
  await close
}
