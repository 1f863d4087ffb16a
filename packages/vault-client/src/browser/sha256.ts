import { toBase64url } from '../base64url.js'

/** Base64url of the SHA-256 of a text. */
export async function sha256(text: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}
