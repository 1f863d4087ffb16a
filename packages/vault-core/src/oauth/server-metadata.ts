import * as oauth from 'oauth4webapi'
import { VaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import { endpointUrlProblem } from '../model/endpoint-url.js'
import { isPrivateApiHost } from '../model/read-connection-api.js'
import type { Runtime } from '../runtime.js'
import { boundedFetch } from './bounded-fetch.js'
import { withDeadline } from './deadline.js'
import { fetchOf } from './fetch-of.js'
import { failureCode } from './network-failure.js'
import { parseRetryAfter } from './retry-after.js'

/** How long one fetch of metadata may take, milliseconds. */
const FETCH_DEADLINE_MS = 10_000

/**
 * Fetches the metadata of a connection's issuer: OpenID Connect Discovery first, RFC 8414 where there are none, and last, for an issuer that has a path,
 * OpenID Connect metadata where RFC 8414 would have them. Returns undefined when the server publishes none.
 *
 * @throws {VaultError} `provider_unavailable`; `invalid_configuration` when the metadata name another issuer.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414, section 3, and section 5 for the last}
 */
export async function fetchServerMetadata(
  connection: Connection,
  issuer: string,
  runtime: Runtime,
): Promise<oauth.AuthorizationServer | undefined> {
  return withDeadline(runtime.clock, FETCH_DEADLINE_MS, async (signal) => {
    let unusable: VaultError | undefined
    for (const place of new URL(issuer).pathname === '/' ? PLACES.slice(0, 2) : PLACES) {
      const response = await requestMetadata(connection, issuer, runtime, place, signal)
      const { status } = response
      // Many a server of pages answers with one of them whatever it does not know: the metadata may be in the next place.
      if (status === 200 && isPage(response)) unusable = unavailable(connection, NO_DOCUMENT)
      else if (status === 200) return readMetadata(connection, issuer, response)
      else if (!isAbsent(status)) {
        const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), runtime.clock.now())
        throw unavailable(connection, `it answered with status ${status}`, retryAfterMs)
      }
    }
    if (unusable) throw unusable
    return undefined
  })
}

/** Where they are looked for, in this order. Without a path of the issuer the last is the first. */
const PLACES = ['oidc', 'oauth2', 'oidc below the origin'] as const

async function requestMetadata(
  connection: Connection,
  issuer: string,
  runtime: Runtime,
  place: (typeof PLACES)[number],
  signal: AbortSignal,
): Promise<Response> {
  try {
    const send = boundedFetch(fetchOf(runtime, connection, 'metadata'), signal)
    return await oauth.discoveryRequest(new URL(issuer), {
      algorithm: place === 'oidc' ? 'oidc' : 'oauth2',
      // An http issuer was allowed, or refused, when the connection was read.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]:
        place === 'oidc below the origin'
          ? (url, init) => send(url.replace('/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'), init)
          : send,
    })
  } catch (error) {
    if (signal.aborted) throw unavailable(connection, `it did not answer within ${FETCH_DEADLINE_MS / 1000} s`)
    throw unavailable(connection, failureCode(error) ?? 'the request failed')
  }
}

/** Servers answer a path that they do not know with several codes; these others speak of load or time. */
function isAbsent(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}

/** Whether it is something for people to look at, whatever its status says. */
export function isPage({ headers }: Response): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '')
}

const NO_DOCUMENT = 'they are no valid metadata document'

async function readMetadata(connection: Connection, issuer: string, response: Response): Promise<oauth.AuthorizationServer> {
  let metadata: oauth.AuthorizationServer
  try {
    metadata = await oauth.processDiscoveryResponse(new URL(issuer), response)
  } catch (error) {
    if (codeOf(error) === oauth.JSON_ATTRIBUTE_COMPARISON) throw otherIssuer(connection, false)
    throw unavailable(connection, NO_DOCUMENT)
  }
  // RFC 8414, section 3.3: identical, which oauth4webapi judges after parsing both as URLs.
  if (metadata.issuer !== issuer) throw otherIssuer(connection, true)
  const stated = (Object.keys(ENDPOINTS) as (keyof typeof ENDPOINTS)[]).filter(
    (name) => connection.endpoints[ENDPOINTS[name]] === undefined,
  )
  for (const endpoint of stated) checkEndpoint(connection, issuer, endpoint, metadata[endpoint])
  const { mtls_endpoint_aliases: aliases } = metadata
  if (aliases !== undefined && (typeof aliases !== 'object' || aliases === null))
    throw unavailable(connection, 'mtls_endpoint_aliases is no object')
  for (const endpoint of ALIASED) checkEndpoint(connection, issuer, endpoint, aliases?.[endpoint])
  return metadata
}

/** What is taken from the metadata, where the connection does not say otherwise. */
const ENDPOINTS = {
  authorization_endpoint: 'authorization',
  token_endpoint: 'token',
  revocation_endpoint: 'revocation',
  userinfo_endpoint: 'userinfo',
  jwks_uri: 'jwks',
  pushed_authorization_request_endpoint: 'pushedAuthorizationRequest',
  device_authorization_endpoint: 'deviceAuthorization',
} as const
/** What a client with a certificate may be sent to in place of them. @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-5 RFC 8705, section 5} */
const ALIASED = ['token_endpoint', 'revocation_endpoint', 'pushed_authorization_request_endpoint', 'device_authorization_endpoint'] as const

function checkEndpoint(connection: Connection, issuer: string, name: string, value: unknown): void {
  if (value === undefined) return
  const { allowInsecureRequests } = connection
  const problem = endpointUrlProblem(value, { allowInsecureRequests, queryAllowed: true })
  if (problem) throw unavailable(connection, `${name} ${problem}`)
  // Metadata of an https server must not lead to plain http, not even on this machine.
  if (issuer.startsWith('https:') && String(value).toLowerCase().startsWith('http:') && !allowInsecureRequests)
    throw unavailable(connection, `${name} must use https`)
  // What the issuer is not must not be reached by its word.
  if (isPrivateHost(String(value)) && !isPrivateHost(issuer)) throw unavailable(connection, `${name} is at a private address`)
}

/** As far as it can be seen: what a name resolves to is seen where the request is sent. */
function isPrivateHost(url: string): boolean {
  return isPrivateApiHost(new URL(url).hostname)
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

function unavailable({ connectionId }: Connection, why: string, retryAfterMs?: number): VaultError {
  return new VaultError(
    'provider_unavailable',
    `The metadata of the issuer of connection "${connectionId}" cannot be used: ${why}. Try again, or configure the endpoints.`,
    {
      connectionId,
      reason: 'discovery_failed',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  )
}

function otherIssuer({ connectionId }: Connection, nearly: boolean): VaultError {
  const fields = {
    issuer: nearly ? 'differs from the metadata in its spelling, such as a slash at the end' : 'is not the one that the metadata name',
  }
  return new VaultError(
    'invalid_configuration',
    `Connection "${connectionId}" cannot be used: its \`issuer\` ${fields.issuer}. Write it exactly as the provider does.`,
    {
      connectionId,
      reason: 'issuer_mismatch',
      fields,
    },
  )
}
