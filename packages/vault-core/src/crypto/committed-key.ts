import { concatBytes } from '@noble/hashes/utils.js'
import { constantTimeEqual } from './constant-time.js'
import type { EnvelopePrimitives } from './primitives.js'

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
  const okm = primitives.hkdfSha256(ikm, nonce, concatBytes(label, primitives.sha256(context)), 64)
  return { key: okm.subarray(0, 32), commitment: okm.subarray(32, 64) }
}

/** Decrypts when the commitment is the derived one; undefined for every kind of failure, which is not told apart. */
export function decryptCommitted(
  primitives: EnvelopePrimitives,
  derived: CommittedKey,
  commitment: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (!constantTimeEqual(derived.commitment, commitment)) return undefined
  try {
    return primitives.decrypt(derived.key, nonce, aad, sealed)
  } catch {
    return undefined
  }
}
