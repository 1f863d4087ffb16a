import type { Connection, ConnectionInput } from '../model/connection.js'

/** What may be shown of a connection: all but its secrets and its functions. */
export interface ConnectionInfo extends Omit<ConnectionInput, 'clientSecret' | 'privateKey' | 'hooks'> {
  /** Where it stands: in the application's code, which alone can change it, or in the store. */
  readonly source: 'code' | 'store'
  readonly hasClientSecret: boolean
  readonly hasPrivateKey: boolean
  /** ISO 8601. Only for one in the store. */
  readonly createdTime?: string
  /** ISO 8601. Grows with each change. Only for one in the store. */
  readonly lastUpdated?: string
}

/** What is said of a connection. @param times - Of one in the store. */
export function connectionInfo(connection: Connection, times: Pick<ConnectionInfo, 'createdTime' | 'lastUpdated'> = {}): ConnectionInfo {
  const { source, endpoints, clientSecret, privateKey, quirks, ...rest } = connection
  const { hooks: _hooks, ...data } = quirks
  const described = {
    ...data,
    connectionId: rest.connectionId,
    name: rest.name,
    issuer: rest.issuer,
    authorizationEndpoint: endpoints.authorization,
    tokenEndpoint: endpoints.token,
    revocationEndpoint: endpoints.revocation,
    revocation: rest.revocation,
    userinfoEndpoint: endpoints.userinfo,
    jwksUri: endpoints.jwks,
    deviceAuthorizationEndpoint: endpoints.deviceAuthorization,
    pushedAuthorizationRequestEndpoint: endpoints.pushedAuthorizationRequest,
    pushedAuthorizationRequests: rest.pushedAuthorizationRequests,
    clientId: rest.clientId,
    clientAuthentication: rest.clientAuthentication,
    grant: rest.grant,
    dpop: rest.dpop || undefined,
    defaultConnectionProperties: rest.defaultConnectionProperties,
    incrementalConnectionProperties: rest.incrementalConnectionProperties,
    scopeSeparator: rest.scopeSeparator,
    resource: rest.resources.length > 0 ? rest.resources : undefined,
    responseMode: rest.responseMode,
    rotation: rest.rotation,
    defaultLifetimeS: rest.defaultLifetimeS,
    minValidityMs: rest.minValidityMs,
    refreshAhead: rest.refreshAhead,
    maxRefreshesPerSecond: rest.maxRefreshesPerSecond,
    refreshTokenIdleLifetimeS: rest.refreshTokenIdleLifetimeS,
    allowInsecureRequests: rest.allowInsecureRequests,
    tokenRequestContentType: rest.tokenRequestContentType,
    providerTenantId: rest.providerTenantId,
    userIdExpression: rest.userIdExpression,
    tags: rest.tags,
    apiOrigins: rest.api.origins.length > 0 ? rest.api.origins : undefined,
    apiTokenHeader: rest.api.tokenHeader,
    apiAllowPrivateAddresses: rest.api.allowPrivateAddresses || undefined,
  }
  return {
    ...withoutUndefined(described),
    source,
    hasClientSecret: clientSecret !== undefined,
    hasPrivateKey: privateKey !== undefined,
    ...times,
  }
}

type WithoutUndefined<T> = { [Field in keyof T as undefined extends T[Field] ? never : Field]: T[Field] } & {
  [Field in keyof T as undefined extends T[Field] ? Field : never]?: Exclude<T[Field], undefined>
}

function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as WithoutUndefined<T>
}
