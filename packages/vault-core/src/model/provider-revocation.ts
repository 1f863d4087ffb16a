import { closedObject, createFieldProblems, type FieldProblems } from '../documents/field-problems.js'
import { readId } from '../documents/read-fields.js'
import { CLIENT_AUTHENTICATION_METHODS, type ClientAuthenticationMethod } from './client-authentication-method.js'
import { endpointUrlProblem } from './endpoint-url.js'
import { hmacSecretProblem } from './hmac-secret.js'
import { isReservedHeader, MOST_ENTRIES, oneOf, PARAMETER_NAME, RESERVED, readTexts } from './read-texts.js'

/**
 * How a provider that does not follow RFC 7009 is told to revoke a token: one request for each token. A token never stands in a URL.
 *
 * @example
 * ```ts
 * // Slack: the token authorises its own end, and the body says whether it went well.
 * { url: 'https://slack.com/api/auth.revoke', token: { in: 'bearer' }, successField: 'ok', unknownToken: ['invalid_auth', 'token_revoked', 'token_expired'] }
 * // GitHub: the grant is deleted with the client's id and secret, and an access token that still lives.
 * {
 *   url: `https://api.github.com/applications/${clientId}/grant`,
 *   method: 'DELETE',
 *   tokens: 'access_token',
 *   token: { in: 'json', name: 'access_token' },
 *   headers: { 'user-agent': 'my-app' },
 *   unknownToken: [404, 422],
 * }
 * // Facebook
 * { url: 'https://graph.facebook.com/v23.0/me/permissions', method: 'DELETE', tokens: 'access_token', token: { in: 'bearer' }, unknownToken: ['190'] }
 * // Google: a form with the token and nothing else.
 * { url: 'https://oauth2.googleapis.com/revoke', token: { in: 'form', name: 'token' }, clientAuthentication: 'omit' }
 * ```
 */
export interface ProviderRevocation {
  readonly url: string
  /** Default POST. */
  readonly method?: 'POST' | 'DELETE'
  /**
   * Which tokens it takes. Default `both`, the refresh token first. With `access_token` alone, one that has no effect any more is refreshed
   * once more to end the grant.
   */
  readonly tokens?: 'both' | 'refresh_token' | 'access_token'
  /** Where the token stands. Default: the field `token` of a form. */
  readonly token?: TokenPlace
  /** Default: nothing with a token in a header, as that authorises the request; else the connection's own method. `omit`: nothing. */
  readonly clientAuthentication?: ClientAuthenticationMethod | 'omit'
  /** Further fields of the body. No secrets: they are stored and shown. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Further headers. No secrets: they are stored and shown. */
  readonly headers?: Readonly<Record<string, string>>
  /** The field of the JSON answer that is `true` when it went well, where a status of 2xx does not say so. */
  readonly successField?: string
  /**
   * Answers that say the token has no effect (any more): statuses, and codes in `error` or `error.code`, as texts. Known without being named:
   * `invalid_token`, `invalid_grant`, and status 401 with a token in a header.
   */
  readonly unknownToken?: readonly (number | string)[]
}

export type TokenPlace =
  /** `Authorization: Bearer …` */
  { readonly in: 'bearer' } | { readonly in: 'header' | 'form' | 'json'; readonly name: string }

const FIELDS: readonly (keyof ProviderRevocation)[] = [
  'url',
  'method',
  'tokens',
  'token',
  'clientAuthentication',
  'parameters',
  'headers',
  'successField',
  'unknownToken',
]

/**
 * Checks how a provider wants to be told of a revocation. The problems stand below the field `revocation`; no value stands in them.
 *
 * @param connection - The fields of the connection that it is part of.
 * @returns A frozen copy, when nothing is wrong with it.
 */
export function readProviderRevocation(
  value: unknown,
  connection: ReadonlyMap<string, unknown>,
): { readonly revocation: ProviderRevocation | undefined; readonly problems: ReadonlyMap<string, string> } {
  const problems = createFieldProblems()
  const fields = value === undefined ? undefined : closedObject(value, 'revocation', FIELDS, problems)
  if (!fields) return { revocation: undefined, problems: problems.all() }

  const allowInsecureRequests = connection.get('allowInsecureRequests') === true
  const urlProblem = endpointUrlProblem(fields.get('url'), { allowInsecureRequests, queryAllowed: true })
  if (urlProblem) problems.add('revocation.url', urlProblem)
  oneOf(fields.get('method'), 'revocation.method', ['POST', 'DELETE'], problems)
  oneOf(fields.get('tokens'), 'revocation.tokens', ['both', 'refresh_token', 'access_token'], problems)
  const token = readTokenPlace(fields.get('token'), problems)
  const method = fields.get('clientAuthentication')
  oneOf(method, 'revocation.clientAuthentication', [...CLIENT_AUTHENTICATION_METHODS, 'omit'], problems)
  const needs = method === 'private_key_jwt' ? 'privateKey' : method === 'none' || method === 'omit' ? undefined : 'clientSecret'
  if (method !== undefined && needs !== undefined && connection.get(needs) === undefined) {
    problems.add('revocation.clientAuthentication', `needs the connection's \`${needs}\``)
  } else if (method === 'client_secret_jwt' && hmacSecretProblem(connection.get('clientSecret')) !== undefined) {
    problems.add('revocation.clientAuthentication', 'is `client_secret_jwt`, which needs a `clientSecret` of at least 32 bytes')
  } else if (token?.in === 'bearer' && method === 'client_secret_basic') {
    problems.add('revocation.clientAuthentication', 'cannot be `client_secret_basic` beside a bearer token: both stand in one header')
  }
  const parameters = readTexts(fields.get('parameters'), 'revocation.parameters', problems)
  const headers = readTexts(fields.get('headers'), 'revocation.headers', problems, isReservedHeader)
  readId(fields.get('successField'), 'revocation.successField', PARAMETER_NAME, problems)
  const unknownToken = readUnknownToken(fields.get('unknownToken'), problems)
  if (problems.all().size > 0) return { revocation: undefined, problems: problems.all() }
  // Every field was checked above.
  const checked = Object.fromEntries(fields) as unknown as ProviderRevocation
  const copies = { token, parameters, headers, unknownToken }
  return { revocation: Object.freeze(withoutUndefined({ ...checked, ...copies }) as ProviderRevocation), problems: problems.all() }
}

function readTokenPlace(value: unknown, problems: FieldProblems): TokenPlace | undefined {
  if (value === undefined) return undefined
  const fields = closedObject(value, 'revocation.token', ['in', 'name'], problems)
  const place = fields?.get('in')
  if (place === 'bearer') {
    if (fields?.get('name') === undefined) return Object.freeze({ in: place })
    problems.add('revocation.token.name', 'is given, but a bearer token has its place: leave it out')
  } else if (place === 'header' || place === 'form' || place === 'json') {
    const name = readId(fields?.get('name') ?? '', 'revocation.token.name', PARAMETER_NAME, problems)
    if (place === 'header' && name !== undefined && isReservedHeader(name)) problems.add('revocation.token.name', RESERVED)
    if (name !== undefined) return Object.freeze({ in: place, name })
  } else if (fields) problems.add('revocation.token.in', 'must be `bearer`, `header`, `form` or `json`')
  return undefined
}

function readUnknownToken(value: unknown, problems: FieldProblems): ProviderRevocation['unknownToken'] {
  if (value === undefined) return undefined
  const isAnswer = (item: unknown): item is number | string =>
    typeof item === 'number'
      ? Number.isInteger(item) && item >= 400 && item <= 499
      : typeof item === 'string' && PARAMETER_NAME.pattern.test(item)
  if (Array.isArray(value) && value.length <= MOST_ENTRIES && value.every(isAnswer)) return Object.freeze([...value])
  problems.add('revocation.unknownToken', `must be at most ${MOST_ENTRIES} statuses from 400 to 499, and codes as texts`)
  return undefined
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined))
}
