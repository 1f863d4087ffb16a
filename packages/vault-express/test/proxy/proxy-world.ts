import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionInput } from '@holdfast/vault-core'
import type { ProxiedConnection, ProxyOptions } from '@holdfast/vault-http'
import { vaultRouter } from '../../src/index.js'
import { type AppWorld, type AppWorldOptions, appWorld } from '../fixtures/app-world.js'
import { bearerOf } from '../fixtures/bearer.js'

/** An application whose router proxies to a server on loopback that does as the test says, and Alice, who has connected. */
export interface ProxyWorld extends AppWorld {
  readonly api: { readonly origin: string }
  /** The bearer token of a client that may call APIs for everybody. */
  readonly token: string
  /** The bearer token of a new client that has this role on this resource. */
  clientWith(role?: string, resourceUri?: string): Promise<string>
  /** Sends a request through the proxy, for Alice. */
  call(path: string, init?: RequestInit & { readonly duplex?: 'half' }): Promise<Response>
}

export const CREDENTIALS_OF_ALL = 'Vault:Connections/*/Users/*/Credentials'
const EVERY_METHOD: ProxiedConnection = { methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] }

export async function proxyWorld(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  options: {
    readonly proxied?: Partial<ProxiedConnection>
    readonly connection?: (apiOrigin: string) => Partial<ConnectionInput>
    readonly router?: Partial<Parameters<typeof vaultRouter>[0]>
    readonly before?: NonNullable<AppWorldOptions['build']>
  } & Omit<AppWorldOptions, 'connection' | 'build'> = {},
): Promise<ProxyWorld> {
  const { proxied, connection, router, before, ...rest } = options
  const server = createServer(listener)
  const origin = await listen(server)
  const proxy: ProxyOptions = { connections: { demo: { ...EVERY_METHOD, ...proxied } } }
  const world = await appWorld({
    ...rest,
    connection: () => ({ apiOrigins: [origin], ...connection?.(origin) }),
    build: (app, parts) => {
      before?.(app, parts)
      app.use(vaultRouter({ ...parts, proxy, ...router }))
    },
  })
  await world.connect('alice')

  async function clientWith(role?: string, resourceUri: string = CREDENTIALS_OF_ALL): Promise<string> {
    const { clientId } = await world.vault.serviceClients.create({ name: 'caller' })
    const { accessKey } = await world.vault.serviceClients.createAccessKey(clientId)
    if (role !== undefined) {
      const statements = [{ roles: [role], resources: [{ resourceUri }] }]
      await world.vault.accessRecords.create({ name: 'caller', users: [{ userId: clientId }], statements })
    }
    return bearerOf(accessKey, world.origin)
  }
  const token = await clientWith('Vault:ApiCaller')

  return {
    ...world,
    api: { origin },
    token,
    clientWith,
    call: (path, init = {}) => {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', token)
      return fetch(`${world.origin}/v1/connections/demo/users/alice/proxy${path}`, { redirect: 'manual', ...init, headers })
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await world.close()
    },
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export interface Recorded {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** Notes what comes in, and answers. */
export function recorder(
  answer: (request: IncomingMessage, response: ServerResponse, text: string) => void = (_request, response) => response.end('fine'),
): { readonly seen: Recorded[]; readonly listener: (request: IncomingMessage, response: ServerResponse) => void } {
  const seen: Recorded[] = []
  const record = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = ''
    for await (const chunk of request.setEncoding('latin1')) text += chunk
    seen.push({ method: request.method, url: request.url, headers: request.headers, text })
    answer(request, response, text)
  }
  return { seen, listener: (request, response) => void record(request, response) }
}
