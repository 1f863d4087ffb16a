import { createFieldProblems } from '../documents/field-problems.js'
import { readTags } from '../documents/read-fields.js'
import { VaultError } from '../errors.js'
import { buildConnection } from './build-connection.js'
import { namesToken } from './claim-expression.js'
import type { Connection, ConnectionInput } from './connection.js'
import { type ConnectionGrant, isStatic, readConnectionGrant } from './connection-grant.js'
import { hasControlCharacter, readConnectionProperties } from './connection-properties.js'
import { endpointUrlProblem } from './endpoint-url.js'
import { readProviderRevocation } from './provider-revocation.js'
import { readClientAuthentication } from './read-client-authentication.js'
import { connectionApiProblems } from './read-connection-api.js'
import { QUIRK_FIELDS, readProviderQuirks } from './read-provider-quirks.js'
import { unknownField } from './unknown-field.js'

/** What a connection id is made of; it stands in paths, cookies and resource URIs. */
export const CONNECTION_ID: RegExp = /^[a-zA-Z0-9-_.:]{1,64}$/

/**
 * Reads a connection: fills in defaults, wraps secrets, and refuses what is wrong with one error that names every bad field.
 * No value stands in the error, so that a secret in the wrong field stays secret.
 *
 * @throws {VaultError} `invalid_configuration`; `facts.fields` tells what is wrong with each field.
 * @example
 * ```ts
 * parseConnection({ connectionId: 'google', issuer: 'https://accounts.google.com', clientId, clientSecret })
 * ```
 */
export function parseConnection(input: unknown | ConnectionInput): Connection {
  const read = readConnection(input)
  if (read.ok) return read.connection
  throw invalidConnections('The connection is wrong', read.problems)
}

/** The error for what is wrong, by field. */
export function invalidConnections(summary: string, problems: ReadonlyMap<string, string>): VaultError {
  const list = [...problems].map(([field, problem]) => `\`${field}\` ${problem}`).join('; ')
  return new VaultError('invalid_configuration', `${summary}: ${list}.`, { fields: Object.fromEntries(problems) })
}

export type ReadConnection =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly problems: ReadonlyMap<string, string> }

/** As {@link parseConnection}, but returns the problems. */
export function readConnection(input: unknown, source: Connection['source'] = 'code'): ReadConnection {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, problems: new Map([['connection', 'must be an object with connectionId, clientId, and issuer or endpoints']]) }
  }
  const fields = new Map<string, unknown>(Object.entries(input))
  const problems = new Map<string, string>()
  const complain = (field: string, problem: string | undefined): void => {
    if (problem !== undefined && !problems.has(field)) problems.set(field, problem)
  }

  for (const field of fields.keys()) complain(...knownProblem(field))
  const connectionId = fields.get('connectionId')
  if (typeof connectionId !== 'string' || !CONNECTION_ID.test(connectionId) || /^\.+$/.test(connectionId)) {
    complain('connectionId', 'must be 1 to 64 letters, digits, `-`, `_`, `.` or `:`, and not dots alone')
  }
  complain('name', textProblem(fields.get('name') ?? connectionId, 200))
  const { grant, problems: grantProblems } = readConnectionGrant(fields)
  for (const [field, problem] of grantProblems) complain(field, problem)
  if (grant?.type === 'api_key' && !fields.has('clientId')) fields.set('clientId', connectionId)
  complain('clientId', fields.has('clientId') ? textProblem(fields.get('clientId'), 512) : 'is missing')
  for (const [field, problem] of urlProblems(fields, grant)) complain(field, problem)
  const authentication = readClientAuthentication(fields)
  for (const [field, problem] of authentication.problems) complain(field, problem)
  const properties = readConnectionProperties(fields.get('defaultConnectionProperties'), 'defaultConnectionProperties')
  if (!properties.ok) for (const [field, problem] of properties.problems) complain(field, problem)
  const incremental = readConnectionProperties(fields.get('incrementalConnectionProperties'), 'incrementalConnectionProperties')
  if (!incremental.ok) for (const [field, problem] of incremental.problems) complain(field, problem)
  complain(
    'scopeSeparator',
    [undefined, ' ', ','].includes(fields.get('scopeSeparator') as string) ? undefined : 'must be a space or a comma',
  )
  complain('resource', resourceProblem(fields.get('resource')))
  complain(
    'responseMode',
    [undefined, 'query', 'form_post', 'query.jwt', 'form_post.jwt'].includes(fields.get('responseMode') as string)
      ? undefined
      : 'must be `query`, `form_post`, `query.jwt` or `form_post.jwt`',
  )
  if (String(fields.get('responseMode')).endsWith('.jwt') && fields.get('issuer') === undefined)
    complain('responseMode', 'needs an `issuer`, whose keys sign the answers')
  if (fields.get('dpop') === true) complain('dpop', dpopProblem(fields, grant))
  complain('rotation', rotationProblem(fields.get('rotation')))
  complain('defaultLifetimeS', rangeProblem(fields.get('defaultLifetimeS'), 1, TEN_YEARS_S, 'seconds'))
  complain('minValidityMs', rangeProblem(fields.get('minValidityMs'), 0, DAY_MS, 'milliseconds'))
  complain('maxRefreshesPerSecond', rangeProblem(fields.get('maxRefreshesPerSecond'), 1, 10_000, 'refreshes'))
  complain('refreshTokenIdleLifetimeS', rangeProblem(fields.get('refreshTokenIdleLifetimeS'), 60, TEN_YEARS_S, 'seconds'))
  for (const field of ['refreshAhead', 'allowInsecureRequests', 'dpop', 'pushedAuthorizationRequests']) {
    if (!['boolean', 'undefined'].includes(typeof fields.get(field))) complain(field, 'must be true or false')
  }
  complain('tokenRequestContentType', contentTypeProblem(fields.get('tokenRequestContentType')))
  complain('providerTenantId', fields.get('providerTenantId') === undefined ? undefined : textProblem(fields.get('providerTenantId'), 64))
  complain('userIdExpression', expressionProblem(fields.get('userIdExpression')))
  for (const [field, problem] of connectionApiProblems(fields, source)) complain(field, problem)
  const revocation = readProviderRevocation(fields.get('revocation'), fields)
  for (const [field, problem] of revocation.problems) complain(field, problem)
  if (fields.get('revocation') !== undefined && fields.get('revocationEndpoint') !== undefined) {
    complain('revocation', 'is given beside `revocationEndpoint`: leave one of them out')
  }
  const { quirks, problems: quirkProblems } = readProviderQuirks(fields, source)
  for (const [field, problem] of quirkProblems) complain(field, problem)
  const tags = createFieldProblems()
  readTags(fields.get('tags'), tags)
  for (const [field, problem] of tags.all()) complain(field, problem)

  if (problems.size > 0) return { ok: false, problems }
  // Every field was checked above; from here on the types hold.
  return {
    ok: true,
    connection: buildConnection(Object.fromEntries(fields) as unknown as ConnectionInput, {
      source,
      quirks,
      grant,
      clientAuthentication: authentication.method,
      revocation: revocation.revocation,
      defaultConnectionProperties: Object.freeze(properties.ok ? properties.properties : {}),
      incrementalConnectionProperties: Object.freeze(incremental.ok ? incremental.properties : {}),
    }),
  }
}

const DAY_MS = 86_400_000
const TEN_YEARS_S = 315_360_000
const URL_FIELDS = [
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'revocationEndpoint',
  'userinfoEndpoint',
  'jwksUri',
  'pushedAuthorizationRequestEndpoint',
  'deviceAuthorizationEndpoint',
] as const
const KNOWN_FIELDS: readonly (keyof ConnectionInput)[] = [
  'connectionId',
  'name',
  ...URL_FIELDS,
  'revocation',
  'clientId',
  'clientSecret',
  'privateKey',
  'clientAuthentication',
  'pushedAuthorizationRequests',
  'grant',
  'dpop',
  'defaultConnectionProperties',
  'incrementalConnectionProperties',
  'scopeSeparator',
  'resource',
  'responseMode',
  'rotation',
  'defaultLifetimeS',
  'minValidityMs',
  'refreshAhead',
  'maxRefreshesPerSecond',
  'refreshTokenIdleLifetimeS',
  'allowInsecureRequests',
  'tokenRequestContentType',
  'providerTenantId',
  'userIdExpression',
  'tags',
  'apiOrigins',
  'apiTokenHeader',
  'apiAllowPrivateAddresses',
  ...QUIRK_FIELDS,
]

function knownProblem(field: string): [string, string | undefined] {
  if (KNOWN_FIELDS.some((known) => known === field)) return [field, undefined]
  if (/^scopes?$/i.test(field)) return [field, 'is unknown; did you mean `defaultConnectionProperties: { scope }`?']
  return unknownField(field, KNOWN_FIELDS, 'connection')
}

function urlProblems(
  fields: ReadonlyMap<string, unknown>,
  grant: ConnectionGrant | undefined,
): readonly (readonly [string, string | undefined])[] {
  const allowInsecureRequests = fields.get('allowInsecureRequests') === true
  const problems = URL_FIELDS.filter((field) => fields.get(field) !== undefined).map((field) => {
    // RFC 8414, section 2: an issuer has no query. RFC 6749, section 3: endpoints may have one.
    return [field, endpointUrlProblem(fields.get(field), { allowInsecureRequests, queryAllowed: field !== 'issuer' })] as const
  })
  if (fields.get('issuer') !== undefined || isStatic(grant)) return problems
  if (grant && fields.get('tokenEndpoint') === undefined) return [...problems, ['issuer', 'is missing: give `issuer`, or `tokenEndpoint`']]
  if (grant) return problems
  const isForDevices = fields.get('deviceAuthorizationEndpoint') !== undefined
  const needed = isForDevices ? (['tokenEndpoint'] as const) : (['authorizationEndpoint', 'tokenEndpoint'] as const)
  const missing = needed.filter((field) => fields.get(field) === undefined)
  if (missing.length === 2) return [...problems, ['issuer', 'is missing: give `issuer`, or `authorizationEndpoint` and `tokenEndpoint`']]
  return [...problems, ...missing.map((field) => [field, 'is missing: without `issuer` both endpoints are needed'] as const)]
}

/** Without a claim in it everybody would be the same user. */
function expressionProblem(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const problem = textProblem(value, 128)
  if (problem !== undefined || typeof value !== 'string') return problem
  if (namesToken(value)) return 'must name no token'
  return /^[^{}]*(?:\{[\w.:/-]{1,64}\}[^{}]*)+$/.test(value) ? undefined : 'must name claims in braces: `{sub}`, `{team.id}-{user.id}`'
}

function contentTypeProblem(value: unknown): string | undefined {
  const known = value === undefined || value === 'application/x-www-form-urlencoded' || value === 'application/json'
  return known ? undefined : 'must be `application/x-www-form-urlencoded` or `application/json`'
}

/** RFC 8707, section 2: an absolute URI without a fragment. Not only https: some are URNs. */
function resourceProblem(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  const isUri = (uri: unknown): boolean =>
    typeof uri === 'string' && uri.length <= 2048 && !/[\s\p{Cc}#]/u.test(uri) && uri.isWellFormed() && URL.canParse(uri)
  return all.length >= 1 && all.length <= 10 && all.every(isUri)
    ? undefined
    : 'must be an absolute URI without a fragment, or 1 to 10 of them'
}

/** What would send the token without its proof, or where there is no token to bind. */
function dpopProblem(fields: ReadonlyMap<string, unknown>, grant: ConnectionGrant | undefined): string | undefined {
  if (isStatic(grant)) return 'is given with a `grant` that asks for no token'
  return fields.get('apiTokenHeader') === undefined ? undefined : 'does not go with `apiTokenHeader`: a bound token has its own place'
}

function rotationProblem(rotation: unknown): string | undefined {
  if (rotation === undefined) return undefined
  const { kind, seconds }: { kind?: unknown; seconds?: unknown } = typeof rotation === 'object' && rotation !== null ? rotation : {}
  if (kind === 'strict' || kind === 'none') return seconds === undefined ? undefined : 'has `seconds`, which only `grace` takes'
  if (kind !== 'grace') return "must be `{ kind: 'strict' }`, `{ kind: 'grace', seconds }` or `{ kind: 'none' }`"
  const problem = rangeProblem(seconds, 1, 86_400, 'seconds')
  return seconds === undefined ? 'needs `seconds`' : problem && `has \`seconds\` that ${problem}`
}

function rangeProblem(value: unknown, min: number, max: number, unit: string): string | undefined {
  if (value === undefined) return undefined
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    ? undefined
    : `must be whole ${unit} from ${min} to ${max}`
}

function textProblem(value: unknown, maxLength: number): string | undefined {
  if (value === undefined) return 'is undefined: is the environment variable set?'
  if (typeof value !== 'string' || value.trim() === '') return 'must be a string that is not blank'
  if (value.length > maxLength) return `must be at most ${maxLength} characters long`
  if (value !== value.trim()) return 'must not begin or end with white space'
  return hasControlCharacter(value) || !value.isWellFormed() ? 'must not contain control characters or ill-formed Unicode' : undefined
}
