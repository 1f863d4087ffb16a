import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { RandomSource } from '../runtime.js'
import { COMMITMENT_LENGTH, decryptCommitted, deriveCommittedKey, NONCE_LENGTH, TAG_LENGTH } from './committed-key.js'
import { constantTimeEqual } from './constant-time.js'
import { pad, unpad } from './padding.js'
import { type EnvelopePrimitives, noblePrimitives } from './primitives.js'

/** "HF", format 1, suite 1 (XChaCha20-Poly1305 with HKDF-SHA256 and key commitment). */
const PREFIX = Uint8Array.of(0x48, 0x46, 0x01, 0x01)
const LABEL = utf8ToBytes('hf1 record key+commit')

export const DEK_LENGTH = 32
export const DEK_ID_LENGTH = 16

const NONCE_AT: number = PREFIX.length + DEK_ID_LENGTH
const COMMITMENT_AT: number = NONCE_AT + NONCE_LENGTH
const CIPHERTEXT_AT: number = COMMITMENT_AT + COMMITMENT_LENGTH

export interface DataKey {
  /** 16 bytes; stands in each blob that the key sealed. */
  readonly id: Uint8Array
  /** 32 bytes. */
  readonly key: Uint8Array
}

/**
 * Seals a value in format `hf1`: `"HF" | 0x01 | 0x01 | dekId(16) | nonce(24) | commit(32) | ciphertext | tag(16)`. Each value has its own
 * key, derived from the data key, the nonce and the context; the commitment lets the blob open under no other key.
 *
 * @param context - Length-prefixed parts that say where the value belongs.
 */
export function sealEnvelope(
  dataKey: DataKey,
  context: Uint8Array,
  plaintext: Uint8Array,
  random: RandomSource,
  primitives: EnvelopePrimitives = noblePrimitives,
): Uint8Array {
  const nonce = random(NONCE_LENGTH)
  const { key, commitment } = deriveCommittedKey(primitives, LABEL, dataKey.key, nonce, context)
  const header = concatBytes(PREFIX, dataKey.id, nonce, commitment)
  return concatBytes(header, primitives.encrypt(key, nonce, concatBytes(header, context), pad(plaintext)))
}

/** The id of the data key that sealed a blob; undefined for what is not an `hf1` blob of a known suite, or is cut short. */
export function dataKeyIdOf(blob: Uint8Array): Uint8Array | undefined {
  if (blob.length < CIPHERTEXT_AT + TAG_LENGTH || PREFIX.some((byte, at) => blob[at] !== byte)) return undefined
  return blob.subarray(PREFIX.length, NONCE_AT)
}

/** Opens a blob; undefined for every kind of failure, which is not told apart. */
export function openEnvelope(
  dataKey: DataKey,
  context: Uint8Array,
  blob: Uint8Array,
  primitives: EnvelopePrimitives = noblePrimitives,
): Uint8Array | undefined {
  const dekId = dataKeyIdOf(blob)
  if (!dekId || !constantTimeEqual(dekId, dataKey.id)) return undefined
  const nonce = blob.subarray(NONCE_AT, COMMITMENT_AT)
  const derived = deriveCommittedKey(primitives, LABEL, dataKey.key, nonce, context)
  const aad = concatBytes(blob.subarray(0, CIPHERTEXT_AT), context)
  const commitment = blob.subarray(COMMITMENT_AT, CIPHERTEXT_AT)
  const padded = decryptCommitted(primitives, derived, commitment, nonce, aad, blob.subarray(CIPHERTEXT_AT))
  return padded && unpad(padded)
}
