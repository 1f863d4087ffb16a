import { HttpError } from '../http-error.js'
import { readBodyText } from '../request-bytes.js'
import type { VaultRequest } from '../vault-request.js'
import { ExchangeError } from './exchange-error.js'

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'
export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt'

/** A token exchange request, each parameter of the right form. Nobody has looked yet at whether the token is valid. */
export interface ExchangeRequest {
  readonly subjectToken: string
  readonly targets: ExchangeTargets
  readonly scopes: readonly string[]
  /** Whose credential is asked for. Undefined: the subject's own. */
  readonly requestedSubject: string | undefined
}

/** What names the connection: at least one of them. */
export interface ExchangeTargets {
  /** Connection id. */
  readonly connection: string | undefined
  /** Connection id. */
  readonly audience: string | undefined
  /** URL. */
  readonly resource: string | undefined
}

/**
 * Reads the form of RFC 8693, section 2.1.
 *
 * @throws {ExchangeError} `invalid_request`, `unsupported_grant_type`, `invalid_scope`, `invalid_target`.
 * @throws {HttpError} `unsupported_media_type`, `request_too_large`.
 * @throws {VaultError} `invalid_request` for a body that did not come whole.
 */
export async function readExchangeRequest(request: VaultRequest): Promise<ExchangeRequest> {
  const form = await readForm(request)
  if (required(form, 'grant_type') !== TOKEN_EXCHANGE)
    throw new ExchangeError('unsupported_grant_type', `This endpoint exchanges tokens only. Send ${TOKEN_EXCHANGE} as grant_type.`)
  if (form.has('actor_token') || form.has('actor_token_type'))
    throw bad('An actor_token is not supported. Leave it out, and send the token of whoever asks as subject_token.')
  const subjectToken = required(form, 'subject_token')
  if (![JWT_TYPE, ACCESS_TOKEN_TYPE].includes(required(form, 'subject_token_type')))
    throw bad(`The subject_token must be a JWT. Send ${JWT_TYPE} or ${ACCESS_TOKEN_TYPE} as subject_token_type.`)
  if ((form.get('requested_token_type') ?? ACCESS_TOKEN_TYPE) !== ACCESS_TOKEN_TYPE)
    throw bad(`Only access tokens are given. Send ${ACCESS_TOKEN_TYPE} as requested_token_type, or leave it out.`)
  return { subjectToken, targets: readTargets(form), scopes: readScopes(form), requestedSubject: form.get('requested_subject') }
}

/** Parameter by name, none of them empty. */
type Form = ReadonlyMap<string, string>

/** RFC 6749, section 3.2: no parameter may stand there twice, one without a value counts as absent, and unknown ones are passed over. */
async function readForm(request: VaultRequest): Promise<Form> {
  if (!isForm(request.headers.get('content-type') ?? ''))
    throw new HttpError('unsupported_media_type', 'The body must be a form. Send it with content type application/x-www-form-urlencoded.')
  const pairs = [...new URLSearchParams(await readBodyText(request))]
  if (new Set(pairs.map(([name]) => name)).size < pairs.length)
    throw bad('A parameter stands in the body more than once. Send each of them once.')
  return new Map(pairs.filter(([, value]) => value !== ''))
}

function isForm(type: string): boolean {
  // No two runs of spaces meet: a long one would be divided between them in every way.
  return /^application\/x-www-form-urlencoded\s*(?:;\s*(?:charset="?utf-8"?\s*(?:;\s*)?)?)?$/i.test(type)
}

function required(form: Form, name: string): string {
  const value = form.get(name)
  if (value === undefined) throw bad(`The parameter ${name} is missing.`)
  return value
}

function readTargets(form: Form): ExchangeTargets {
  const [connection, audience, resource] = [form.get('connection'), form.get('audience'), form.get('resource')]
  if (connection === undefined && audience === undefined && resource === undefined)
    throw new ExchangeError('invalid_target', 'No connection is named. Send its id as connection or as audience, or its URL as resource.')
  // RFC 8693, section 2.1.
  if (resource !== undefined && (!URL.canParse(resource) || resource.includes('#')))
    throw new ExchangeError('invalid_target', 'The resource must be an absolute URI without a fragment.')
  return { connection, audience, resource }
}

/** RFC 6749, section 3.3. */
function readScopes(form: Form): readonly string[] {
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) return scopes
  throw new ExchangeError('invalid_scope', 'The scope must be a list of scopes with spaces between them, in ASCII.')
}

function bad(message: string): ExchangeError {
  return new ExchangeError('invalid_request', message)
}
