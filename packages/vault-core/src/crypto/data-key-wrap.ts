import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { RandomSource } from '../runtime.js'
import { COMMITMENT_LENGTH, commitmentOf, decryptCommitted, deriveCommittedKey, keyOf, NONCE_LENGTH, TAG_LENGTH } from './committed-key.js'
import { DEK_LENGTH } from './envelope.js'
import type { WrapContext } from './keyring.js'
import { noblePrimitives } from './primitives.js'
import { wrapContextBytes } from './wrap-context.js'
import { readWrapped, WRAPPED_BY, writeWrapped } from './wrapped-header.js'

const LABEL = utf8ToBytes('hf1 dek key+commit')
const SEALED_LENGTH: number = DEK_LENGTH + TAG_LENGTH
const BODY_LENGTH: number = NONCE_LENGTH + COMMITMENT_LENGTH + SEALED_LENGTH

export interface WrappingKey {
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** Wraps a data key: `"HF" | 0x01 | 0x11 | length of kekId (1) | kekId | nonce(24) | commit(32) | ciphertext(32) | tag(16)`. */
export function wrapDataKey(wrappingKey: WrappingKey, context: WrapContext, dek: Uint8Array, random: RandomSource): Uint8Array {
  const nonce = random(NONCE_LENGTH)
  const aad = wrapContextBytes(wrappingKey.id, context)
  const derived = deriveCommittedKey(noblePrimitives, LABEL, wrappingKey.key, nonce, aad)
  return writeWrapped(
    WRAPPED_BY.localKey,
    wrappingKey.id,
    concatBytes(nonce, commitmentOf(derived), noblePrimitives.encrypt(keyOf(derived), nonce, aad, dek)),
  )
}

/** The id of the wrapping key under which a data key was wrapped; undefined for what is not a wrapped data key. */
export function wrappingKeyIdOf(wrapped: Uint8Array): string | undefined {
  const parts = readWrapped(WRAPPED_BY.localKey, wrapped)
  return parts?.body.length === BODY_LENGTH ? parts.kekId : undefined
}

/** Unwraps; undefined for every kind of failure, which is not told apart. */
export function unwrapDataKey(wrappingKey: WrappingKey, context: WrapContext, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrappingKeyIdOf(wrapped) !== wrappingKey.id) return undefined
  const sealedAt = wrapped.length - SEALED_LENGTH
  const commitmentAt = sealedAt - COMMITMENT_LENGTH
  const nonce = wrapped.subarray(commitmentAt - NONCE_LENGTH, commitmentAt)
  const aad = wrapContextBytes(wrappingKey.id, context)
  const derived = deriveCommittedKey(noblePrimitives, LABEL, wrappingKey.key, nonce, aad)
  return decryptCommitted(noblePrimitives, derived, wrapped, commitmentAt, nonce, aad)
}
