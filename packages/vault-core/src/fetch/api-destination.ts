import { VaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import { isLoopbackHost } from '../model/endpoint-url.js'
import { isPrivateApiHost } from '../model/read-connection-api.js'
import { measuredFetch } from '../oauth/measured-fetch.js'
import type { Runtime } from '../runtime.js'
import type { ApiRequest } from './api-request.js'

/** Lets a request go on that is for a declared origin of the connection's API. @throws {VaultError} `invalid_request`, `invalid_configuration`. */
export function assertApiOrigin({ connectionId, api }: Connection, url: URL): void {
  if (api.origins.length === 0) {
    const message = `Connection "${connectionId}" names no \`apiOrigins\`. Add the origins that its users’ tokens may be sent to.`
    throw new VaultError('invalid_configuration', message, { connectionId, reason: 'no_api_origin' })
  }
  if (isApiOrigin(api, url)) return
  throw new VaultError(
    'invalid_request',
    `${url.origin} is none of the \`apiOrigins\` of connection "${connectionId}": no token is sent there. Correct the URL, or add the origin.`,
    { connectionId, reason: 'origin_not_declared', fields: { input: 'must be at an API origin of the connection' } },
  )
}

export function isApiOrigin({ origins }: Connection['api'], url: URL): boolean {
  return origins.includes(url.origin)
}

/**
 * Whether a redirect may be followed to a place that is none of the API's: by https, and to no private address that can be seen. One that cannot, a
 * name that resolves to it, is refused where the connection is made.
 */
export function mayFollowTo({ allowInsecureRequests, api }: Connection, url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && (allowInsecureRequests || isLoopbackHost(url.hostname)))
  return isSecure && (api.allowPrivateAddresses || !isPrivateApiHost(url.hostname))
}

/** What reaches this place: private addresses only as far as the connection's code has a word for them. */
export function apiFetchOf(
  runtime: Runtime,
  { connectionId, source, api, quirks }: Connection,
  { url, isRedirected }: Pick<ApiRequest, 'url' | 'isRedirected'>,
): typeof globalThis.fetch {
  const isOwnMachine = isApiOrigin(api, url) && isLoopbackHost(url.hostname)
  const isTrusted = source === 'code' && (api.allowPrivateAddresses || isOwnMachine)
  const withCertificate = isApiOrigin(api, url) ? quirks.hooks?.fetchWithCertificate : undefined
  const fetch = withCertificate ?? (isTrusted ? runtime.fetch : runtime.fetchForStoredConnections)
  return measuredFetch(runtime, fetch, 'api', connectionId, !isRedirected)
}

/** The error in place of one of a `fetch` that reaches public addresses alone. */
export function addressNotPublic({ connectionId }: Connection, { origin }: URL): VaultError {
  return new VaultError(
    'invalid_request',
    `${origin} is at no public address, and was not asked. If the API of connection "${connectionId}" is inside your network, set \`apiAllowPrivateAddresses\`.`,
    { connectionId, reason: 'address_not_public' },
  )
}
