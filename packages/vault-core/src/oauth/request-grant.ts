import * as oauth from 'oauth4webapi'
import { randomToken } from '../crypto/random-token.js'
import { signJwt } from '../crypto/sign-jwt.js'
import type { Connection } from '../model/connection.js'
import type { ConnectionGrant, JwtBearerGrant } from '../model/connection-grant.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import { signingKeyOf } from './client-authentication.js'
import { resourceParameters } from './resource-parameters.js'

/** How long an assertion is good for, seconds: a request takes less. Google takes at most an hour. */
const ASSERTION_LIFETIME_S = 300

/**
 * Asks for an access token by the connection's own grant.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749, section 4.4}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.1 RFC 7523, section 2.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693, section 2.1}
 */
export async function requestGrant(asking: {
  readonly grant: ConnectionGrant
  readonly connection: Connection
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  readonly runtime: Runtime
  /** The token that is given in exchange, where one is. */
  readonly subjectToken: Secret | undefined
  readonly options: oauth.TokenEndpointRequestOptions
}): Promise<Response> {
  const { grant, connection, server, client, authentication, runtime, subjectToken, options } = asking
  if (grant.type === 'client_credentials') {
    const parameters = [
      ...Object.entries({ ...grant.parameters, ...(grant.scope !== undefined && { scope: grant.scope }) }),
      ...resourceParameters(connection),
    ]
    return oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, options)
  }
  if (grant.type === 'token_exchange' && subjectToken) {
    const parameters = [
      ...Object.entries({
        ...grant.parameters,
        subject_token: subjectToken.reveal(),
        subject_token_type: ACCESS_TOKEN_TYPE,
        ...(grant.requestedTokenType !== undefined && { requested_token_type: grant.requestedTokenType }),
        ...(grant.audience !== undefined && { audience: grant.audience }),
        ...(grant.scope !== undefined && { scope: grant.scope }),
      }),
      ...resourceParameters(connection),
    ]
    return oauth.genericTokenEndpointRequest(server, client, authentication, TOKEN_EXCHANGE, parameters, options)
  }
  if (grant.type !== 'jwt_bearer') throw new TypeError('Nothing is asked for such a grant.')
  const parameters = [
    ...Object.entries({
      ...grant.parameters,
      ...(grant.scope !== undefined && !grant.scopeInAssertion && { scope: grant.scope }),
      assertion: await assertionOf(grant, connection, server, runtime),
    }),
    ...resourceParameters(connection),
  ]
  return oauth.genericTokenEndpointRequest(server, client, authentication, JWT_BEARER, parameters, options)
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

async function assertionOf(
  { issuer, subject, audience, scope, scopeInAssertion }: JwtBearerGrant,
  connection: Connection,
  server: oauth.AuthorizationServer,
  runtime: Runtime,
): Promise<string> {
  const { key, kid } = await signingKeyOf(connection)
  const nowS = Math.floor(runtime.clock.now() / 1000)
  const iss = issuer ?? connection.clientId
  return signJwt(
    key,
    { typ: 'JWT', ...(kid !== undefined && { kid }) },
    {
      iss,
      sub: subject ?? iss,
      aud: audience ?? server.token_endpoint,
      iat: nowS,
      exp: nowS + ASSERTION_LIFETIME_S,
      jti: randomToken(runtime.random, 32),
      ...(scopeInAssertion && scope !== undefined && { scope }),
    },
  )
}
