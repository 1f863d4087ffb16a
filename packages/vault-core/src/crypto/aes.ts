import { gcm } from '@noble/ciphers/aes.js'
import { type EnvelopePrimitives, noblePrimitives } from './primitives.js'

/**
 * Pure TypeScript primitives with AES-256-GCM beside XChaCha20-Poly1305, for runtimes without `@holdfast/vault-node`. Their AES takes
 * longer than the default cipher: choose it where rules ask for AES.
 *
 * @example
 * ```ts
 * const vault = createVault({ store, keyring, connections, primitives: aesPrimitives, cipherSuite: 'aes-256-gcm' })
 * ```
 */
export const aesPrimitives: EnvelopePrimitives = {
  ...noblePrimitives,
  aes256Gcm: {
    encrypt: (key, nonce, aad, plaintext) => gcm(key, nonce, aad).encrypt(plaintext),
    decrypt: (key, nonce, aad, sealed) => gcm(key, nonce, aad).decrypt(sealed),
  },
}
