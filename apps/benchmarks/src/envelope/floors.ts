import { type CipherChaCha20Poly1305, type CipherGCM, createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Material } from './material.ts'
import type { Way } from './way.ts'

export const BARE_NOBLE = 'bare noble XChaCha20'

const TAG = { authTagLength: 16 }
const NONCE_LENGTH = 12

/**
 * Bare ciphers: one key for everything, no derivation, no commitment, no padding. Node's have a key object, made once, as whoever has one key would
 * do: it takes 10 µs longer for each call over plain bytes.
 */
export const FLOORS: readonly Way[] = [
  {
    name: BARE_NOBLE,
    sealing({ key, nonce, aad, plaintext }) {
      return () => xchacha20poly1305(key, nonce, aad).encrypt(plaintext)
    },
    opening({ key, nonce, aad, plaintext }) {
      const sealed = xchacha20poly1305(key, nonce, aad).encrypt(plaintext)
      return () => xchacha20poly1305(key, nonce, aad).decrypt(sealed)
    },
  },
  {
    name: 'bare node ChaCha20',
    sealing: sealChaCha,
    opening(material) {
      const { key, nonce, aad, plaintext } = material
      const [secretKey, iv] = [createSecretKey(key), nonce.slice(0, NONCE_LENGTH)]
      const { body, tag } = parts(sealChaCha(material)())
      return () => {
        const decipher = createDecipheriv('chacha20-poly1305', secretKey, iv, TAG)
        decipher.setAAD(aad, { plaintextLength: plaintext.length }).setAuthTag(tag)
        const opened = decipher.update(body)
        decipher.final()
        return opened
      }
    },
  },
  {
    name: 'bare node AES-256',
    sealing: sealAes,
    opening(material) {
      const { key, nonce, aad } = material
      const [secretKey, iv] = [createSecretKey(key), nonce.slice(0, NONCE_LENGTH)]
      const { body, tag } = parts(sealAes(material)())
      return () => {
        const decipher = createDecipheriv('aes-256-gcm', secretKey, iv, TAG).setAAD(aad).setAuthTag(tag)
        const opened = decipher.update(body)
        decipher.final()
        return opened
      }
    },
  },
]

function sealChaCha({ key, nonce, aad, plaintext }: Material): () => Uint8Array {
  const [secretKey, iv] = [createSecretKey(key), nonce.slice(0, NONCE_LENGTH)]
  return () => {
    const cipher = createCipheriv('chacha20-poly1305', secretKey, iv, TAG)
    return encrypt(cipher.setAAD(aad, { plaintextLength: plaintext.length }), plaintext)
  }
}

function sealAes({ key, nonce, aad, plaintext }: Material): () => Uint8Array {
  const [secretKey, iv] = [createSecretKey(key), nonce.slice(0, NONCE_LENGTH)]
  return () => encrypt(createCipheriv('aes-256-gcm', secretKey, iv, TAG).setAAD(aad), plaintext)
}

function encrypt(cipher: CipherGCM | CipherChaCha20Poly1305, plaintext: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + TAG.authTagLength)
  sealed.set(cipher.update(plaintext))
  cipher.final()
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

function parts(sealed: Uint8Array): { readonly body: Uint8Array; readonly tag: Uint8Array } {
  const end = sealed.length - TAG.authTagLength
  return { body: sealed.subarray(0, end), tag: sealed.subarray(end) }
}
