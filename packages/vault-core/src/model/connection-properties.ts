import type { ConnectionProperties } from './connection.js'

/**
 * Authorization parameters that the vault sets itself, or that belong to other messages: nobody may set them as a
 * connection property. Compared without regard to case, because some servers do so too.
 */
const RESERVED_CONNECTION_PROPERTIES: ReadonlySet<string> = new Set([
  'access_token',
  'client_assertion',
  'client_assertion_type',
  'client_id',
  'client_secret',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'dpop_jkt',
  'error',
  'grant_type',
  'id_token',
  'iss',
  'nonce',
  'password',
  'redirect_uri',
  'refresh_token',
  'registration',
  'request',
  'request_uri',
  'response',
  'response_mode',
  'response_type',
  'state',
  'token',
  'username',
])

/** RFC 6749, appendix A: what a parameter's name is made of. */
const NAME = /^[A-Za-z0-9._-]{1,64}$/
const MAX_VALUE_LENGTH = 4096

export type ReadProperties =
  | { readonly ok: true; readonly properties: ConnectionProperties }
  | { readonly ok: false; readonly problems: ReadonlyMap<string, string> }

/**
 * Reads extra authorization parameters. The problems name the parameter, below `field`; they never hold a value.
 *
 * @param field - Name of the field that held them: `defaultConnectionProperties` or `connectionProperties`.
 */
export function readConnectionProperties(input: unknown, field: string): ReadProperties {
  if (input === undefined) return { ok: true, properties: {} }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, problems: new Map([[field, 'must be an object of strings, such as `{ scope: "email" }`']]) }
  }
  const problems = new Map<string, string>()
  const entries: [string, string][] = []
  for (const [name, value] of Object.entries(input)) {
    const problem = propertyProblem(name, value)
    if (problem) problems.set(NAME.test(name) ? `${field}.${name}` : field, problem)
    else entries.push([name, value])
  }
  return problems.size > 0 ? { ok: false, problems } : { ok: true, properties: Object.fromEntries(entries) }
}

/**
 * The defaults of a connection with a flow's own properties over them. A blank value removes the parameter: RFC 6749,
 * section 3.1, says that a parameter without a value counts as left out.
 */
export function mergeConnectionProperties(defaults: ConnectionProperties, own: ConnectionProperties): ConnectionProperties {
  return Object.fromEntries(Object.entries({ ...defaults, ...own }).filter(([, value]) => value.trim() !== ''))
}

function propertyProblem(name: string, value: unknown): string | undefined {
  if (!NAME.test(name) || name === '__proto__') return 'has a name that no authorization parameter can have'
  if (RESERVED_CONNECTION_PROPERTIES.has(name.toLowerCase()))
    return 'is reserved: the vault sets it itself, or it belongs to another message'
  if (typeof value !== 'string') return 'must be a string'
  if (value.length > MAX_VALUE_LENGTH) return `must be at most ${MAX_VALUE_LENGTH} characters long`
  if (hasControlCharacter(value) || !value.isWellFormed()) return 'must not contain control characters or ill-formed Unicode'
  return undefined
}

/** Tells whether the text holds a C0 or C1 control character or DEL. */
export function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text)
}
