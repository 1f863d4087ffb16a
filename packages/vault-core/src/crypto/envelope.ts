import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { RandomSource } from '../runtime.js'
import { type CipherSuite, cipherOf, DEFAULT_SUITE, SUITE_BYTE, suiteOf } from './cipher-suite.js'
import { COMMITMENT_LENGTH, commitmentOf, decryptCommitted, deriveCommittedKey, keyOf, NONCE_LENGTH, TAG_LENGTH } from './committed-key.js'
import { pad, unpad } from './padding.js'
import { type EnvelopePrimitives, noblePrimitives } from './primitives.js'

/** "HF", format 1. */
const FORMAT = Uint8Array.of(0x48, 0x46, 0x01)
const SUITE_AT: number = FORMAT.length
const LABEL = utf8ToBytes('hf1 record key+commit')

export const DEK_LENGTH = 32
export const DEK_ID_LENGTH = 16

const DEK_ID_AT: number = SUITE_AT + 1
const NONCE_AT: number = DEK_ID_AT + DEK_ID_LENGTH
const COMMITMENT_AT: number = NONCE_AT + NONCE_LENGTH
const CIPHERTEXT_AT: number = COMMITMENT_AT + COMMITMENT_LENGTH

export interface DataKey {
  /** 16 bytes; stands in each blob that the key sealed. */
  readonly id: Uint8Array
  /** 32 bytes. */
  readonly key: Uint8Array
}

/**
 * Seals a value in format `hf1`: `"HF" | 0x01 | suite | dekId(16) | nonce(24) | commit(32) | ciphertext | tag(16)`. Each value has its own
 * key, derived from the data key, the nonce and the context; the commitment lets the blob open under no other key.
 *
 * @param context - Length-prefixed parts that say where the value belongs.
 * @throws {RangeError} When the primitives have no cipher for the suite: the vault refuses such options when it is made.
 */
export function sealEnvelope(
  dataKey: DataKey,
  context: Uint8Array,
  plaintext: Uint8Array,
  random: RandomSource,
  primitives: EnvelopePrimitives = noblePrimitives,
  suite: CipherSuite = DEFAULT_SUITE,
): Uint8Array {
  const cipher = cipherOf(primitives, suite)
  if (!cipher) throw new RangeError(`The primitives have no cipher for suite ${suite}.`)
  const nonce = random(NONCE_LENGTH)
  const derived = deriveCommittedKey(primitives, LABEL, dataKey.key, nonce, context)
  const aad = concatBytes(FORMAT, Uint8Array.of(SUITE_BYTE[suite]), dataKey.id, nonce, commitmentOf(derived), context)
  return concatBytes(aad.subarray(0, CIPHERTEXT_AT), cipher.encrypt(keyOf(derived), nonce, aad, pad(plaintext)))
}

/** The id of the data key that sealed a blob; undefined for what is not an `hf1` blob of a known suite, or is cut short. */
export function dataKeyIdOf(blob: Uint8Array): Uint8Array | undefined {
  return isWhole(blob) && suiteOf(blob[SUITE_AT]) ? blob.subarray(DEK_ID_AT, NONCE_AT) : undefined
}

/** What the first bytes of a blob tell these primitives: whose key it needs, or why nobody opens it and what to do. */
export type HeaderReading = { readonly dekId: Uint8Array } | { readonly why: string; readonly todo: string }

export function readHeader(blob: Uint8Array, primitives: EnvelopePrimitives): HeaderReading {
  const [h, f, format, suiteByte] = blob
  if (h === FORMAT[0] && f === FORMAT[1] && format !== FORMAT[2])
    return { why: `it is in format ${format}, and this version reads format 1 alone`, todo: 'Update Holdfast' }
  if (!isWhole(blob)) return { why: 'it is cut short, or is not in format hf1 at all', todo: 'Restore the row' }
  const suite = suiteOf(suiteByte)
  if (!suite)
    return { why: `it is sealed with suite ${suiteByte} of format hf1, which this version does not know`, todo: 'Update Holdfast' }
  if (cipherOf(primitives, suite)) return { dekId: blob.subarray(DEK_ID_AT, NONCE_AT) }
  return {
    why: `it is sealed with suite ${suiteByte} of format hf1, ${suite}, and the \`primitives\` of this vault have no such cipher`,
    todo: 'Make the vault with `createVault` of @holdfast/vault-node, or with the `primitives` of @holdfast/vault-core/aes',
  }
}

/** Opens a blob; undefined for every kind of failure, which is not told apart. */
export function openEnvelope(
  dataKey: DataKey,
  context: Uint8Array,
  blob: Uint8Array,
  primitives: EnvelopePrimitives = noblePrimitives,
): Uint8Array | undefined {
  const suite = suiteOf(blob[SUITE_AT])
  const cipher = suite && cipherOf(primitives, suite)
  if (!cipher || !isWhole(blob) || !isSealedBy(dataKey, blob)) return undefined
  const nonce = blob.subarray(NONCE_AT, COMMITMENT_AT)
  const derived = deriveCommittedKey(primitives, LABEL, dataKey.key, nonce, context)
  const aad = aadOf(blob, context)
  const padded = decryptCommitted(cipher, derived, blob, COMMITMENT_AT, nonce, aad)
  return padded && unpad(padded)
}

function isSealedBy({ id }: DataKey, blob: Uint8Array): boolean {
  return id.length === DEK_ID_LENGTH && id.every((byte, index) => byte === blob[DEK_ID_AT + index])
}

/** What stands in front of the ciphertext, and the context. Good until the next call. */
function aadOf(blob: Uint8Array, context: Uint8Array): Uint8Array {
  const length = CIPHERTEXT_AT + context.length
  if (lastAad.length !== length) lastAad = new Uint8Array(length)
  for (let index = 0; index < CIPHERTEXT_AT; index++) lastAad[index] = blob[index] ?? 0
  lastAad.set(context, CIPHERTEXT_AT)
  return lastAad
}

// Contexts are nearly always of one length, nothing in them is secret, and a new array costs a twentieth of what an opening does.
let lastAad = new Uint8Array()

function isWhole(blob: Uint8Array): boolean {
  return blob.length >= CIPHERTEXT_AT + TAG_LENGTH && blob[0] === FORMAT[0] && blob[1] === FORMAT[1] && blob[2] === FORMAT[2]
}
