import { fork } from 'node:child_process'
import { once } from 'node:events'
import autocannon from 'autocannon'

/** A server in a process of its own. */
export interface LoadedServer {
  readonly name: string
  /** Sends so many requests, and tells what processor time one of them cost the server, in microseconds. */
  load(requests: number): Promise<number>
  close(): Promise<void>
}

/** Requests under way at a time. */
const CONNECTIONS = 16

/** What answers in it: the vault or the least that answers the same, on what. */
export type ServerKind =
  | 'express-vault'
  | 'express-json'
  | 'express-postgres'
  | 'node-json'
  | 'fetch-vault'
  | 'fetch-json'
  | 'hono-vault'
  | 'hono-json'

/** @param place - Its PostgreSQL. Without one the vault is over a memory store. */
export async function startServer(
  name: string,
  kind: ServerKind,
  place?: { readonly url: string; readonly schema: string },
): Promise<LoadedServer> {
  const execArgv = ['--conditions=@holdfast/source', '--import', new URL('../sources.mjs', import.meta.url).href]
  const child = fork(new URL('server.process.ts', import.meta.url), [kind, ...(place ? [place.url, place.schema] : [])], { execArgv })
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`"${name}" ended with code ${code}.`)))
  gone.catch(() => undefined)
  async function nextMessage<T>(): Promise<T> {
    const [message] = await Promise.race([once(child, 'message'), gone])
    return message as T
  }
  const { url, token } = await nextMessage<{ readonly url: string; readonly token: string }>()
  const cpuMicros = async (): Promise<number> => {
    const answer = nextMessage<{ readonly cpuMicros: number }>()
    child.send('cpu')
    return (await answer).cpuMicros
  }
  return {
    name,
    async load(requests) {
      const before = await cpuMicros()
      const result = await autocannon({ url, headers: { authorization: `Bearer ${token}` }, connections: CONNECTIONS, amount: requests })
      if (result['2xx'] !== requests) throw new Error(`"${name}" answered ${result['2xx']} of ${requests} requests.`)
      return ((await cpuMicros()) - before) / requests
    },
    async close() {
      child.disconnect()
      await gone.catch(() => undefined)
    },
  }
}
