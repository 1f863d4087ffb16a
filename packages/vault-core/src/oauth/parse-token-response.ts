import { Secret } from '../secret.js'
import type { TokenProblem, TokenResponse } from './token-response.js'

/**
 * Reads the JSON object that a token endpoint sent. Lenient, and never throws: what is wrong becomes a problem, and what is
 * right beside it is kept, the refresh token above all. Problems hold no value that was sent.
 *
 * @param secrets - What the scope may not repeat, for it is shown to people.
 * @param named - What the connection's own names were found to say.
 * @param tokenType - What the token has to be: with a proof sent, bound to its key.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749, section 5.1}
 */
export function parseTokenResponse(
  body: object,
  secrets: readonly string[] = [],
  named: Pick<TokenResponse, 'properties' | 'account'> = { properties: {}, account: undefined },
  tokenType: UsableTokenType = 'Bearer',
): TokenResponse {
  const problems: TokenProblem[] = []
  const note = (field: TokenProblem['field'], problem: string, fatal = false): void => {
    problems.push({ field, problem, fatal })
  }
  const field = (name: string): unknown => (Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined)

  const issued = field('issued_token_type')
  if (isStated(issued) && !ACCESS_TOKENS.has(String(issued))) note('body', 'has another token than one for access', true)
  if (isStated(field('error'))) note('body', 'has an error beside the tokens', true)
  return {
    accessToken: readAccessToken(field('access_token'), note),
    refreshToken: readRefreshToken(field('refresh_token'), note),
    tokenType: readTokenType(field('token_type'), tokenType, note),
    expiresInS: readLifetime(field('expires_in'), (problem) => note('expires_in', problem)),
    refreshTokenExpiresInS: readLifetime(field('refresh_token_expires_in'), () => undefined) || undefined,
    scope: readScope(field('scope'), secrets, note),
    idToken: readIdToken(field('id_token'), note),
    ...named,
    problems,
  }
}

/** Tells whether a field says anything: it is there, and neither null nor empty nor false. */
export function isStated(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false
}

/** The types that the vault can send on. */
export type UsableTokenType = 'Bearer' | 'DPoP'

type Note = (field: TokenProblem['field'], problem: string, fatal?: boolean) => void

/** RFC 8693, section 3: what may be sent to an API. */
const ACCESS_TOKENS: ReadonlySet<string> = new Set([
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
])

/** RFC 6749, appendix A.12: what a token is made of, and what a header can carry. */
const VISIBLE_ASCII = /^[\x20-\x7e]+$/
const MAX_LIFETIME_S = 315_360_000
/** A shorter one, of a test server, may be a word that stands in a scope by chance. */
const SURELY_SECRET_LENGTH = 16

function readAccessToken(value: unknown, note: Note): Secret | undefined {
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) {
    note('access_token', 'is missing', true)
  } else if (typeof value !== 'string') {
    note('access_token', 'is not a string', true)
  } else if (!VISIBLE_ASCII.test(value)) {
    note('access_token', 'has characters that no header can carry', true)
  } else {
    return new Secret(value)
  }
  return undefined
}

function readRefreshToken(value: unknown, note: Note): Secret | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') {
    note('refresh_token', 'is not a string')
    return undefined
  }
  return value.trim() === '' ? undefined : new Secret(value)
}

function readTokenType(value: unknown, expected: UsableTokenType, note: Note): string | undefined {
  if (value === undefined || value === null || value === '') {
    // Several providers leave it out and mean Bearer. One that bound the token says so (RFC 9449, section 5).
    note('token_type', 'is missing', expected !== 'Bearer')
    return undefined
  }
  if (typeof value !== 'string') {
    note('token_type', 'is not a string', true)
    return undefined
  }
  const type = value.trim()
  if (type.toLowerCase() === expected.toLowerCase()) return expected
  // RFC 6749, section 7.1: a client must not use a token whose type it does not understand.
  note('token_type', `is not ${expected}`, true)
  return /^[A-Za-z0-9._-]{1,64}$/.test(type) ? type : undefined
}

/** Seconds, whole and not negative; undefined when absent or beyond belief. */
function readLifetime(value: unknown, note: (problem: string) => void): number | undefined {
  if (value === undefined || value === null) return undefined
  const seconds = typeof value === 'number' ? value : numberOf(value)
  if (seconds === undefined || Number.isNaN(seconds)) {
    note('is no number')
    return undefined
  }
  if (seconds > MAX_LIFETIME_S) {
    note('is more than ten years')
    return undefined
  }
  if (seconds < 0) note('is negative')
  return Math.max(0, Math.floor(seconds))
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : undefined
}

function readScope(value: unknown, secrets: readonly string[], note: Note): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = Array.isArray(value) && value.every((part) => typeof part === 'string') ? value.join(' ') : value
  if (typeof text !== 'string') {
    note('scope', 'is not a string')
    return undefined
  }
  if (text.length > 16_384 || !/^[\x20-\x7e]*$/.test(text)) {
    note('scope', 'is too long, or has characters that no scope can have')
    return undefined
  }
  if (secrets.some((secret) => secret.length >= SURELY_SECRET_LENGTH && text.includes(secret))) {
    note('scope', 'repeats a secret')
    return undefined
  }
  return text.trim()
}

function readIdToken(value: unknown, note: Note): Secret | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return new Secret(value)
  note('id_token', 'is not a string')
  return undefined
}
