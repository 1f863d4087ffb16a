import { closedObject, createFieldProblems, textOf } from '../documents/field-problems.js'
import { readTexts } from './read-texts.js'

/**
 * How a connection has a credential of its own, which no user consented to: `vault.getCredentials({ connectionId })`, without a user.
 *
 * - `client_credentials`: the application itself (RFC 6749, section 4.4).
 * - `jwt_bearer`: an assertion signed with `privateKey`, by which service accounts are known (RFC 7523, section 2.1). `clientId` is its issuer.
 * - `api_key`: `clientSecret` is the key, which does not end. A user's own key comes by `vault.importCredential`.
 * - `basic`: `clientId` and `clientSecret`, as in HTTP Basic (RFC 7617).
 * - `token_exchange`: of a user, for the token that he has on another connection (RFC 8693): `vault.getCredentials({ connectionId, userId })`.
 */
export type ConnectionGrant = ClientCredentialsGrant | JwtBearerGrant | TokenExchangeGrant | { readonly type: 'api_key' | 'basic' }

export interface ClientCredentialsGrant {
  readonly type: 'client_credentials'
  readonly scope?: string
  /** Further parameters of the request, such as `audience`. No secrets. */
  readonly parameters?: Readonly<Record<string, string>>
}

export interface JwtBearerGrant {
  readonly type: 'jwt_bearer'
  readonly scope?: string
  /** `iss`. Default: the client id. */
  readonly issuer?: string
  /** `sub`: for whom the service account acts. Default: `iss`. */
  readonly subject?: string
  /** `aud`. Default: the token endpoint. */
  readonly audience?: string
  /** Put the scope into the assertion, as Google wants it, besides the request. Default false. */
  readonly scopeInAssertion?: boolean
  /** Further parameters of the request. No secrets. */
  readonly parameters?: Readonly<Record<string, string>>
}

export interface TokenExchangeGrant {
  readonly type: 'token_exchange'
  /** The connection whose access token is given in exchange. The user consents there; when he disconnects it, he has nothing here either. */
  readonly subjectConnectionId: string
  readonly scope?: string
  /** For whom the token is to be, as the provider calls it. */
  readonly audience?: string
  /** Default: an access token. */
  readonly requestedTokenType?: string
  /** Further parameters of the request. No secrets. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** Whether nothing is asked of the provider: what is sent to its API stands in the connection. */
export function isStatic(grant: ConnectionGrant | undefined): boolean {
  return grant?.type === 'api_key' || grant?.type === 'basic'
}

/** What each of its tokens is asked for with. */
export function scopeOfGrant(grant: ConnectionGrant | undefined): string | undefined {
  return grant && 'scope' in grant ? grant.scope : undefined
}

const FIELDS: Readonly<Record<ConnectionGrant['type'], readonly string[]>> = {
  client_credentials: ['type', 'scope', 'parameters'],
  jwt_bearer: ['type', 'scope', 'issuer', 'subject', 'audience', 'scopeInAssertion', 'parameters'],
  token_exchange: ['type', 'subjectConnectionId', 'scope', 'audience', 'requestedTokenType', 'parameters'],
  api_key: ['type'],
  basic: ['type'],
}

/** Reads `grant` of a connection. The problems stand below the field. */
export function readConnectionGrant(fields: ReadonlyMap<string, unknown>): {
  readonly grant: ConnectionGrant | undefined
  readonly problems: ReadonlyMap<string, string>
} {
  const problems = createFieldProblems()
  const value = fields.get('grant')
  if (value === undefined) return { grant: undefined, problems: problems.all() }
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  const known = Object.keys(FIELDS)
  if (typeof type !== 'string' || !known.includes(type)) {
    problems.add('grant', `must be an object with a \`type\`: ${known.map((each) => `\`${each}\``).join(', ')}`)
    return { grant: undefined, problems: problems.all() }
  }
  const given = closedObject(value, 'grant', FIELDS[type as ConnectionGrant['type']], problems)
  for (const field of ['scope', 'issuer', 'subject', 'audience', 'requestedTokenType', 'subjectConnectionId']) {
    const text = given?.get(field)
    if (text !== undefined) textOf(text, `grant.${field}`, { minimum: 1, maximum: 2048 }, problems)
  }
  if (!['boolean', 'undefined'].includes(typeof given?.get('scopeInAssertion')))
    problems.add('grant.scopeInAssertion', 'must be true or false')
  const parameters = readTexts(given?.get('parameters'), 'grant.parameters', problems, isSetByTheVault)
  if (type === 'token_exchange' && given?.get('subjectConnectionId') === undefined)
    problems.add('grant.subjectConnectionId', 'is missing: the connection whose tokens are exchanged')
  const needed = NEEDED[type as ConnectionGrant['type']]
  const proves = type === 'client_credentials' && fields.get('privateKey') !== undefined
  if (
    needed !== undefined &&
    fields.get(needed) === undefined &&
    !proves &&
    fields.get('clientAuthentication') === undefined &&
    fields.get('hooks') === undefined
  )
    problems.add(needed, `is missing: a \`${type}\` grant needs it`)
  // Every field was checked above.
  return { grant: Object.freeze({ ...value, ...(parameters && { parameters }) } as ConnectionGrant), problems: problems.all() }
}

/** What each lives by. A public client may exchange tokens. */
const NEEDED: Readonly<Record<ConnectionGrant['type'], 'clientSecret' | 'privateKey' | undefined>> = {
  client_credentials: 'clientSecret',
  jwt_bearer: 'privateKey',
  token_exchange: undefined,
  api_key: 'clientSecret',
  basic: 'clientSecret',
}

function isSetByTheVault(name: string): boolean {
  return ['grant_type', 'assertion', 'client_id', 'client_secret', 'scope', 'subject_token', 'subject_token_type'].includes(name)
}
