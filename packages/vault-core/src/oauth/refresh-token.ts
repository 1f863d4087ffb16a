import * as oauth from 'oauth4webapi'
import { isVaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import type { Discovery } from './discovery.js'
import type { DpopKey } from './dpop-key.js'
import { requestGrant } from './request-grant.js'
import { resourceParameters } from './resource-parameters.js'
import { sendInOwnWay } from './send-in-own-way.js'
import { sendTokenRequest } from './token-endpoint.js'
import type { TokenEndpointOutcome } from './token-response.js'

export interface RefreshRequest {
  readonly connection: Connection
  readonly refreshToken: Secret
  /** The key that the grant's tokens are bound to. */
  readonly dpopKey?: DpopKey | undefined
  /** Where the connection exchanges tokens: gets the one that is given. What it throws ends the refresh before anything is sent. */
  readonly subjectToken?: (() => Promise<Secret>) | undefined
  /** Ends the request: not the caller's patience, but the request's own cap. */
  readonly signal: AbortSignal
  /** Asked directly before the request leaves, after discovery and signing: is the lease still held? False: nothing is sent. */
  readonly maySend?: (() => boolean) | undefined
  readonly discovery: Discovery
  readonly runtime: Runtime
}

/**
 * Sends one refresh request, and tells how it ended without judging the tokens: they are to be stored first, and checked
 * then. When discovery fails nothing was sent, and the outcome says so.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749, section 6}
 */
export async function sendRefreshRequest({
  connection,
  refreshToken,
  dpopKey,
  subjectToken: getSubjectToken,
  signal,
  maySend,
  discovery,
  runtime,
}: RefreshRequest): Promise<TokenEndpointOutcome> {
  let server: oauth.AuthorizationServer
  try {
    server = await discovery.authorizationServerOf(connection, 'token_endpoint')
  } catch (error) {
    return { kind: 'no_answer', notSent: true, reason: 'discovery', cause: isVaultError(error) ? error : undefined }
  }
  let subjectToken: Secret | undefined
  try {
    subjectToken = await getSubjectToken?.()
  } catch (error) {
    return { kind: 'no_answer', notSent: true, reason: 'subject_token', cause: isVaultError(error) ? error : undefined }
  }
  const { refreshRequest } = connection.quirks
  const outcome = await sendTokenRequest({
    connection,
    runtime,
    signal,
    answers: 'refresh',
    dpopKey,
    maySend,
    method: refreshRequest?.method,
    clientAuthentication: refreshRequest?.clientAuthentication,
    send: (client, authentication, options) =>
      connection.grant
        ? requestGrant({ grant: connection.grant, connection, server, client, authentication, runtime, subjectToken, options })
        : refreshRequest
          ? sendInOwnWay({ connection, server, client, authentication, request: refreshRequest, token: refreshToken, options })
          : oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken.reveal(), {
              ...options,
              additionalParameters: resourceParameters(connection),
            }),
  })
  // The grant is what is asked with again: what comes beside the access token, as RFC 8693 allows, is no use.
  if (!connection.grant || outcome.kind !== 'answered') return outcome
  return { ...outcome, response: { ...outcome.response, refreshToken: undefined } }
}
