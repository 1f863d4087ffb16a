import { randomBytes } from 'node:crypto'
import { type DataKey, lengthPrefixed } from '@holdfast/vault-core/internal'

export const RECORD = { connectionId: 'google', userId: 'auth0|5f7c8ec7c33c6c004bbafe82', accountId: 'default' } as const

/** What an access token of this user is bound to. */
export const CONTEXT_PARTS: readonly string[] = ['hf1/record', 'default', ...Object.values(RECORD), 'access_token', '1', '12']

const HEADER_LENGTH = 76

/** Everything that it takes to seal, drawn once. */
export interface Material {
  readonly dataKey: DataKey
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly context: Uint8Array
  /** Of the length that the envelope has: header and context. */
  readonly aad: Uint8Array
  readonly plaintext: Uint8Array
}

export function newMaterial(length: number): Material {
  const context = lengthPrefixed(CONTEXT_PARTS)
  return {
    dataKey: { id: random(16), key: random(32) },
    key: random(32),
    nonce: random(24),
    context,
    aad: random(HEADER_LENGTH + context.length),
    plaintext: random(length),
  }
}

export function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length))
}
