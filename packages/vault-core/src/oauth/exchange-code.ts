import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { exchangeFailed, type FlowFacts } from './authorization-errors.js'
import { withDeadline } from './deadline.js'
import type { PendingFlow } from './pending-flow.js'
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
  readonly facts: FlowFacts
  readonly runtime: Runtime
}): Promise<{ readonly tokens: TokenResponse; readonly requestStartedAtMs: number }> {
  const { connection, authorizationServer, parameters, flow, facts, runtime } = exchange
  const requestStartedAtMs = runtime.clock.now()
  const outcome = await withDeadline(runtime.clock, EXCHANGE_DEADLINE_MS, (signal) =>
    sendTokenRequest({
      connection,
      runtime,
      signal,
      send: (client, authentication, options) =>
        oauth.authorizationCodeGrantRequest(
          authorizationServer,
          client,
          authentication,
          parameters,
          flow.redirectUri,
          flow.codeVerifier.reveal(),
          options,
        ),
    }),
  )
  if (outcome.kind !== 'answered') throw exchangeFailed(facts, outcome)
  return { tokens: outcome.response, requestStartedAtMs }
}
