/**
 * Tells what keeps a secret from signing by HMAC-SHA-256: whoever sees one assertion can guess at a short one offline.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.2 RFC 7518, section 3.2}
 */
export function hmacSecretProblem(secret: unknown): string | undefined {
  if (typeof secret !== 'string' || new TextEncoder().encode(secret).length >= 32) return undefined
  return 'is too short for `client_secret_jwt`, which needs at least 32 bytes: have the provider issue a longer one'
}
