import { Secret } from '../secret.js'
import type { Connection, ConnectionInput, RotationProfile } from './connection.js'
import { connectionApi } from './read-connection-api.js'

/**
 * The connection that an input means which was found good: defaults filled in, secrets wrapped, frozen.
 *
 * @param read - What was read by a parser of its own.
 */
export function buildConnection(
  input: ConnectionInput,
  read: Pick<
    Connection,
    | 'source'
    | 'quirks'
    | 'grant'
    | 'clientAuthentication'
    | 'revocation'
    | 'defaultConnectionProperties'
    | 'incrementalConnectionProperties'
  >,
): Connection {
  return Object.freeze({
    ...read,
    connectionId: input.connectionId,
    name: input.name ?? input.connectionId,
    issuer: input.issuer,
    endpoints: Object.freeze({
      authorization: input.authorizationEndpoint,
      token: input.tokenEndpoint,
      revocation: input.revocationEndpoint,
      userinfo: input.userinfoEndpoint,
      jwks: input.jwksUri,
      pushedAuthorizationRequest: input.pushedAuthorizationRequestEndpoint,
      deviceAuthorization: input.deviceAuthorizationEndpoint,
    }),
    clientId: input.clientId,
    clientSecret: input.clientSecret === undefined ? undefined : new Secret(input.clientSecret),
    privateKey: input.privateKey === undefined ? undefined : new Secret(input.privateKey),
    pushedAuthorizationRequests:
      input.pushedAuthorizationRequests ?? (input.pushedAuthorizationRequestEndpoint === undefined ? undefined : true),
    dpop: input.dpop ?? false,
    scopeSeparator: input.scopeSeparator ?? ' ',
    resources: Object.freeze([input.resource ?? []].flat()),
    responseMode: input.responseMode,
    rotation: Object.freeze<RotationProfile>(input.rotation ? { ...input.rotation } : { kind: read.grant ? 'none' : 'strict' }),
    defaultLifetimeS: input.defaultLifetimeS,
    minValidityMs: input.minValidityMs,
    refreshAhead: input.refreshAhead,
    maxRefreshesPerSecond: input.maxRefreshesPerSecond,
    refreshTokenIdleLifetimeS: input.refreshTokenIdleLifetimeS,
    allowInsecureRequests: input.allowInsecureRequests ?? false,
    tokenRequestContentType: input.tokenRequestContentType ?? 'application/x-www-form-urlencoded',
    providerTenantId: input.providerTenantId,
    userIdExpression: input.userIdExpression,
    tags: input.tags && Object.freeze({ ...input.tags }),
    api: connectionApi(input),
  })
}
