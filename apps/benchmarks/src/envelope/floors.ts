import { type CipherChaCha20Poly1305, type CipherGCM, createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Material } from './material.ts'

/** A bare cipher: one key for everything, no derivation, no commitment, no padding. */
export interface Floor {
  readonly name: string
  readonly seal: () => Uint8Array
  readonly open: () => Uint8Array
}

export const BARE_NOBLE = 'bare noble XChaCha20'
const BARE_CHACHA = 'bare node ChaCha20'
const BARE_AES = 'bare node AES-256'

const TAG = { authTagLength: 16 }

export function floorsFor({ key, nonce, aad, plaintext }: Material): readonly Floor[] {
  // Once, as whoever has one key would do: node takes 10 µs longer for each call over plain bytes.
  const secretKey = createSecretKey(key)
  const iv = nonce.slice(0, 12)
  const sealedByNoble = xchacha20poly1305(key, nonce, aad).encrypt(plaintext)
  const sealChaCha = (): Uint8Array => {
    const cipher = createCipheriv('chacha20-poly1305', secretKey, iv, TAG)
    return encrypt(cipher.setAAD(aad, { plaintextLength: plaintext.length }), plaintext)
  }
  const sealAes = (): Uint8Array => encrypt(createCipheriv('aes-256-gcm', secretKey, iv, TAG).setAAD(aad), plaintext)
  const sealedByChaCha = parts(sealChaCha())
  const sealedByAes = parts(sealAes())
  return [
    {
      name: BARE_NOBLE,
      seal: () => xchacha20poly1305(key, nonce, aad).encrypt(plaintext),
      open: () => xchacha20poly1305(key, nonce, aad).decrypt(sealedByNoble),
    },
    {
      name: BARE_CHACHA,
      seal: sealChaCha,
      open: () => {
        const decipher = createDecipheriv('chacha20-poly1305', secretKey, iv, TAG)
        decipher.setAAD(aad, { plaintextLength: plaintext.length }).setAuthTag(sealedByChaCha.tag)
        const opened = decipher.update(sealedByChaCha.body)
        decipher.final()
        return opened
      },
    },
    {
      name: BARE_AES,
      seal: sealAes,
      open: () => {
        const decipher = createDecipheriv('aes-256-gcm', secretKey, iv, TAG).setAAD(aad).setAuthTag(sealedByAes.tag)
        const opened = decipher.update(sealedByAes.body)
        decipher.final()
        return opened
      },
    },
  ]
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
