import type { RequestPurpose } from '../instrumentation.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { measuredFetch } from './measured-fetch.js'

/**
 * What requests for this connection are sent with. Neither who writes connections into the store nor what a server says of itself may send the vault
 * where only it can reach: to hosts that the connection's code does not name, requests go by the `fetch` that reaches public addresses alone. Who shows a
 * certificate does so by a `fetch` of his own.
 */
export function fetchOf(runtime: Runtime, connection: Connection, purpose: RequestPurpose): typeof globalThis.fetch {
  const own = purpose === 'metadata' ? undefined : connection.quirks.hooks?.fetchWithCertificate
  const { fetch: trusting, fetchForStoredConnections: guarded } = runtime
  const fetch: typeof globalThis.fetch =
    trusting === guarded ? trusting : (input, init) => (isNamedInCode(connection, String(input)) ? trusting : guarded)(input, init)
  return measuredFetch(runtime, own ?? fetch, purpose, connection.connectionId)
}

function isNamedInCode({ source, issuer, endpoints, revocation, quirks }: Connection, url: string): boolean {
  if (source !== 'code') return false
  const { refreshRequest, longLivedRequest } = quirks
  const named = [issuer, ...Object.values(endpoints), revocation?.url, refreshRequest?.endpoint, longLivedRequest?.endpoint]
  const { host } = new URL(url)
  return named.some((each) => each !== undefined && new URL(each).host === host)
}
