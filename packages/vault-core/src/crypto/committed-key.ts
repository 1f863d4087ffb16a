import type { Aead, EnvelopePrimitives } from './primitives.js'

export const NONCE_LENGTH = 24
export const COMMITMENT_LENGTH = 32
export const TAG_LENGTH = 16

const KEY_LENGTH = 32

/** 64 bytes: a key for one value, then the commitment that stands beside the value so that it opens under no other key. */
export type CommittedKey = Uint8Array

/** `HKDF-SHA256(ikm, salt = nonce, info = label | SHA-256(context), 64 bytes)`. */
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
  return primitives.hkdfSha256(ikm, nonce, info, KEY_LENGTH + COMMITMENT_LENGTH)
}

export function keyOf(derived: CommittedKey): Uint8Array {
  return derived.slice(0, KEY_LENGTH)
}

export function commitmentOf(derived: CommittedKey): Uint8Array {
  return derived.slice(KEY_LENGTH)
}

/**
 * Decrypts what stands behind the commitment in these bytes, when that is the derived one; undefined for every kind of failure, which is not
 * told apart.
 */
export function decryptCommitted(
  cipher: Aead,
  derived: CommittedKey,
  bytes: Uint8Array,
  commitmentAt: number,
  nonce: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  if (!isCommitted(derived, bytes, commitmentAt)) return undefined
  try {
    return cipher.decrypt(keyOf(derived), nonce, aad, bytes.subarray(commitmentAt + COMMITMENT_LENGTH))
  } catch {
    return undefined
  }
}

/** In a time that tells nothing of the bytes, and where they lie: views of them would cost as much as a hash. */
function isCommitted(derived: CommittedKey, bytes: Uint8Array, commitmentAt: number): boolean {
  let difference = derived.length ^ (KEY_LENGTH + COMMITMENT_LENGTH)
  for (let index = 0; index < COMMITMENT_LENGTH; index++)
    difference |= (derived[KEY_LENGTH + index] ?? 0) ^ (bytes[commitmentAt + index] ?? 0)
  return difference === 0
}
