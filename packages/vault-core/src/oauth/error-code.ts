/** What stands for an error code that cannot be repeated. */
const UNKNOWN_ERROR = 'unknown_error'

/** RFC 6749, section 5.2: they tell nothing of any secret, also of one as short as `client`. */
const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
])

/** A run of so many characters that a secret has too is a part of it, not chance. */
const PART_LENGTH = 12

/**
 * The `error` of an OAuth error answer, fit for logs and messages: only characters that RFC 6749, section 5.2, allows, at
 * most 64 of them. Anything else, also an answer that repeats one of `secrets` or a part of it, becomes `unknown_error`.
 */
export function readErrorCode(error: unknown, secrets: readonly string[] = []): string {
  if (typeof error !== 'string' || !/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(error)) return UNKNOWN_ERROR
  if (TOKEN_ERRORS.has(error)) return error
  return secrets.some((secret) => repeats(error, secret)) ? UNKNOWN_ERROR : error
}

function repeats(text: string, secret: string): boolean {
  if (secret.length <= PART_LENGTH) return secret !== '' && text.includes(secret)
  for (let start = 0; start + PART_LENGTH <= text.length; start++) if (secret.includes(text.slice(start, start + PART_LENGTH))) return true
  return false
}
