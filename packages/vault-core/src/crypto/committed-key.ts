import { constantTimeEqual } from './constant-time.js'
import type { Aead, EnvelopePrimitives } from './primitives.js'

export const NONCE_LENGTH = 24
export const COMMITMENT_LENGTH = 32
export const TAG_LENGTH = 16

/** A key for one value, and the commitment that stands beside the value so that it opens under no other key. */
export interface CommittedKey {
  readonly key: Uint8Array
  readonly commitment: Uint8Array
}

/** `HKDF-SHA256(ikm, salt = nonce, info = label | SHA-256(context), 64 bytes)`: the key, then the commitment. */
export function deriveCommittedKey(
  primitives: EnvelopePrimitives,
  label: Uint8Array,
  ikm: Uint8Array,
  nonce: Uint8Array,
  context: Uint8Array,
): CommittedKey {
  const digest = primitives.sha256(context)
  const info = new Uint8Array(label.length + digest.length)
  info.set(label)
  info.set(digest, label.length)
  const okm = primitives.hkdfSha256(ikm, nonce, info, 64)
  return { key: okm.slice(0, 32), commitment: okm.slice(32, 64) }
}

/** Decrypts when the commitment is the derived one; undefined for every kind of failure, which is not told apart. */
export function decryptCommitted(
  cipher: Aead,
  derived: CommittedKey,
  commitment: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (!constantTimeEqual(derived.commitment, commitment)) return undefined
  try {
    return cipher.decrypt(derived.key, nonce, aad, sealed)
  } catch {
    return undefined
  }
}
