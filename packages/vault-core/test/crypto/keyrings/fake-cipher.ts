import { gcm } from '@noble/ciphers/aes.js'
import { concatBytes } from '@noble/hashes/utils.js'

/** What every fake key service does with its own key: AES-256-GCM under a fresh nonce. Its key never leaves it. */
export interface FakeCipher {
  encrypt(plaintext: Uint8Array, aad: Uint8Array): Uint8Array
  /** Undefined when the tag does not verify. */
  decrypt(ciphertext: Uint8Array, aad: Uint8Array): Uint8Array | undefined
}

export function fakeCipher(): FakeCipher {
  const key = crypto.getRandomValues(new Uint8Array(32))
  return {
    encrypt(plaintext, aad) {
      const nonce = crypto.getRandomValues(new Uint8Array(12))
      return concatBytes(nonce, gcm(key, nonce, aad).encrypt(plaintext))
    },
    decrypt(ciphertext, aad) {
      try {
        return gcm(key, ciphertext.subarray(0, 12), aad).decrypt(ciphertext.subarray(12))
      } catch {
        return undefined
      }
    },
  }
}
