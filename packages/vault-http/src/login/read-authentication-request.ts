import { randomToken, readConnectionProperties, VaultError } from '@holdfast/vault-core'
import type { Application, AuthenticationRequest } from '@holdfast/vault-login'
import type { AuthenticationRequestBody } from './authentication-request-body.js'
import type { LoginSettings } from './login-settings.js'

/** 256 bits. */
const REQUEST_ID_BYTES = 32

/** The application that asks. @throws {VaultError} `invalid_request` for one that is not registered, or not with this redirect URL. */
export function findApplication(
  { login: { applications } }: LoginSettings,
  { applicationId, redirectUrl }: Pick<AuthenticationRequestBody, 'applicationId' | 'redirectUrl'>,
): Application {
  const application = applications.find(applicationId)
  if (!application) throw bad('applicationId', 'is not registered: add it to the `applications` of `createLogin`')
  if (!applications.allowsRedirect(application, redirectUrl))
    throw bad('redirectUrl', 'is not registered: add it to the `redirectUrls` of the application')
  return application
}

/**
 * What was asked for, with its defaults and an id of its own.
 *
 * @throws {VaultError} `invalid_request`, naming the bad field: connection properties may not name what the protocol itself needs.
 */
export function readAuthenticationRequest(
  { runtime }: LoginSettings,
  body: AuthenticationRequestBody,
  { connectionId, linkTo }: Pick<AuthenticationRequest, 'connectionId' | 'linkTo'>,
): AuthenticationRequest {
  const { applicationId, redirectUrl, codeChallenge, connectionProperties, multiAccount = false, responseLocation = 'cookie' } = body
  const flowType = body.flowType ?? ['token', 'id_token']
  if (flowType.includes('code') && codeChallenge === undefined) throw bad('codeChallenge', 'must be there when a code is asked for')
  if (linkTo !== undefined && connectionId === undefined) throw bad('connectionId', 'must be there when an account is to be linked')
  const properties = readConnectionProperties(connectionProperties, 'connectionProperties')
  if (!properties.ok) for (const [field, problem] of properties.problems) throw bad(field, problem)
  return {
    requestId: randomToken(runtime.random, REQUEST_ID_BYTES),
    applicationId,
    redirectUrl,
    codeChallenge,
    connectionId,
    connectionProperties,
    responseLocation,
    flowType,
    multiAccount,
    linkTo,
    createdAtMs: runtime.clock.now(),
  }
}

function bad(field: string, problem: string): VaultError {
  return new VaultError('invalid_request', `${field} ${problem}.`, { fields: { [field]: problem } })
}
