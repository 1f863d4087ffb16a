import { Credentials } from '../credentials/credentials.js'
import { VaultError } from '../errors.js'
import type { ApiTokenHeader, Connection } from '../model/connection.js'
import { failureCode } from '../oauth/network-failure.js'
import { discardBody } from '../oauth/read-body.js'
import type { Runtime } from '../runtime.js'
import { addressNotPublic, apiFetchOf, isApiOrigin, mayFollowTo } from './api-destination.js'
import type { ApiRequest } from './api-request.js'
import { redirectedRequest, redirectTarget } from './redirects.js'
import { repeats } from './without-echo.js'

/** One of the places to which a request leads. */
export interface Leg {
  readonly request: ApiRequest
  /** Whether it is sent the token. */
  readonly isOfToken: boolean
  /** How many redirects came before. */
  readonly redirects: number
}

export interface ApiAnswer {
  readonly response: Response
  /** Where the answer came from: what came before is done with, and is not to be sent again. */
  readonly leg: Leg
}

const MAX_REDIRECTS = 5

/**
 * Sends a request with the token, and follows redirects. Outside the API's origins the token stays behind, also for the rest of the way should that lead
 * back, and a body is not sent.
 */
export async function sendToApi(parts: {
  readonly connection: Connection
  readonly leg: Leg
  readonly credentials: Credentials
  readonly runtime: Runtime
}): Promise<ApiAnswer> {
  const { connection, credentials, runtime } = parts
  let { isOfToken } = parts.leg
  let request = withoutHeader(parts.leg.request, tokenHeaderOf(connection.api).name)
  for (let { redirects } = parts.leg; ; redirects++) {
    const response = isOfToken ? await sendWithToken(parts, request) : await sendOnce(runtime, connection, request)
    const target = request.redirect === 'follow' ? redirectTarget(response, request.url) : undefined
    if (!target) return { response: redirects === 0 ? response : markRedirected(response), leg: { request, isOfToken, redirects } }
    discardBody(response)
    if (redirects === MAX_REDIRECTS) throw refused(connection, 'redirects more than five times')
    const isApi = isApiOrigin(connection.api, target)
    if (!isApi && !mayFollowTo(connection, target)) throw refused(connection, 'redirects to a place that is not public, or not by https')
    if (repeats(target.href, credentials.accessToken)) throw refused(connection, 'redirects to a URL with the token in it')
    const next = redirectedRequest(request, target, response.status)
    if (next.body !== null && !next.isReplayable)
      throw refused(connection, 'redirects, and the body is a stream, which cannot be sent again')
    if (next.body !== null && !isApi) throw refused(connection, 'wants the body to be sent on to an origin that is none of `apiOrigins`')
    isOfToken &&= isApi
    request = next
  }
}

/** An API that wants another nonce in the proof says so once: the request was refused for that alone, and goes again. */
async function sendWithToken(parts: Parameters<typeof sendToApi>[0], request: ApiRequest): Promise<Response> {
  const { connection, credentials, runtime } = parts
  const response = await sendOnce(runtime, connection, await withToken(request, connection, credentials))
  Credentials.noteDpopNonce(credentials, request.url.href, response.headers)
  if (!request.isReplayable || !wantsNonce(response, credentials)) return response
  discardBody(response)
  const second = await sendOnce(runtime, connection, await withToken(request, connection, credentials))
  Credentials.noteDpopNonce(credentials, request.url.href, second.headers)
  return second
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-9 RFC 9449, section 9} */
function wantsNonce({ status, headers }: Response, { tokenType }: Credentials): boolean {
  if (tokenType !== 'DPoP' || status !== 401 || !headers.has('dpop-nonce')) return false
  return /\berror\s*=\s*"?use_dpop_nonce\b/i.test(headers.get('www-authenticate') ?? '')
}

/** What the caller wrote in the token's place is sent to nobody. */
function withoutHeader(request: ApiRequest, name: string): ApiRequest {
  const headers = new Headers(request.headers)
  headers.delete(name)
  return { ...request, headers }
}

async function sendOnce(runtime: Runtime, connection: Connection, request: ApiRequest): Promise<Response> {
  const { url, method, headers, body, isReplayable, redirect, signal, rest } = request
  const init: RequestInit & { duplex?: 'half' } = { ...rest, method, headers, body: body ?? null }
  if (!isReplayable) init.duplex = 'half'
  if (signal) init.signal = signal
  init.redirect = redirect === 'follow' ? 'manual' : redirect
  try {
    return await apiFetchOf(runtime, connection, request)(url.href, init)
  } catch (error) {
    if (failureCode(error)?.includes('ERR_ADDRESS_NOT_PUBLIC')) throw addressNotPublic(connection, url)
    throw error
  }
}

async function withToken(request: ApiRequest, { api }: Connection, credentials: Credentials): Promise<ApiRequest> {
  const { tokenType, accessToken } = credentials
  // A credential stays bound whatever becomes of its connection: its token goes where bound tokens do.
  const { name, prefix } = tokenHeaderOf(tokenType === 'DPoP' ? NO_HEADER : api, tokenType)
  const headers = new Headers(request.headers)
  headers.set(name, prefix === undefined ? accessToken : `${prefix} ${accessToken}`)
  if (tokenType === 'DPoP') headers.set('dpop', await credentials.dpopProof(request))
  return { ...request, headers }
}

const NO_HEADER = { tokenHeader: undefined }

function tokenHeaderOf({ tokenHeader }: Pick<Connection['api'], 'tokenHeader'>, tokenType = 'Bearer'): ApiTokenHeader {
  if (!tokenHeader) return { name: 'authorization', prefix: tokenType }
  const isAuthorization = tokenHeader.name.toLowerCase() === 'authorization'
  return isAuthorization ? { prefix: tokenType, ...tokenHeader } : tokenHeader
}

/** As the platform's own `fetch` says of an answer that it was redirected to. */
function markRedirected(response: Response): Response {
  return Object.defineProperty(response, 'redirected', { value: true, configurable: true })
}

function refused({ connectionId }: Connection, what: string): VaultError {
  return new VaultError('invalid_request', `The API of connection "${connectionId}" ${what}: that is not followed. Ask at the new place.`, {
    connectionId,
    reason: 'redirect_refused',
  })
}
