import * as oauth from 'oauth4webapi'
import { VaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { DpopKey } from './dpop-key.js'
import { noUse, requestJson } from './request-json.js'

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
  const { request_uri: requestUri } = await requestJson('authorization request', {
    ...{ connection, runtime, dpopKey },
    send: (client, authentication, options) =>
      oauth.pushedAuthorizationRequest(authorizationServer, client, authentication, parameters, options),
  })
  if (typeof requestUri === 'string' && REQUEST_URI.test(requestUri)) return requestUri
  throw noUse(connectionId, 'authorization request', 'it sent no request_uri')
}

/** An absolute URI, mostly `urn:ietf:params:oauth:request_uri:…`. */
const REQUEST_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]{1,2000}$/

function noEndpoint(connectionId: string): VaultError {
  return new VaultError(
    'invalid_configuration',
    `Connection "${connectionId}" is to push its authorization requests, and its issuer's metadata name no endpoint for them. Configure \`pushedAuthorizationRequestEndpoint\`.`,
    { connectionId, fields: { pushedAuthorizationRequestEndpoint: 'is missing' } },
  )
}
