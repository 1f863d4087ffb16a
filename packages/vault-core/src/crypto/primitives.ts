import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hkdfSha256 } from './hkdf-sha256.js'

/** A cipher with associated data and a 32-byte key. */
export interface Aead {
  /** The 16-byte tag comes last. */
  encrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** Undefined, or an exception of any kind, when the tag does not verify. */
  decrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
}

/**
 * The algorithms that format `hf1` is made of. Another implementation of them may be handed in; the bytes must be the same. Its own
 * `encrypt` and `decrypt` are XChaCha20-Poly1305, with a 24-byte nonce.
 */
export interface EnvelopePrimitives extends Aead {
  sha256(data: Uint8Array): Uint8Array
  /** HKDF-SHA256 (RFC 5869). */
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array
  /** AES-256-GCM, with a 12-byte nonce. Without it nothing of suite `aes-256-gcm` is sealed or opened. */
  readonly aes256Gcm?: Aead
}

/** Pure TypeScript, from `@noble/ciphers` and `@noble/hashes`: runs everywhere. */
export const noblePrimitives: EnvelopePrimitives = {
  sha256: (data) => sha256(data),
  hkdfSha256,
  encrypt: (key, nonce, aad, plaintext) => xchacha20poly1305(key, nonce, aad).encrypt(plaintext),
  decrypt: (key, nonce, aad, sealed) => xchacha20poly1305(key, nonce, aad).decrypt(sealed),
}
