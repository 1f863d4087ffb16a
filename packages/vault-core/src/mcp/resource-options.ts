import { endpointUrlProblem } from '../model/endpoint-url.js'
import { CONNECTION_ID } from '../model/parse-connection.js'
import { refuseFields } from '../refuse-fields.js'

export interface ConnectResourceOptions {
  /** The URL of the server, `https://mcp.example.com/mcp`: tokens are for this resource, and `vault.fetch` sends them to its origin alone. */
  readonly resource: string | URL
  /** The header `WWW-Authenticate` with which it answered 401, if it was asked already. Default: its metadata are looked for where RFC 9728 has them. */
  readonly challenge?: string
  /** What the user is shown of the application when he consents. */
  readonly clientName: string
  /** Where browsers may be sent back to; `authorization.start` takes one of these. */
  readonly redirectUris: readonly string[]
  /** Default: one that is made of the resource's URL, and so the same each time. */
  readonly connectionId?: string
  /** A client that was registered by hand, without a secret. Default: the server registers one (RFC 7591). */
  readonly clientId?: string
  /** Where the application publishes its own client metadata: its client id at servers that take such a URL. Others register it. */
  readonly clientMetadataUrl?: string
  /** What is asked for. Default: what the challenge names, else all that the resource knows. */
  readonly scopes?: readonly string[]
  /** Which of its authorization servers, by issuer. Default: the first. */
  readonly authorizationServer?: string
  /** Reach servers on this machine and in private networks, as far as `fetchForStoredConnections` does. Default false. */
  readonly allowPrivateAddresses?: boolean
  /** Look everything up and register anew, though there is such a connection: users then consent again. Default false. */
  readonly again?: boolean
}

export interface ParsedResourceOptions extends Omit<ConnectResourceOptions, 'resource'> {
  readonly resource: URL
}

/** RFC 6749, section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/

/** Whether a text can be the name of a scope. */
export function isScope(text: string): boolean {
  return SCOPE.test(text)
}

/** Checks what `connectResource` was given. @throws {VaultError} `invalid_request`, naming each bad field. */
export function readResourceOptions(options: ConnectResourceOptions): ParsedResourceOptions {
  const { resource, challenge, clientName, redirectUris, connectionId, clientId, clientMetadataUrl, scopes, authorizationServer } =
    options ?? {}
  const fields: Record<string, string> = {}
  const note = (field: string, problem: string | undefined): void => {
    if (problem !== undefined) fields[field] = problem
  }
  note('resource', endpointUrlProblem(String(resource), { allowInsecureRequests: false, queryAllowed: true }))
  note('challenge', textProblem(challenge, 8_192))
  note('clientName', clientName === undefined ? 'is missing: the user is shown it when he consents' : textProblem(clientName, 200))
  const isList = Array.isArray(redirectUris) && redirectUris.length > 0 && redirectUris.length <= 20
  note(
    'redirectUris',
    isList && redirectUris.every((uri) => isUrl(uri, true)) ? undefined : 'must be 1 to 20 absolute https URLs, or http on loopback',
  )
  note(
    'connectionId',
    connectionId === undefined || CONNECTION_ID.test(connectionId) ? undefined : 'must be 1 to 64 letters, digits, `-`, `_`, `.` or `:`',
  )
  note('clientId', clientId === undefined ? undefined : textProblem(clientId, 512))
  note('clientMetadataUrl', clientMetadataUrl === undefined || isUrl(clientMetadataUrl, true) ? undefined : 'must be an https URL')
  if (clientId !== undefined && clientMetadataUrl !== undefined) note('clientMetadataUrl', 'does not go with `clientId`')
  note(
    'scopes',
    scopes === undefined || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string' && isScope(scope)))
      ? undefined
      : 'must be an array of scope names',
  )
  note(
    'authorizationServer',
    authorizationServer === undefined || isUrl(authorizationServer, false) ? undefined : 'must be the https URL of an issuer',
  )
  for (const field of ['allowPrivateAddresses', 'again'] as const)
    if (!['boolean', 'undefined'].includes(typeof options?.[field])) note(field, 'must be true or false')
  refuseFields(fields)
  return { ...options, resource: new URL(resource) }
}

function isUrl(value: unknown, queryAllowed: boolean): boolean {
  return endpointUrlProblem(value, { allowInsecureRequests: false, queryAllowed }) === undefined
}

function textProblem(value: unknown, longest: number): string | undefined {
  if (value === undefined) return undefined
  return typeof value === 'string' && value.length <= longest && /^\P{Cc}+$/u.test(value)
    ? undefined
    : `must be text of at most ${longest} characters`
}
