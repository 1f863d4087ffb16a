import * as oauth from 'oauth4webapi'
import { VaultError } from '../errors.js'
import type { Connection } from '../model/connection.js'
import { mergeConnectionProperties } from '../model/connection-properties.js'
import { endpointUrlProblem } from '../model/endpoint-url.js'
import type { JsonObject } from '../model/provider-hooks.js'
import type { Runtime } from '../runtime.js'
import { Secret } from '../secret.js'
import type { StartDeviceAuthorization, StartedDeviceAuthorization } from './authorization-flow.js'
import type { AuthorizationParts } from './authorization-parts.js'
import { readDeviceStartRequest } from './authorization-request.js'
import type { PendingDeviceFlows } from './pending-device-flow.js'
import { noUse, requestJson } from './request-json.js'
import { resourceParameters } from './resource-parameters.js'

/** RFC 8628, section 3.2: where the provider names none. */
const DEFAULT_INTERVAL_S = 5
const LONGEST_INTERVAL_S = 300
/** No user takes longer, and a provider that says so is not believed. */
const LONGEST_LIFETIME_S = 86_400

/** Begins a flow for another device: see `Authorization.startDevice`. */
export async function startDeviceAuthorization(
  parts: AuthorizationParts,
  flows: PendingDeviceFlows,
  request: StartDeviceAuthorization,
): Promise<StartedDeviceAuthorization> {
  const { connections, discovery, dpopKeys, runtime } = parts
  const { connectionId, userId, connectionProperties, accountId, addAccount, replaceAccount } = await readDeviceStartRequest(
    request,
    connections,
  )
  const connection = await connections.get(connectionId)
  const authorizationServer = await discovery.authorizationServerOf(connection)
  if (authorizationServer.device_authorization_endpoint === undefined) throw noEndpoint(connectionId)
  const { scope } = mergeConnectionProperties(connection.defaultConnectionProperties, connectionProperties)
  const startedAtMs = runtime.clock.now()
  const { deviceCode, lifetimeS, intervalS, ...shown } = readAnswer(
    connection,
    await requestDeviceCode(connection, authorizationServer, runtime, { ...connectionProperties, ...(scope !== undefined && { scope }) }),
  )
  const expiresAtMs = startedAtMs + lifetimeS * 1000
  const intervalMs = intervalS * 1000
  const handle = await flows.keep({
    ...{ connectionId, userId, deviceCode, accountId, addAccount, replaceAccount, expiresAtMs, intervalMs },
    dpopKey: connection.dpop ? await dpopKeys.generate() : undefined,
    requestedScope: scope,
  })
  return { ...shown, expiresAt: new Date(expiresAtMs), intervalMs, handle }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.1 RFC 8628, section 3.1} */
function requestDeviceCode(
  connection: Connection,
  server: oauth.AuthorizationServer,
  runtime: Runtime,
  properties: Readonly<Record<string, string>>,
): Promise<JsonObject> {
  const parameters = new URLSearchParams([...Object.entries(properties), ...resourceParameters(connection)])
  return requestJson(WHAT, {
    ...{ connection, runtime, dpopKey: undefined },
    send: (client, authentication, options) => oauth.deviceAuthorizationRequest(server, client, authentication, parameters, options),
  })
}

const WHAT = 'device authorization request'

interface DeviceCodeAnswer extends Pick<StartedDeviceAuthorization, 'userCode' | 'verificationUri' | 'verificationUriComplete'> {
  readonly deviceCode: Secret
  readonly lifetimeS: number
  readonly intervalS: number
}

/** Some call the address `verification_url`, as a draft did. */
function readAnswer({ connectionId, allowInsecureRequests }: Connection, body: JsonObject): DeviceCodeAnswer {
  const { device_code: deviceCode, user_code: userCode, verification_url: ofDraft, verification_uri: verificationUri = ofDraft } = body
  const isAddress = (url: unknown): url is string =>
    typeof url === 'string' && endpointUrlProblem(url, { allowInsecureRequests, queryAllowed: true }) === undefined
  if (typeof deviceCode !== 'string' || deviceCode.trim() === '') throw noUse(connectionId, WHAT, 'it sent no device_code')
  if (typeof userCode !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(userCode)) throw noUse(connectionId, WHAT, 'it sent no user_code')
  if (!isAddress(verificationUri)) throw noUse(connectionId, WHAT, 'it sent no verification_uri')
  const lifetimeS = seconds(body.expires_in, LONGEST_LIFETIME_S)
  if (lifetimeS === undefined) throw noUse(connectionId, WHAT, 'it sent no expires_in')
  const complete = body.verification_uri_complete
  return {
    deviceCode: new Secret(deviceCode),
    userCode,
    verificationUri,
    verificationUriComplete: isAddress(complete) ? complete : undefined,
    lifetimeS,
    intervalS: seconds(body.interval, LONGEST_INTERVAL_S) ?? DEFAULT_INTERVAL_S,
  }
}

function seconds(value: unknown, longest: number): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && number > 0 ? Math.min(number, longest) : undefined
}

function noEndpoint(connectionId: string): VaultError {
  return new VaultError(
    'invalid_configuration',
    `Connection "${connectionId}" has no device authorization endpoint: its issuer's metadata name none. Configure \`deviceAuthorizationEndpoint\`, if the provider has one.`,
    { connectionId, fields: { deviceAuthorizationEndpoint: 'is missing' } },
  )
}
