import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { type FlowFacts, keysUnavailable, responseError, responseInvalid } from './authorization-errors.js'
import { boundedFetch } from './bounded-fetch.js'
import { clientOf } from './client-authentication.js'
import { withDeadline } from './deadline.js'
import { fetchOf } from './fetch-of.js'
import { authorizationResponseState } from './response-parameters.js'

/** How long fetching the server's keys may take, milliseconds. */
const KEYS_DEADLINE_MS = 10_000

/**
 * The parameters of an authorization response that the provider has signed: the JWT has to be its own, for this application, of this flow, and not too
 * old. One that is not signed is refused.
 *
 * @throws {VaultError} `authorization_denied`, `authorization_response_invalid`; `provider_unavailable` where the provider's keys cannot be had.
 * @see {@link https://openid.net/specs/oauth-v2-jarm.html JARM, section 2.4}
 */
export async function openSignedResponse(response: {
  readonly connection: Connection
  readonly authorizationServer: oauth.AuthorizationServer
  readonly callback: URL
  readonly parameters: URLSearchParams
  readonly facts: FlowFacts
  readonly runtime: Runtime
}): Promise<URLSearchParams> {
  const { connection, authorizationServer, callback, parameters, facts, runtime } = response
  if (!parameters.get('response')) throw responseInvalid(facts, 'it is not signed, as it has to be', 'not_signed')
  let keysFailed = false
  try {
    return await withDeadline(runtime.clock, KEYS_DEADLINE_MS, (signal) => {
      const fetchKeys = boundedFetch(fetchOf(runtime, connection, 'metadata'), signal)
      // The flow was found by this state, which no other flow has.
      const state = authorizationResponseState(callback)
      return oauth.validateJwtAuthResponse(authorizationServer, clientOf(connection, runtime), parameters, state, {
        // Which URLs may be http was decided when the metadata were read.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async (url, { headers }) => {
          keysFailed = true
          const keys = await fetchKeys(url, { headers })
          keysFailed = keys.status !== 200
          return keys
        },
      })
    })
  } catch (error) {
    if (keysFailed) throw keysUnavailable(facts)
    if (error instanceof oauth.AuthorizationResponseError) throw responseError(error.error, facts)
    throw responseInvalid(facts, 'its signature, or what is signed, is not right', 'signature_invalid')
  }
}
