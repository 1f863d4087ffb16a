import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import Provider, { type Configuration } from 'oidc-provider'
import { type DemoClient, providerConfiguration } from './configuration.ts'
import { followGrants } from './follow-grants.ts'
import { interactions } from './interactions.ts'
import { resourceApi } from './resource-api.ts'
import { logTokenRequests, type TokenRequestRecord } from './token-request-log.ts'

export interface DemoProviderOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Seconds. Default 60. */
  readonly accessTokenTtlS?: number
  readonly clientId?: string
  readonly clientSecret?: string
  /** The one way in which it lets the client in. Default `client_secret_basic`. */
  readonly clientAuthentication?: DemoClient['clientAuthentication']
  /** Tokens bound to a key, if the client shows one. `nonce`: each proof needs one of the server's. Default `off`. */
  readonly dpop?: DemoClient['dpop']
  /** On loopback any port is accepted. Default: `/connect/demo/callback` on 127.0.0.1 and localhost. */
  readonly redirectUris?: readonly string[]
  /** Makes another server of it than the example's: other clients, other features. For tests. */
  readonly configure?: (configuration: Configuration) => Configuration
  /** Is given the server before it answers anything: to listen to it, or to add a grant. */
  readonly extend?: (provider: Provider) => void
  /** What tokens may be asked for by `resource`. Default: nothing. */
  readonly resources?: readonly string[]
}

export interface DemoProvider {
  readonly issuer: string
  /** Ends in a slash: `new URL('files', apiUrl)`. */
  readonly apiUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** What the token endpoint answered, oldest first. */
  readonly tokenRequests: readonly TokenRequestRecord[]
  /** For tokens issued from now on. */
  setAccessTokenTtl(seconds: number): void
  /** Holds each token request back for so long before it is processed. */
  delayTokenRequests(ms: number): void
  /** Holds each answer of the token endpoint back for so long after it was processed: by then, the tokens have rotated. */
  delayTokenResponses(ms: number): void
  /** Whether the grant that this refresh token came from still stands. A rotated token still tells, until its reuse ends the grant. */
  isGrantAlive(refreshToken: string): Promise<boolean>
  /** Ends all grants of a person, as he could do on the provider's own pages. */
  revokeGrantsOf(login: string): Promise<void>
  /** Cuts all connections off, also those that a delay holds back. May be called twice. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/** Starts a real authorization server on loopback, and the API that takes its tokens. Grants live in memory: they end with it. */
export async function startDemoProvider(options: DemoProviderOptions = {}): Promise<DemoProvider> {
  let accessTokenTtlS = options.accessTokenTtlS ?? 60
  let requestDelayMs = 0
  let responseDelayMs = 0
  const closing = new AbortController()
  const {
    clientId = 'holdfast-example',
    clientSecret = 'demo-secret-that-is-no-secret',
    clientAuthentication = 'client_secret_basic',
  } = options
  const redirectUris = options.redirectUris ?? [`http://${HOST}/connect/demo/callback`, 'http://localhost/connect/demo/callback']

  const server = createServer()
  server.listen(options.port ?? 0, HOST)
  await once(server, 'listening')
  const issuer = `http://${HOST}:${portOf(server.address())}`

  const configuration = providerConfiguration(
    { clientId, clientSecret, clientAuthentication, redirectUris, resources: options.resources ?? [], dpop: options.dpop ?? 'off' },
    () => accessTokenTtlS,
  )
  const provider = new Provider(issuer, options.configure?.(configuration) ?? configuration)
  options.extend?.(provider)
  const tokenRequests = logTokenRequests(provider)
  const grants = followGrants(provider)
  // A delay ends early at close, so that it does not keep the process alive.
  const held = async (ms: number): Promise<void> => {
    if (ms > 0) await delay(ms, undefined, { signal: closing.signal }).catch(() => undefined)
  }
  provider.use(async (ctx, next) => {
    if (ctx.path !== '/token') return next()
    await held(requestDelayMs)
    await next()
    await held(responseDelayMs)
  })
  provider.use(interactions(provider, grants))
  provider.use(resourceApi(provider))
  server.on('request', provider.callback())

  return {
    issuer,
    apiUrl: `${issuer}/api/`,
    clientId,
    clientSecret,
    tokenRequests,
    setAccessTokenTtl: (seconds) => {
      accessTokenTtlS = seconds
    },
    delayTokenRequests: (ms) => {
      requestDelayMs = ms
    },
    delayTokenResponses: (ms) => {
      responseDelayMs = ms
    },
    isGrantAlive: (refreshToken) => grants.isAlive(refreshToken),
    revokeGrantsOf: (login) => grants.revokeAll(login),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        closing.abort()
      }),
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port.')
  return address.port
}
