import { randomToken } from '../crypto/random-token.js'
import { sha256Base64url } from '../crypto/sha256-base64url.js'
import { VaultError } from '../errors.js'
import type { Connection, ConnectionProperties } from '../model/connection.js'
import { mergeConnectionProperties } from '../model/connection-properties.js'
import { Secret } from '../secret.js'
import type { StartAuthorization, StartedAuthorization } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { readStartRequest } from './authorization-request.js'
import { FLOW_TTL_MS, type PendingFlows } from './pending-flow.js'
import { pushAuthorizationRequest } from './push-authorization-request.js'
import { resourceParameters } from './resource-parameters.js'

/** 256 bits, as 43 characters of base64url. */
const RANDOM_BYTES = 32

/** Begins a flow: see `Authorization.start`. */
export async function startAuthorization(
  parts: AuthorizationParts,
  flows: PendingFlows,
  request: StartAuthorization,
): Promise<StartedAuthorization> {
  const { connections, discovery, dpopKeys, runtime } = parts
  const read = await readStartRequest(request, connections)
  const { connectionId, userId, redirectUri, returnTo, connectionProperties, context, accountId, addAccount, replaceAccount } = read
  const connection = await connections.get(connectionId)
  const authorizationServer = await discovery.authorizationServerOf(connection)
  const { authorization_endpoint: endpoint } = authorizationServer
  if (endpoint === undefined) throw noAuthorizationEndpoint(connection)

  const properties = mergeConnectionProperties(connection.defaultConnectionProperties, connectionProperties)
  const [state, codeVerifier, flowBinding] = [random(), random(), random()]
  const nonce = isOpenIdConnect(connection, properties) ? random() : undefined
  const newKey = connection.dpop ? await dpopKeys.generate() : undefined
  const dpopKey = newKey && (await dpopKeys.open(newKey, connectionId))
  const expiresAt = new Date(runtime.clock.now() + FLOW_TTL_MS)
  await flows.keep(state, {
    connectionId,
    userId,
    redirectUri,
    codeVerifier: new Secret(codeVerifier),
    dpopKey: newKey,
    nonce,
    bindingHash: read.boundToBrowser ? sha256Base64url(flowBinding) : undefined,
    requestedScope: properties['scope'],
    returnTo,
    context,
    accountId,
    addAccount,
    replaceAccount,
  })
  const { clientIdParameter = 'client_id' } = connection.quirks
  const parameters = parametersOf(connection, {
    ...properties,
    response_type: 'code',
    [clientIdParameter]: connection.clientId,
    redirect_uri: redirectUri,
    state,
    // RFC 7636, section 4.2: S256, and never plain.
    ...(connection.quirks.pkce !== 'unsupported' && {
      code_challenge: sha256Base64url(codeVerifier),
      code_challenge_method: 'S256',
    }),
    ...(nonce === undefined ? {} : { nonce }),
    // RFC 9449, section 10: the code is good for this key alone.
    ...(dpopKey && { dpop_jkt: await dpopKey.thumbprint() }),
    ...(connection.responseMode !== undefined && { response_mode: connection.responseMode }),
  })
  const isPushed = connection.pushedAuthorizationRequests ?? authorizationServer.require_pushed_authorization_requests === true
  const sent = isPushed
    ? new URLSearchParams({
        [clientIdParameter]: connection.clientId,
        request_uri: await pushAuthorizationRequest({ connection, authorizationServer, parameters, dpopKey, runtime }),
      })
    : parameters
  const authorizationUrl = withParameters(endpoint, sent)
  return { authorizationUrl, state, flowBinding, expiresAt }

  function random(): string {
    return randomToken(runtime.random, RANDOM_BYTES)
  }
}

/** OpenID Connect Core, section 3.1.2.1: the scope says so. Without an issuer there is nobody to check an ID token against. */
function isOpenIdConnect(connection: Connection, properties: ConnectionProperties): boolean {
  return connection.issuer !== undefined && (properties['scope'] ?? '').split(' ').includes('openid')
}

function parametersOf(connection: Connection, parameters: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams([...Object.entries(parameters), ...resourceParameters(connection)])
}

function withParameters(endpoint: string, parameters: URLSearchParams): string {
  const url = new URL(endpoint)
  for (const name of parameters.keys()) url.searchParams.delete(name)
  for (const [name, value] of parameters) url.searchParams.append(name, value)
  return url.href
}

function noAuthorizationEndpoint({ connectionId }: Connection): VaultError {
  return new VaultError(
    'invalid_configuration',
    `Connection "${connectionId}" has no authorization endpoint: its issuer's metadata name none. Configure \`authorizationEndpoint\`.`,
    {
      connectionId,
      fields: { authorizationEndpoint: 'is missing' },
    },
  )
}
