import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { RandomSource } from '../runtime.js'
import { COMMITMENT_LENGTH, decryptCommitted, deriveCommittedKey, NONCE_LENGTH, TAG_LENGTH } from './committed-key.js'
import { DEK_LENGTH } from './envelope.js'
import type { WrapContext } from './keyring.js'
import { lengthPrefixed } from './length-prefixed.js'
import { noblePrimitives } from './primitives.js'

/** "HF", format 1, kind 0x11: a data key wrapped under a local wrapping key. */
const PREFIX = Uint8Array.of(0x48, 0x46, 0x01, 0x11)
const LABEL = utf8ToBytes('hf1 dek key+commit')
const SEALED_LENGTH: number = DEK_LENGTH + TAG_LENGTH

export interface WrappingKey {
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** Ids that a wrapping key may have: 1 to 64 ASCII letters, digits, `.`, `_`, `-`. */
export function isWrappingKeyId(id: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(id)
}

/** Wraps a data key: `"HF" | 0x01 | 0x11 | length of kekId (1) | kekId | nonce(24) | commit(32) | ciphertext(32) | tag(16)`. */
export function wrapDataKey(wrappingKey: WrappingKey, context: WrapContext, dek: Uint8Array, random: RandomSource): Uint8Array {
  const id = utf8ToBytes(wrappingKey.id)
  const nonce = random(NONCE_LENGTH)
  const aad = contextBytes(wrappingKey.id, context)
  const { key, commitment } = deriveCommittedKey(noblePrimitives, LABEL, wrappingKey.key, nonce, aad)
  return concatBytes(PREFIX, Uint8Array.of(id.length), id, nonce, commitment, noblePrimitives.encrypt(key, nonce, aad, dek))
}

/** The id of the wrapping key under which a data key was wrapped; undefined for what is not a wrapped data key. */
export function wrappingKeyIdOf(wrapped: Uint8Array): string | undefined {
  const length = wrapped[PREFIX.length]
  if (length === undefined || PREFIX.some((byte, at) => wrapped[at] !== byte)) return undefined
  const start = PREFIX.length + 1
  if (wrapped.length !== start + length + NONCE_LENGTH + COMMITMENT_LENGTH + SEALED_LENGTH) return undefined
  const id = String.fromCharCode(...wrapped.subarray(start, start + length))
  return isWrappingKeyId(id) ? id : undefined
}

/** Unwraps; undefined for every kind of failure, which is not told apart. */
export function unwrapDataKey(wrappingKey: WrappingKey, context: WrapContext, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrappingKeyIdOf(wrapped) !== wrappingKey.id) return undefined
  const sealedAt = wrapped.length - SEALED_LENGTH
  const commitmentAt = sealedAt - COMMITMENT_LENGTH
  const nonce = wrapped.subarray(commitmentAt - NONCE_LENGTH, commitmentAt)
  const aad = contextBytes(wrappingKey.id, context)
  const derived = deriveCommittedKey(noblePrimitives, LABEL, wrappingKey.key, nonce, aad)
  return decryptCommitted(noblePrimitives, derived, wrapped.subarray(commitmentAt, sealedAt), nonce, aad, wrapped.subarray(sealedAt))
}

function contextBytes(kekId: string, { tenant, userId, dekId }: WrapContext): Uint8Array {
  return lengthPrefixed(['hf1/dek', tenant, userId, dekId, kekId])
}
