import type { RandomSource } from '../runtime.js'
import { toBase64url } from './base64.js'

/** `bytes` random bytes as base64url text (RFC 4648, section 5, no padding). */
export function randomToken(random: RandomSource, bytes: number): string {
  return toBase64url(random(bytes))
}
