/** What stands for an error code that cannot be repeated. */
const UNKNOWN_ERROR = 'unknown_error'

/**
 * The `error` of an OAuth error answer, fit for logs and messages: only characters that RFC 6749, section 5.2, allows, at
 * most 64 of them. Anything else, also an answer that repeats one of `secrets`, becomes `unknown_error`.
 */
export function readErrorCode(error: unknown, secrets: readonly string[] = []): string {
  if (typeof error !== 'string' || !/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(error)) return UNKNOWN_ERROR
  return secrets.some((secret) => secret !== '' && error.includes(secret)) ? UNKNOWN_ERROR : error
}
