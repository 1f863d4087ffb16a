import { closedObject, createFieldProblems, type FieldProblems } from '../documents/field-problems.js'
import { readId } from '../documents/read-fields.js'
import { namesToken, parseClaimExpression } from './claim-expression.js'
import { CLIENT_AUTHENTICATION_METHODS } from './client-authentication-method.js'
import { endpointUrlProblem } from './endpoint-url.js'
import type { ProviderHooks } from './provider-hooks.js'
import type { ProviderQuirks, ProviderTokenRequest, TokenErrorCode } from './provider-quirks.js'
import { isReservedHeader, MOST_ENTRIES, oneOf, PARAMETER_NAME, readTexts } from './read-texts.js'

/** The fields of a connection that are read here. */
export const QUIRK_FIELDS: readonly (keyof ProviderQuirks)[] = [
  'providerId',
  'pkce',
  'clientIdParameter',
  'tokenRequestHeaders',
  'tokenRequestParameters',
  'errorCodes',
  'refreshRequest',
  'longLivedRequest',
  'credentialProperties',
  'userIdSource',
  'accountLabelExpression',
  'hooks',
]

const TOKEN_ERROR_CODES: readonly TokenErrorCode[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'temporarily_unavailable',
]

/**
 * Reads how the provider's messages differ from the RFCs. The problems hold no value.
 *
 * @param source - Where the connection stands: what is in the store has no functions, and does not turn PKCE off.
 * @returns Frozen copies of what is right.
 */
export function readProviderQuirks(
  fields: ReadonlyMap<string, unknown>,
  source: 'code' | 'store',
): { readonly quirks: ProviderQuirks; readonly problems: ReadonlyMap<string, string> } {
  const problems = createFieldProblems()
  const given = (field: keyof ProviderQuirks): unknown => fields.get(field)
  const pkce = given('pkce')
  oneOf(pkce, 'pkce', ['required', 'supported', 'unsupported'], problems)
  if (pkce === 'unsupported' && source === 'store') problems.add('pkce', 'can be `unsupported` in code alone')
  oneOf(given('userIdSource'), 'userIdSource', ['userinfo', 'token_response'], problems)
  if (given('userIdSource') === 'token_response' && fields.get('userIdExpression') === undefined)
    problems.add('userIdSource', 'needs `userIdExpression`, which says where in the token response the account is named')
  const label = given('accountLabelExpression')
  if (label !== undefined && !parseClaimExpression(label))
    problems.add('accountLabelExpression', 'must name fields in braces: `{team.name}`')
  if (namesToken(label)) problems.add('accountLabelExpression', 'must name no token')
  const allowInsecureRequests = fields.get('allowInsecureRequests') === true
  const quirks = {
    providerId: readId(given('providerId'), 'providerId', PROVIDER_ID, problems),
    pkce,
    clientIdParameter: readId(given('clientIdParameter'), 'clientIdParameter', PARAMETER_NAME, problems),
    tokenRequestHeaders: readTexts(given('tokenRequestHeaders'), 'tokenRequestHeaders', problems, isReservedHeader),
    tokenRequestParameters: readTexts(given('tokenRequestParameters'), 'tokenRequestParameters', problems, isSetByTheVault),
    errorCodes: readErrorCodes(given('errorCodes'), problems),
    refreshRequest: readTokenRequest(given('refreshRequest'), 'refreshRequest', allowInsecureRequests, problems),
    longLivedRequest: readTokenRequest(given('longLivedRequest'), 'longLivedRequest', allowInsecureRequests, problems),
    credentialProperties: readPropertyNames(given('credentialProperties'), problems),
    userIdSource: given('userIdSource'),
    accountLabelExpression: label,
    hooks: readHooks(given('hooks'), source, problems),
  }
  const stated = Object.fromEntries(Object.entries(quirks).filter(([, value]) => value !== undefined))
  return { quirks: Object.freeze(stated as ProviderQuirks), problems: problems.all() }
}

const PROVIDER_ID = {
  pattern: /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
  words: 'must be 1 to 64 lower-case letters, digits and `-`',
} as const

function isSetByTheVault(name: string): boolean {
  return [
    'client_id',
    'client_secret',
    'code',
    'code_verifier',
    'grant_type',
    'redirect_uri',
    'refresh_token',
    'client_assertion',
  ].includes(name)
}

function readErrorCodes(value: unknown, problems: FieldProblems): ProviderQuirks['errorCodes'] {
  const codes = readTexts(value, 'errorCodes', problems)
  for (const [code, meaning] of Object.entries(codes ?? {})) oneOf(meaning, `errorCodes.${code}`, TOKEN_ERROR_CODES, problems)
  // Each was checked to be one of them.
  return codes as ProviderQuirks['errorCodes']
}

const REQUEST_FIELDS: readonly (keyof ProviderTokenRequest)[] = [
  'endpoint',
  'method',
  'grantType',
  'tokenParameter',
  'token',
  'parameters',
  'clientAuthentication',
]

function readTokenRequest(
  value: unknown,
  path: string,
  allowInsecureRequests: boolean,
  problems: FieldProblems,
): ProviderTokenRequest | undefined {
  const fields = value === undefined ? undefined : closedObject(value, path, REQUEST_FIELDS, problems)
  if (!fields) return undefined
  const endpoint = fields.get('endpoint')
  const problem = endpoint === undefined ? undefined : endpointUrlProblem(endpoint, { allowInsecureRequests, queryAllowed: true })
  if (problem) problems.add(`${path}.endpoint`, problem)
  oneOf(fields.get('method'), `${path}.method`, ['POST', 'GET'], problems)
  oneOf(fields.get('token'), `${path}.token`, ['refresh_token', 'access_token'], problems)
  oneOf(fields.get('clientAuthentication'), `${path}.clientAuthentication`, CLIENT_AUTHENTICATION_METHODS, problems)
  readId(fields.get('grantType'), `${path}.grantType`, GRANT_TYPE, problems)
  readId(fields.get('tokenParameter'), `${path}.tokenParameter`, PARAMETER_NAME, problems)
  const parameters = readTexts(fields.get('parameters'), `${path}.parameters`, problems, isSetByTheVault)
  // Every field was checked above.
  return Object.freeze({ ...Object.fromEntries(fields), ...(parameters && { parameters }) } as ProviderTokenRequest)
}

/** RFC 6749, appendix A.10: a name, or an absolute URI. */
const GRANT_TYPE = { pattern: /^[A-Za-z0-9._:/-]{1,128}$/, words: 'must be the name of a grant type, or a URI' } as const

function readPropertyNames(value: unknown, problems: FieldProblems): readonly string[] | undefined {
  if (value === undefined) return undefined
  const isList = Array.isArray(value) && value.length <= MOST_ENTRIES
  if (isList && value.every((name) => typeof name === 'string' && PROPERTY_NAME.test(name) && !TOKEN_NAME.test(name)))
    return Object.freeze([...value])
  problems.add(
    'credentialProperties',
    `must be at most ${MOST_ENTRIES} names of fields, \`instance_url\` or \`team.id\`, none of them a token`,
  )
  return undefined
}

const PROPERTY_NAME = /^[A-Za-z0-9_:-]{1,64}(?:\.[A-Za-z0-9_:-]{1,64}){0,4}$/
const TOKEN_NAME = /(?:^|\.)(?:access_token|refresh_token|id_token|client_secret|code)$/i

const HOOKS: readonly (keyof ProviderHooks)[] = [
  'mapTokenResponse',
  'mapRefreshResponse',
  'mapError',
  'buildClientAuthentication',
  'fetchWithCertificate',
]

function readHooks(value: unknown, source: 'code' | 'store', problems: FieldProblems): ProviderHooks | undefined {
  if (value === undefined) return undefined
  if (source === 'store') problems.add('hooks', 'are for connections in code alone')
  const fields = closedObject(value, 'hooks', HOOKS, problems)
  for (const [name, hook] of fields ?? [])
    if (hook !== undefined && typeof hook !== 'function') problems.add(`hooks.${name}`, 'must be a function')
  return fields && Object.freeze(Object.fromEntries(fields) as ProviderHooks)
}
