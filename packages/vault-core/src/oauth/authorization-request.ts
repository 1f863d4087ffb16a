import { VaultError } from '../errors.js'
import type { ConnectionProperties } from '../model/connection.js'
import { readConnectionProperties } from '../model/connection-properties.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import { endpointUrlProblem } from '../model/endpoint-url.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import type { CompleteAuthorization, StartAuthorization, StartDeviceAuthorization } from './authorization-flow.js'
import { AUTHORIZATION_RESPONSE_PARAMETERS } from './response-parameters.js'

export interface ReadStart {
  readonly connectionId: string
  readonly userId: string | undefined
  readonly redirectUri: string
  readonly connectionProperties: ConnectionProperties
  readonly returnTo: string | undefined
  readonly context: string | undefined
  readonly boundToBrowser: boolean
  readonly accountId: string | undefined
  readonly addAccount: boolean
  readonly replaceAccount: boolean
}

const MAX_RETURN_TO_LENGTH = 4096
const MAX_CONTEXT_LENGTH = 8000

/** Checks what `start` was given. @throws {VaultError} `invalid_request`, naming each bad field; `connection_not_found`. */
export async function readStartRequest(request: StartAuthorization, connections: ConnectionRegistry): Promise<ReadStart> {
  const { connectionId, userId, redirectUri, returnTo, context, boundToBrowser = true } = request
  const { accountId, addAccount = false, replaceAccount = false } = request
  const { allowInsecureRequests, grant } = await connections.get(connectionId)
  const fields = new Map<string, string | undefined>()
  fields.set('connectionId', grant && 'has a grant of its own: there is nothing that a user could consent to')
  fields.set('userId', userId === undefined ? withoutUserProblem(context) : storeKeyProblem(userId))
  fields.set('redirectUri', redirectUriProblem(redirectUri, allowInsecureRequests))
  fields.set('returnTo', textProblem(returnTo, MAX_RETURN_TO_LENGTH))
  fields.set('context', textProblem(context, MAX_CONTEXT_LENGTH))
  fields.set(
    'boundToBrowser',
    boundToBrowser === false && !isPlainLoopback(redirectUri) ? 'must be true, unless `redirectUri` is http on loopback' : undefined,
  )
  for (const [field, problem] of choiceProblems(request)) fields.set(field, problem)
  const properties = readConnectionProperties(request.connectionProperties, 'connectionProperties')
  if (!properties.ok) for (const [field, problem] of properties.problems) fields.set(field, problem)
  refuse('start', fields)
  return {
    connectionId,
    userId,
    redirectUri,
    returnTo,
    connectionProperties: properties.ok ? properties.properties : {},
    context,
    boundToBrowser: boundToBrowser !== false,
    accountId,
    addAccount: addAccount === true,
    replaceAccount: replaceAccount === true,
  }
}

/** What is wrong with the account that is meant: at most one thing may be said of it. */
function choiceProblems({
  accountId,
  addAccount,
  replaceAccount,
}: Pick<StartAuthorization, 'accountId' | 'addAccount' | 'replaceAccount'>): readonly (readonly [string, string | undefined])[] {
  const choices = [accountId !== undefined && 'accountId', addAccount && 'addAccount', replaceAccount && 'replaceAccount'].filter(
    (name) => name,
  )
  return [
    ['accountId', accountId === undefined ? undefined : storeKeyProblem(accountId)],
    ...(choices.length > 1 ? ([[String(choices[1]), `does not go with \`${choices[0]}\``]] as const) : []),
  ]
}

export type ReadDeviceStart = Pick<ReadStart, 'connectionId' | 'connectionProperties' | 'accountId' | 'addAccount' | 'replaceAccount'> & {
  readonly userId: string
}

/** Checks what `startDevice` was given. @throws {VaultError} `invalid_request`, naming each bad field; `connection_not_found`. */
export async function readDeviceStartRequest(request: StartDeviceAuthorization, connections: ConnectionRegistry): Promise<ReadDeviceStart> {
  const { connectionId, userId, accountId, addAccount = false, replaceAccount = false } = request ?? {}
  const { grant } = await connections.get(connectionId)
  const fields = new Map<string, string | undefined>()
  fields.set('connectionId', grant && 'has a grant of its own: there is nothing that a user could consent to')
  fields.set('userId', storeKeyProblem(userId))
  for (const [field, problem] of choiceProblems({ ...request })) fields.set(field, problem)
  const properties = readConnectionProperties(request.connectionProperties, 'connectionProperties')
  if (!properties.ok) for (const [field, problem] of properties.problems) fields.set(field, problem)
  refuse('startDevice', fields)
  return {
    connectionId,
    userId,
    connectionProperties: properties.ok ? properties.properties : {},
    accountId,
    addAccount: addAccount === true,
    replaceAccount: replaceAccount === true,
  }
}

/** Reads the callback's URL. @throws {VaultError} `invalid_request`. */
export function readCallbackUrl({ callbackUrl }: CompleteAuthorization): URL {
  const readable = typeof callbackUrl === 'string' && callbackUrl.length <= 65_536 && URL.canParse(callbackUrl)
  refuse(
    'complete',
    new Map([['callbackUrl', readable ? undefined : 'must be the whole URL that the provider sent the browser to, with scheme and host']]),
  )
  return new URL(callbackUrl)
}

function redirectUriProblem(redirectUri: unknown, allowInsecureRequests: boolean): string | undefined {
  const problem = endpointUrlProblem(redirectUri, { allowInsecureRequests, queryAllowed: true })
  if (problem !== undefined || typeof redirectUri !== 'string') return problem
  const { searchParams } = new URL(redirectUri)
  return AUTHORIZATION_RESPONSE_PARAMETERS.some((name) => searchParams.has(name))
    ? 'has a query parameter that belongs to the provider, such as `code` or `state`'
    : undefined
}

function textProblem(text: unknown, maxLength: number): string | undefined {
  if (text === undefined) return undefined
  return typeof text === 'string' && text.length <= maxLength && text.isWellFormed()
    ? undefined
    : `must be a string of at most ${maxLength} characters`
}

/** A flow of nobody that nobody marked as a sign-in is a mistake. */
function withoutUserProblem(context: unknown): string | undefined {
  return context === undefined ? 'must be given, or `context` for a sign-in' : undefined
}

function isPlainLoopback(redirectUri: unknown): boolean {
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return false
  const { protocol, hostname } = new URL(redirectUri)
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

function refuse(call: string, fields: ReadonlyMap<string, string | undefined>): void {
  const problems = [...fields].filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (problems.length === 0) return
  const list = problems.map(([field, problem]) => `\`${field}\` ${problem}`).join('; ')
  throw new VaultError('invalid_request', `The call of \`authorization.${call}\` is wrong: ${list}.`, {
    fields: Object.fromEntries(problems),
  })
}
