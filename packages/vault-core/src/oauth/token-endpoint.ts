import * as oauth from 'oauth4webapi'
import { isVaultError } from '../errors.js'
import type { RequestPurpose } from '../instrumentation.js'
import type { ClientAuthenticationMethod, Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { clientAuthenticationOf, clientOf, formEncode } from './client-authentication.js'
import { untilAborted } from './deadline.js'
import type { DpopKey } from './dpop-key.js'
import { fetchOf } from './fetch-of.js'
import { failureCode, wasSurelyNotSent } from './network-failure.js'
import type { AnsweredRequest } from './provider-answer.js'
import { asProviderRequest, type TokenRequestInit } from './provider-request.js'
import { discardBody } from './read-body.js'
import { readTokenAnswer } from './read-token-answer.js'
import type { TokenEndpointOutcome } from './token-response.js'

export interface TokenRequest {
  readonly connection: Connection
  readonly runtime: Runtime
  readonly signal: AbortSignal
  /** Default `token`. */
  readonly purpose?: RequestPurpose
  /** Which request it is, for what maps the answer. */
  readonly answers: AnsweredRequest
  /** What the provider sent the browser back with. */
  readonly callback?: URLSearchParams | undefined
  /** Default POST. */
  readonly method?: 'POST' | 'GET' | undefined
  /** Default: the connection's. */
  readonly clientAuthentication?: ClientAuthenticationMethod | undefined
  /** The key that the tokens are, or are to be, bound to. */
  readonly dpopKey?: DpopKey | undefined
  /** Asked directly before the request leaves, when all else is ready. False: it does not leave, and the outcome says so. */
  readonly maySend?: (() => boolean) | undefined
  /** Makes the message and sends it with oauth4webapi, with exactly these options. */
  readonly send: (client: oauth.Client, authentication: oauth.ClientAuth, options: oauth.TokenEndpointRequestOptions) => Promise<Response>
}

/**
 * Sends one request to a token endpoint and tells how it ended. Does not throw for anything that the network or the
 * provider can do, never repeats what may have been processed, never follows a redirect, and gives up when the signal aborts.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749, section 3.2}
 */
export async function sendTokenRequest(request: TokenRequest): Promise<TokenEndpointOutcome> {
  const outcome = await sendOnce(request)
  // RFC 9449, section 8: refused for its nonce alone, before anything was done. The answer brought the one to use.
  const isForNonce = request.dpopKey !== undefined && outcome.kind === 'refused' && outcome.error === 'use_dpop_nonce'
  return isForNonce ? sendOnce(request) : outcome
}

async function sendOnce({
  connection,
  runtime,
  signal,
  purpose = 'token',
  answers,
  callback,
  method,
  clientAuthentication,
  dpopKey,
  maySend,
  send,
}: TokenRequest): Promise<TokenEndpointOutcome> {
  let reachedFetch = false
  let heldBack = false
  let sentSecrets: readonly string[] = []
  const watchedFetch = async (url: string, init: TokenRequestInit): Promise<Response> => {
    heldBack = signal.aborted || maySend?.() === false
    if (heldBack) throw signal.reason
    reachedFetch = true
    sentSecrets = secretsIn(init, connection)
    const message = asProviderRequest(url, init, connection, method)
    const response = await untilAborted(startFetch(fetchOf(runtime, connection, purpose), message.url, message.init), signal, discardBody)
    dpopKey?.noteNonce('token_endpoint', url, response.headers)
    return response
  }

  try {
    const authentication = await clientAuthenticationOf(connection, runtime, clientAuthentication)
    const response = await send(clientOf(connection, runtime), authentication, {
      [oauth.customFetch]: watchedFetch,
      // Which URLs may be http was decided when the connection and the server's metadata were read.
      [oauth.allowInsecureRequests]: true,
      ...(dpopKey && { DPoP: dpopKey.handle }),
      signal,
    })
    const nowMs = runtime.clock.now()
    const tokenType = dpopKey ? 'DPoP' : 'Bearer'
    return await readTokenAnswer(response, { signal, nowMs, sentSecrets, connection, answers, callback, tokenType })
  } catch (error) {
    if (heldBack) return { kind: 'no_answer', notSent: true, reason: 'aborted', cause: undefined }
    if (!reachedFetch) return { kind: 'no_answer', notSent: true, reason: 'configuration', cause: isVaultError(error) ? error : undefined }
    if (signal.aborted) return { kind: 'no_answer', notSent: false, reason: 'aborted', cause: undefined }
    return { kind: 'no_answer', notSent: wasSurelyNotSent(error), reason: 'network', cause: failureCode(error) }
  }
}

/** An injected `fetch` may throw at once instead of rejecting. */
async function startFetch(fetch: Runtime['fetch'], url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init)
}

const SECRET_PARAMETERS = [
  'refresh_token',
  'code',
  'code_verifier',
  'client_assertion',
  'client_secret',
  'token',
  'subject_token',
  'assertion',
  'device_code',
]

/** What was sent and may not be repeated, should the answer quote it: as it is, and as it was encoded. */
function secretsIn({ body, headers }: TokenRequestInit, { clientSecret, quirks }: Connection): readonly string[] {
  const { refreshRequest, longLivedRequest } = quirks
  const names = [...SECRET_PARAMETERS, refreshRequest?.tokenParameter, longLivedRequest?.tokenParameter]
  const sent = names.map((name) => (name && body.get(name)) ?? '')
  if (clientSecret) sent.push(clientSecret.reveal())
  return [...sent, ...sent.map(formEncode), headers.authorization?.replace(/^Basic /, '') ?? '']
}
