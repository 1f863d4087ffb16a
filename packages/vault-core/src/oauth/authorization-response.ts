import * as oauth from 'oauth4webapi'
import { isVaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { type FlowFacts, responseError, responseInvalid } from './authorization-errors.js'
import { clientOf } from './client-authentication.js'
import type { PendingFlow } from './pending-flow.js'
import { AUTHORIZATION_RESPONSE_PARAMETERS } from './response-parameters.js'
import { openSignedResponse } from './signed-response.js'

/**
 * Checks what the provider sent the browser back with, and returns the parameters that the code exchange takes.
 *
 * @throws {VaultError} `authorization_denied` for `access_denied`; `authorization_response_invalid` for all else; `provider_unavailable` where the keys of
 * a signed one cannot be had.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4 RFC 9207, section 2.4} for `iss`
 */
export async function checkAuthorizationResponse(response: {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly callback: URL
  readonly flow: PendingFlow
  readonly facts: FlowFacts
  readonly runtime: Runtime
}): Promise<URLSearchParams> {
  const { connection, authorizationServer, callback, flow, facts, runtime } = response
  // RFC 9700, section 4.4.2.2: with a redirect URI per connection, an answer at another connection's is a mix-up.
  if (callback.pathname !== new URL(flow.redirectUri).pathname) {
    throw responseInvalid(facts, 'it came to another path than that of the redirect URI', 'redirect_uri_mismatch')
  }
  const parameters = new URLSearchParams(callback.searchParams)
  if (AUTHORIZATION_RESPONSE_PARAMETERS.some((name) => parameters.getAll(name).length > 1))
    throw responseInvalid(facts, 'a parameter came twice', 'repeated_parameter')
  if (connection.responseMode?.endsWith('.jwt')) return withCode(await openSignedResponse({ ...response, parameters }), facts)
  // Where no issuer is configured there is nothing to compare with.
  if (connection.issuer === undefined) parameters.delete('iss')
  try {
    const state = parameters.get('state') ?? oauth.expectNoState
    return withCode(oauth.validateAuthResponse(authorizationServer, clientOf(connection, runtime), parameters, state), facts)
  } catch (error) {
    throw isVaultError(error) ? error : refusal(error, parameters, authorizationServer, facts)
  }
}

function withCode(parameters: URLSearchParams, facts: FlowFacts): URLSearchParams {
  if (parameters.get('code')) return parameters
  throw responseInvalid(facts, 'it has no code', 'code_missing')
}

/** oauth4webapi looks at `iss` before `error`, so an error code comes from the right provider. */
function refusal(error: unknown, parameters: URLSearchParams, { issuer }: oauth.AuthorizationServer, facts: FlowFacts): Error {
  if (error instanceof oauth.AuthorizationResponseError) return responseError(error.error, facts)
  const iss = parameters.get('iss')
  if (!iss && error instanceof oauth.OperationProcessingError && error.message.includes('"iss"')) {
    return responseInvalid(facts, '`iss` is missing, which this provider always sends', 'issuer_missing')
  }
  if (iss && iss !== issuer) return responseInvalid(facts, '`iss` names another provider', 'issuer_mismatch')
  return responseInvalid(facts, 'it is no answer to a request for a code', 'response_type_mismatch')
}
