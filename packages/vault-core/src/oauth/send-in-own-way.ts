import * as oauth from 'oauth4webapi'
import type { Connection } from '../model/connection.js'
import type { ProviderTokenRequest } from '../model/provider-quirks.js'
import type { Secret } from '../secret.js'
import { resourceParameters } from './resource-parameters.js'

/** Sends a token in the way that the provider takes it: another grant type, another parameter, another endpoint. */
export function sendInOwnWay(sending: {
  readonly connection: Connection
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  readonly request: ProviderTokenRequest
  readonly token: Secret
  readonly options: oauth.TokenEndpointRequestOptions
}): Promise<Response> {
  const { connection, server, client, authentication, request, token, options } = sending
  const { endpoint, grantType = 'refresh_token', tokenParameter = 'refresh_token', parameters = {} } = request
  const asked = endpoint === undefined ? server : { ...server, token_endpoint: endpoint }
  const sent = [...Object.entries({ ...parameters, [tokenParameter]: token.reveal() }), ...resourceParameters(connection)]
  return oauth.genericTokenEndpointRequest(asked, client, authentication, grantType, sent, options)
}
