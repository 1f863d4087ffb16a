import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64url } from './base64.js'

/** SHA-256 of the text's UTF-8 bytes as base64url without padding: 43 characters. */
export function sha256Base64url(text: string): string {
  return toBase64url(sha256(new TextEncoder().encode(text)))
}
