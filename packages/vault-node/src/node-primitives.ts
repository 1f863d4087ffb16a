import type { EnvelopePrimitives } from '@holdfast/vault-core'
import { hchacha } from '@noble/ciphers/chacha.js'
import { aes256Gcm, chacha20Poly1305 } from './aead.js'
import { hkdfSha256 } from './hkdf-sha256.js'
import { sha256 } from './sha256.js'

/** "expand 32-byte k", as words in the machine's own order. */
const SIGMA = new Uint32Array(new TextEncoder().encode('expand 32-byte k').buffer)

/**
 * The algorithms of the envelope by `node:crypto`. They make and read the same bytes as the pure implementation, so that vaults with
 * either share a store.
 *
 * @example
 * ```ts
 * const vault = createVault({ store, keyring, connections, primitives: nodePrimitives() })
 * ```
 */
export function nodePrimitives(): EnvelopePrimitives {
  return {
    sha256,
    hkdfSha256,
    encrypt: (key, nonce, aad, plaintext) => chacha20Poly1305.encrypt(subkey(key, nonce), shortNonce(nonce), aad, plaintext),
    decrypt: (key, nonce, aad, sealed) => chacha20Poly1305.decrypt(subkey(key, nonce), shortNonce(nonce), aad, sealed),
    aes256Gcm,
  }
}

/** XChaCha20 is ChaCha20 under a key that HChaCha20 makes of the key and the first 16 bytes of the nonce (draft-irtf-cfrg-xchacha-03). */
function subkey(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  if (key.length !== 32 || nonce.length !== 24) throw new RangeError('XChaCha20-Poly1305 takes a key of 32 bytes and a nonce of 24.')
  input.set(key)
  for (let index = 0; index < 16; index++) input[32 + index] = nonce[index] ?? 0
  hchacha(SIGMA, keyWords, nonceWords, subkeyWords)
  input.fill(0)
  return subkeyBytes
}

function shortNonce(nonce: Uint8Array): Uint8Array {
  for (let index = 0; index < 8; index++) short[4 + index] = nonce[16 + index] ?? 0
  return short
}

// Used again and again: OpenSSL takes its copy of key and nonce before a call returns.
const input = new Uint8Array(48)
const keyWords = new Uint32Array(input.buffer, 0, 8)
const nonceWords = new Uint32Array(input.buffer, 32, 4)
const subkeyWords = new Uint32Array(8)
const subkeyBytes = new Uint8Array(subkeyWords.buffer)
const short = new Uint8Array(12)
