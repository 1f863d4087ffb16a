import * as oauth from 'oauth4webapi'
import { isVaultError } from '../errors.js'
import type { RequestPurpose } from '../instrumentation.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { clientAuthenticationOf, clientOf, formEncode } from './client-authentication.js'
import { untilAborted } from './deadline.js'
import { fetchOf } from './fetch-of.js'
import { failureCode, wasSurelyNotSent } from './network-failure.js'
import { discardBody } from './read-body.js'
import { readTokenAnswer } from './read-token-answer.js'
import type { TokenEndpointOutcome } from './token-response.js'

export interface TokenRequest {
  readonly connection: Connection
  readonly runtime: Runtime
  readonly signal: AbortSignal
  /** Default `token`. */
  readonly purpose?: RequestPurpose
  /** Asked directly before the request leaves, when all else is ready. False: it does not leave, and the outcome says so. */
  readonly maySend?: (() => boolean) | undefined
  /** Makes the message and sends it with oauth4webapi, with exactly these options. */
  readonly send: (client: oauth.Client, authentication: oauth.ClientAuth, options: oauth.TokenEndpointRequestOptions) => Promise<Response>
}

/**
 * Sends one request to a token endpoint and tells how it ended. Does not throw for anything that the network or the
 * provider can do, never repeats, never follows a redirect, and gives up when the signal aborts.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749, section 3.2}
 */
export async function sendTokenRequest({
  connection,
  runtime,
  signal,
  purpose = 'token',
  maySend,
  send,
}: TokenRequest): Promise<TokenEndpointOutcome> {
  let reachedFetch = false
  let heldBack = false
  let sentSecrets: readonly string[] = []
  const watchedFetch = (url: string, init: oauth.CustomFetchOptions<'POST', URLSearchParams>): Promise<Response> => {
    heldBack = signal.aborted || maySend?.() === false
    if (heldBack) return Promise.reject(signal.reason)
    reachedFetch = true
    sentSecrets = secretsIn(init, connection)
    return untilAborted(startFetch(fetchOf(runtime, connection, purpose), url, encode(init, connection)), signal, discardBody)
  }

  try {
    const authentication = await clientAuthenticationOf(connection, runtime)
    const response = await send(clientOf(connection, runtime), authentication, {
      [oauth.customFetch]: watchedFetch,
      // Which URLs may be http was decided when the connection and the server's metadata were read.
      [oauth.allowInsecureRequests]: true,
      signal,
    })
    return await readTokenAnswer(response, { signal, nowMs: runtime.clock.now(), sentSecrets })
  } catch (error) {
    if (heldBack) return { kind: 'no_answer', notSent: true, reason: 'aborted', cause: undefined }
    if (!reachedFetch) return { kind: 'no_answer', notSent: true, reason: 'configuration', cause: isVaultError(error) ? error : undefined }
    if (signal.aborted) return { kind: 'no_answer', notSent: false, reason: 'aborted', cause: undefined }
    return { kind: 'no_answer', notSent: wasSurelyNotSent(error), reason: 'network', cause: failureCode(error) }
  }
}

/** The message as the provider wants it. JSON is in no RFC, and all that some providers take. */
function encode(init: oauth.CustomFetchOptions<'POST', URLSearchParams>, { tokenRequestContentType }: Connection): RequestInit {
  if (tokenRequestContentType !== 'application/json') return init
  return {
    ...init,
    headers: { ...init.headers, 'content-type': tokenRequestContentType },
    body: JSON.stringify(Object.fromEntries(init.body)),
  }
}

/** An injected `fetch` may throw at once instead of rejecting. */
async function startFetch(fetch: Runtime['fetch'], url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init)
}

const SECRET_PARAMETERS = ['refresh_token', 'code', 'code_verifier', 'client_assertion', 'token']

/** What was sent and may not be repeated, should the answer quote it: as it is, and as it was encoded. */
function secretsIn({ body, headers }: oauth.CustomFetchOptions<'POST', URLSearchParams>, { clientSecret }: Connection): readonly string[] {
  const sent = SECRET_PARAMETERS.map((name) => body.get(name) ?? '')
  if (clientSecret) sent.push(clientSecret.reveal())
  return [...sent, ...sent.map(formEncode), headers.authorization?.replace(/^Basic /, '') ?? '']
}
