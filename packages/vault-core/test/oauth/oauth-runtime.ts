import type { Connection, ConnectionInput } from '../../src/model/connection.js'
import { parseConnection } from '../../src/model/parse-connection.js'
import { createDiscovery } from '../../src/oauth/discovery.js'
import type { DpopKey } from '../../src/oauth/dpop-key.js'
import { sendRefreshRequest } from '../../src/oauth/refresh-token.js'
import type { TokenEndpointOutcome } from '../../src/oauth/token-response.js'
import { type Clock, type Runtime, runtimeWithDefaults } from '../../src/runtime.js'
import { Secret } from '../../src/secret.js'
import { manualClock } from '../fixtures/manual-clock.js'

/** The real random source, and the network and clock that a test gives. */
export function oauthRuntime(fetch: typeof globalThis.fetch, clock: Clock = manualClock()): Runtime {
  return runtimeWithDefaults({ fetch, clock })
}

/** Fields of a connection to set, or with undefined to leave out. */
export type ConnectionOverrides = { readonly [Field in keyof ConnectionInput]?: ConnectionInput[Field] | undefined }

/** A connection with explicit endpoints: nothing is discovered. */
export function explicitConnection(overrides: ConnectionOverrides = {}): Connection {
  return connectionOf({
    authorizationEndpoint: 'https://provider.example/authorize',
    tokenEndpoint: 'https://provider.example/token',
    revocationEndpoint: 'https://provider.example/revoke',
    ...overrides,
  })
}

export function connectionOf(overrides: ConnectionOverrides): Connection {
  const input = { connectionId: 'drive', clientId: 'client-1', clientSecret: 'canary-client-secret', ...overrides }
  return parseConnection(Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)))
}

export const REFRESH_TOKEN = 'canary-refresh-token'

/** Sends one refresh to what stands behind `fetch`. */
export async function refreshThrough(
  fetch: typeof globalThis.fetch,
  options: {
    readonly connection?: Connection
    readonly signal?: AbortSignal
    readonly clock?: Clock
    readonly maySend?: () => boolean
    readonly dpopKey?: DpopKey
  } = {},
): Promise<TokenEndpointOutcome> {
  const runtime = oauthRuntime(fetch, options.clock)
  return sendRefreshRequest({
    connection: options.connection ?? explicitConnection(),
    refreshToken: new Secret(REFRESH_TOKEN),
    signal: options.signal ?? new AbortController().signal,
    maySend: options.maySend,
    dpopKey: options.dpopKey,
    discovery: createDiscovery({ runtime }),
    runtime,
  })
}
