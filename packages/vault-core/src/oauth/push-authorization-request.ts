import * as oauth from 'oauth4webapi'
import { VaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { withDeadline } from './deadline.js'
import type { DpopKey } from './dpop-key.js'
import { parseJsonObject } from './parse-json-object.js'
import { readBody } from './read-body.js'
import { sendTokenRequest } from './token-endpoint.js'
import type { TokenEndpointOutcome } from './token-response.js'

/** How long it may take, milliseconds. A browser waits for it. */
const PUSH_DEADLINE_MS = 15_000

/**
 * Sends the parameters of an authorization request to the provider, which shows the application's own authentication, and returns the reference
 * (`request_uri`) that goes with the browser in their place.
 *
 * @throws {VaultError} `provider_rejected_client`, `provider_unavailable`, `invalid_configuration` without an endpoint.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9126#section-2 RFC 9126, section 2}
 */
export async function pushAuthorizationRequest(request: {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly parameters: URLSearchParams
  readonly dpopKey: DpopKey | undefined
  readonly runtime: Runtime
}): Promise<string> {
  const { connection, authorizationServer, parameters, dpopKey, runtime } = request
  const { connectionId } = connection
  if (authorizationServer.pushed_authorization_request_endpoint === undefined) throw noEndpoint(connectionId)
  return withDeadline(runtime.clock, PUSH_DEADLINE_MS, async (signal) => {
    let answer: Response | undefined
    const outcome = await sendTokenRequest({
      connection,
      runtime,
      signal,
      purpose: 'authorization',
      answers: 'authorization_request',
      dpopKey,
      send: async (client, authentication, options) => {
        const response = await oauth.pushedAuthorizationRequest(authorizationServer, client, authentication, parameters, options)
        answer = response.clone()
        return response
      },
    })
    if (outcome.kind !== 'answered' || !answer) throw pushFailed(connectionId, outcome)
    const body = await readBody(answer, signal)
    const requestUri = body.kind === 'complete' ? parseJsonObject(body.text)?.request_uri : undefined
    if (typeof requestUri !== 'string' || !REQUEST_URI.test(requestUri))
      throw unavailable(connectionId, 'it sent no request_uri', undefined)
    return requestUri
  })
}

/** An absolute URI, mostly `urn:ietf:params:oauth:request_uri:…`. */
const REQUEST_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]{1,2000}$/

function pushFailed(connectionId: string, outcome: TokenEndpointOutcome): VaultError {
  if (outcome.kind === 'refused' && outcome.status < 500 && outcome.status !== 429)
    return new VaultError(
      'provider_rejected_client',
      `The provider of connection "${connectionId}" refuses the authorization request (${outcome.error}). Mend the connection: its client, its redirect URI as the provider knows it, or the scopes that are asked for.`,
      { connectionId, reason: outcome.error },
    )
  if (outcome.kind === 'no_answer') {
    if (outcome.cause instanceof VaultError) return outcome.cause
    return unavailable(connectionId, typeof outcome.cause === 'string' ? outcome.cause : outcome.reason, undefined)
  }
  if (outcome.kind === 'answered') return unavailable(connectionId, 'it sent no request_uri', undefined)
  return unavailable(connectionId, outcome.kind === 'refused' ? outcome.error : `http_${outcome.status}`, outcome.retryAfterMs)
}

function unavailable(connectionId: string, reason: string, retryAfterMs: number | undefined): VaultError {
  return new VaultError(
    'provider_unavailable',
    `The provider of connection "${connectionId}" did not take the authorization request (${reason}). Begin again a little later.`,
    { connectionId, reason, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  )
}

function noEndpoint(connectionId: string): VaultError {
  return new VaultError(
    'invalid_configuration',
    `Connection "${connectionId}" is to push its authorization requests, and its issuer's metadata name no endpoint for them. Configure \`pushedAuthorizationRequestEndpoint\`.`,
    { connectionId, fields: { pushedAuthorizationRequestEndpoint: 'is missing' } },
  )
}
