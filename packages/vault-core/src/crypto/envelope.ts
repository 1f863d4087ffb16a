import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { RandomSource } from '../runtime.js'
import { constantTimeEqual } from './constant-time.js'
import { pad, unpad } from './padding.js'

/** "HF", format 1, suite 1 (XChaCha20-Poly1305 with HKDF-SHA256 and key commitment). */
const PREFIX = Uint8Array.of(0x48, 0x46, 0x01, 0x01)
const NONCE_AT = 20
const COMMIT_AT = 44
const CIPHERTEXT_AT = 76
const TAG_LENGTH = 16
const INFO = utf8ToBytes('hf1 record key+commit')

export const DEK_LENGTH = 32
export const DEK_ID_LENGTH = 16

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
export function sealEnvelope(dataKey: DataKey, context: Uint8Array, plaintext: Uint8Array, random: RandomSource): Uint8Array {
  const nonce = random(COMMIT_AT - NONCE_AT)
  const { key, commitment } = deriveKey(dataKey.key, nonce, context)
  const header = concatBytes(PREFIX, dataKey.id, nonce, commitment)
  const sealed = xchacha20poly1305(key, nonce, concatBytes(header, context)).encrypt(pad(plaintext))
  return concatBytes(header, sealed)
}

/** The id of the data key that sealed a blob; undefined for what is not an `hf1` blob. */
export function dataKeyIdOf(blob: Uint8Array): Uint8Array | undefined {
  if (blob.length < CIPHERTEXT_AT + TAG_LENGTH || PREFIX.some((byte, at) => blob[at] !== byte)) return undefined
  return blob.subarray(PREFIX.length, NONCE_AT)
}

/** Opens a blob; undefined for every kind of failure, which is not told apart. */
export function openEnvelope(dataKey: DataKey, context: Uint8Array, blob: Uint8Array): Uint8Array | undefined {
  const dekId = dataKeyIdOf(blob)
  if (!dekId || !constantTimeEqual(dekId, dataKey.id)) return undefined
  const nonce = blob.subarray(NONCE_AT, COMMIT_AT)
  const { key, commitment } = deriveKey(dataKey.key, nonce, context)
  if (!constantTimeEqual(commitment, blob.subarray(COMMIT_AT, CIPHERTEXT_AT))) return undefined
  try {
    const aad = concatBytes(blob.subarray(0, CIPHERTEXT_AT), context)
    return unpad(xchacha20poly1305(key, nonce, aad).decrypt(blob.subarray(CIPHERTEXT_AT)))
  } catch {
    return undefined
  }
}

function deriveKey(dek: Uint8Array, nonce: Uint8Array, context: Uint8Array): { readonly key: Uint8Array; readonly commitment: Uint8Array } {
  const okm = hkdf(sha256, dek, nonce, concatBytes(INFO, sha256(context)), 64)
  return { key: okm.subarray(0, 32), commitment: okm.subarray(32, 64) }
}
