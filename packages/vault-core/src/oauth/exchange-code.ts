import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { ProviderTokenRequest } from '../model/provider-quirks.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { exchangeFailed, type FlowFacts } from './authorization-errors.js'
import { withDeadline } from './deadline.js'
import type { DpopKey } from './dpop-key.js'
import type { PendingFlow } from './pending-flow.js'
import { resourceParameters } from './resource-parameters.js'
import { sendInOwnWay } from './send-in-own-way.js'
import { sendTokenRequest } from './token-endpoint.js'
import type { TokenResponse } from './token-response.js'

/** How long the exchange may take, milliseconds. A browser waits for it. */
const EXCHANGE_DEADLINE_MS = 30_000

/**
 * Exchanges the code for tokens, once: a code is good for one use, and showing it again revokes what it gave.
 *
 * @throws {VaultError} `authorization_response_invalid`, `provider_rejected_client`, `provider_unavailable`, `invalid_configuration`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749, section 4.1.3}
 */
export async function exchangeCode(exchange: {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  /** From `validateAuthResponse`. */
  readonly parameters: URLSearchParams
  readonly flow: PendingFlow
  readonly dpopKey: DpopKey | undefined
  readonly facts: FlowFacts
  readonly runtime: Runtime
}): Promise<{ readonly tokens: TokenResponse; readonly requestStartedAtMs: number }> {
  const { connection, authorizationServer, parameters, flow, dpopKey, facts, runtime } = exchange
  const requestStartedAtMs = runtime.clock.now()
  const outcome = await withDeadline(runtime.clock, EXCHANGE_DEADLINE_MS, (signal) =>
    sendTokenRequest({
      connection,
      runtime,
      signal,
      answers: 'code',
      callback: parameters,
      dpopKey,
      send: (client, authentication, options) =>
        oauth.authorizationCodeGrantRequest(
          authorizationServer,
          client,
          authentication,
          parameters,
          flow.redirectUri,
          connection.quirks.pkce === 'unsupported' ? oauth.nopkce : flow.codeVerifier.reveal(),
          { ...options, additionalParameters: resourceParameters(connection) },
        ),
    }),
  )
  if (outcome.kind !== 'answered') throw exchangeFailed(facts, outcome)
  const { longLivedRequest } = connection.quirks
  if (!longLivedRequest || !outcome.response.accessToken) return { tokens: outcome.response, requestStartedAtMs }
  return exchangeForLongLived(exchange, outcome.response, outcome.response.accessToken, longLivedRequest)
}

/** What the code brought names the account; what the second request brings is kept. */
async function exchangeForLongLived(
  { connection, authorizationServer, facts, runtime, parameters, dpopKey }: Parameters<typeof exchangeCode>[0],
  first: TokenResponse,
  accessToken: Secret,
  request: ProviderTokenRequest,
): Promise<{ readonly tokens: TokenResponse; readonly requestStartedAtMs: number }> {
  const requestStartedAtMs = runtime.clock.now()
  const outcome = await withDeadline(runtime.clock, EXCHANGE_DEADLINE_MS, (signal) =>
    sendTokenRequest({
      connection,
      runtime,
      signal,
      answers: 'refresh',
      callback: parameters,
      dpopKey,
      method: request.method,
      clientAuthentication: request.clientAuthentication,
      send: (client, authentication, options) =>
        sendInOwnWay({ connection, server: authorizationServer, client, authentication, request, token: accessToken, options }),
    }),
  )
  if (outcome.kind !== 'answered') throw exchangeFailed(facts, outcome)
  const { account, idToken, scope, properties } = first
  const { response } = outcome
  return {
    requestStartedAtMs,
    tokens: {
      ...response,
      properties: { ...properties, ...response.properties },
      account: response.account ?? account,
      idToken: response.idToken ?? idToken,
      scope: response.scope ?? scope,
    },
  }
}
