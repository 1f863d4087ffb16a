import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { authorizationDenied, type FlowFacts, responseInvalid } from './authorization-errors.js'
import { clientOf } from './client-authentication.js'
import { readErrorCode } from './error-code.js'
import type { PendingFlow } from './pending-flow.js'
import { AUTHORIZATION_RESPONSE_PARAMETERS } from './response-parameters.js'

/**
 * Checks what the provider sent the browser back with, and returns the parameters that the code exchange takes.
 *
 * @throws {VaultError} `authorization_denied` for `access_denied`; `authorization_response_invalid` for all else.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4 RFC 9207, section 2.4} for `iss`
 */
export function checkAuthorizationResponse(response: {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly callback: URL
  readonly flow: PendingFlow
  readonly facts: FlowFacts
  readonly runtime: Runtime
}): URLSearchParams {
  const { connection, authorizationServer, callback, flow, facts, runtime } = response
  // RFC 9700, section 4.4.2.2: with a redirect URI per connection, an answer at another connection's is a mix-up.
  if (callback.pathname !== new URL(flow.redirectUri).pathname) {
    throw responseInvalid(facts, 'it came to another path than that of the redirect URI', 'redirect_uri_mismatch')
  }
  const parameters = new URLSearchParams(callback.searchParams)
  if (AUTHORIZATION_RESPONSE_PARAMETERS.some((name) => parameters.getAll(name).length > 1))
    throw responseInvalid(facts, 'a parameter came twice', 'repeated_parameter')
  // Where no issuer is configured there is nothing to compare with.
  if (connection.issuer === undefined) parameters.delete('iss')
  try {
    const checked = oauth.validateAuthResponse(
      authorizationServer,
      clientOf(connection, runtime),
      parameters,
      parameters.get('state') ?? oauth.expectNoState,
    )
    if (checked.get('code')) return checked
  } catch (error) {
    throw refusal(error, parameters, authorizationServer, facts)
  }
  throw responseInvalid(facts, 'it has no code', 'code_missing')
}

/** oauth4webapi looks at `iss` before `error`, so an error code comes from the right provider. */
function refusal(error: unknown, parameters: URLSearchParams, { issuer }: oauth.AuthorizationServer, facts: FlowFacts): Error {
  if (error instanceof oauth.AuthorizationResponseError) {
    const code = readErrorCode(parameters.get('error'))
    return code === 'access_denied'
      ? authorizationDenied(facts)
      : responseInvalid(facts, `the provider answered with an error (${code})`, code)
  }
  const iss = parameters.get('iss')
  if (!iss && error instanceof oauth.OperationProcessingError && error.message.includes('"iss"')) {
    return responseInvalid(facts, '`iss` is missing, which this provider always sends', 'issuer_missing')
  }
  if (iss && iss !== issuer) return responseInvalid(facts, '`iss` names another provider', 'issuer_mismatch')
  return responseInvalid(facts, 'it is no answer to a request for a code', 'response_type_mismatch')
}
