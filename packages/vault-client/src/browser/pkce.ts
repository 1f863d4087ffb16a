import { toBase64url } from '../base64url.js'

/**
 * A code verifier of 43 characters, 256 bits of chance.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.1 RFC 7636, section 4.1}
 */
export function newCodeVerifier(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(32)))
}
