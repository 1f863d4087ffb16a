import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { RandomSource } from '../runtime.js'
import { constantTimeEqual } from './constant-time.js'
import type { WrapContext } from './keyring.js'
import { lengthPrefixed } from './length-prefixed.js'

/** "HF", format 1, kind 0x11: a data key wrapped under a local wrapping key. */
const PREFIX = Uint8Array.of(0x48, 0x46, 0x01, 0x11)
const NONCE_LENGTH = 24
const COMMIT_LENGTH = 32
const SEALED_LENGTH = 32 + 16
const INFO = utf8ToBytes('hf1 dek key+commit')

export interface WrappingKey {
  readonly id: string
  readonly key: Uint8Array
}

/** Wraps a data key: `"HF" | 0x01 | 0x11 | length of kekId (1) | kekId | nonce(24) | commit(32) | ciphertext(32) | tag(16)`. */
export function wrapDataKey(wrappingKey: WrappingKey, context: WrapContext, dek: Uint8Array, random: RandomSource): Uint8Array {
  const id = utf8ToBytes(wrappingKey.id)
  const nonce = random(NONCE_LENGTH)
  const aad = contextBytes(wrappingKey.id, context)
  const { key, commitment } = derive(wrappingKey.key, nonce, aad)
  return concatBytes(PREFIX, Uint8Array.of(id.length), id, nonce, commitment, xchacha20poly1305(key, nonce, aad).encrypt(dek))
}

/** The id of the wrapping key under which a data key was wrapped; undefined for what is not a wrapped data key. */
export function wrappingKeyIdOf(wrapped: Uint8Array): string | undefined {
  const length = wrapped[PREFIX.length]
  if (length === undefined || PREFIX.some((byte, at) => wrapped[at] !== byte)) return undefined
  const start = PREFIX.length + 1
  if (wrapped.length !== start + length + NONCE_LENGTH + COMMIT_LENGTH + SEALED_LENGTH) return undefined
  return new TextDecoder().decode(wrapped.subarray(start, start + length))
}

/** Unwraps; undefined for every kind of failure, which is not told apart. */
export function unwrapDataKey(wrappingKey: WrappingKey, context: WrapContext, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrappingKeyIdOf(wrapped) !== wrappingKey.id) return undefined
  const nonceAt = wrapped.length - SEALED_LENGTH - COMMIT_LENGTH - NONCE_LENGTH
  const commitAt = nonceAt + NONCE_LENGTH
  const nonce = wrapped.subarray(nonceAt, commitAt)
  const aad = contextBytes(wrappingKey.id, context)
  const { key, commitment } = derive(wrappingKey.key, nonce, aad)
  if (!constantTimeEqual(commitment, wrapped.subarray(commitAt, commitAt + COMMIT_LENGTH))) return undefined
  try {
    return xchacha20poly1305(key, nonce, aad).decrypt(wrapped.subarray(commitAt + COMMIT_LENGTH))
  } catch {
    return undefined
  }
}

function contextBytes(kekId: string, { tenant, userId, dekId }: WrapContext): Uint8Array {
  return lengthPrefixed(['hf1/dek', tenant, userId, dekId, kekId])
}

function derive(kek: Uint8Array, nonce: Uint8Array, context: Uint8Array): { readonly key: Uint8Array; readonly commitment: Uint8Array } {
  const okm = hkdf(sha256, kek, nonce, concatBytes(INFO, sha256(context)), 64)
  return { key: okm.subarray(0, 32), commitment: okm.subarray(32, 64) }
}
