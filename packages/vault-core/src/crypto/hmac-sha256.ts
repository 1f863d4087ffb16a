import type { EnvelopePrimitives } from './primitives.js'

const BLOCK_LENGTH = 64
const HASH_LENGTH = 32

/** What UTF-8 takes at most for a unit of UTF-16. */
const MOST_BYTES = 3
/** What is longer gets memory of its own. */
const ROOM = 16_384

const encoder = new TextEncoder()

/**
 * HMAC-SHA256 out of the primitives' hash, so that the platform's own does the work. The key is at most a block long; text is taken as UTF-8.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104 RFC 2104}
 */
export function hmacSha256({ sha256 }: Pick<EnvelopePrimitives, 'sha256'>, key: Uint8Array, message: Uint8Array | string): Uint8Array {
  const most = BLOCK_LENGTH + (typeof message === 'string' ? message.length * MOST_BYTES : message.length)
  const space = most > ROOM ? new Uint8Array(most) : room
  for (let index = 0; index < BLOCK_LENGTH; index++) {
    const byte = key[index] ?? 0
    space[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  const inner = space.subarray(0, BLOCK_LENGTH + write(message, space.subarray(BLOCK_LENGTH)))
  outer.set(sha256(inner), BLOCK_LENGTH)
  // Primitives may return what is more than plain bytes, such as a Buffer.
  const mac = new Uint8Array(sha256(outer))
  inner.fill(0)
  outer.fill(0)
  return mac
}

function write(message: Uint8Array | string, into: Uint8Array): number {
  if (typeof message === 'string') return encoder.encodeInto(message, into).written
  into.set(message)
  return message.length
}

// Used again and again: new memory for each token costs as much as its hash.
const room = new Uint8Array(ROOM)
const outer = new Uint8Array(BLOCK_LENGTH + HASH_LENGTH)
