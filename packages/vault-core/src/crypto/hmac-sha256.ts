import type { EnvelopePrimitives } from './primitives.js'

const BLOCK_LENGTH = 64
const HASH_LENGTH = 32

/**
 * HMAC-SHA256 out of the primitives' hash, so that the platform's own does the work. The key is at most a block long.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104 RFC 2104}
 */
export function hmacSha256({ sha256 }: Pick<EnvelopePrimitives, 'sha256'>, key: Uint8Array, message: Uint8Array): Uint8Array {
  const inner = new Uint8Array(BLOCK_LENGTH + message.length)
  const outer = new Uint8Array(BLOCK_LENGTH + HASH_LENGTH)
  for (let index = 0; index < BLOCK_LENGTH; index++) {
    const byte = key[index] ?? 0
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  inner.set(message, BLOCK_LENGTH)
  outer.set(sha256(inner), BLOCK_LENGTH)
  // Primitives may return what is more than plain bytes, such as a Buffer.
  const mac = new Uint8Array(sha256(outer))
  inner.fill(0)
  outer.fill(0)
  return mac
}
