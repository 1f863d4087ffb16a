import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import type { Aead } from '@holdfast/vault-core'

const TAG_LENGTH = 16
const TAG = { authTagLength: TAG_LENGTH }

/** ChaCha20-Poly1305 (RFC 8439): 12-byte nonce. */
export const chacha20Poly1305: Aead = {
  encrypt(key, nonce, aad, plaintext) {
    const cipher = createCipheriv('chacha20-poly1305', secretKey(key), nonce, TAG)
    cipher.setAAD(aad, { plaintextLength: plaintext.length })
    return encryptWith(cipher, plaintext)
  },
  decrypt(key, nonce, aad, sealed) {
    const decipher = createDecipheriv('chacha20-poly1305', secretKey(key), nonce, TAG)
    decipher.setAAD(aad, { plaintextLength: sealed.length - TAG_LENGTH })
    return decryptWith(decipher, sealed)
  },
}

/** AES-256-GCM (NIST SP 800-38D): 12-byte nonce. */
export const aes256Gcm: Aead = {
  encrypt(key, nonce, aad, plaintext) {
    return encryptWith(createCipheriv('aes-256-gcm', secretKey(key), nonce, TAG).setAAD(aad), plaintext)
  },
  decrypt(key, nonce, aad, sealed) {
    return decryptWith(createDecipheriv('aes-256-gcm', secretKey(key), nonce, TAG).setAAD(aad), sealed)
  },
}

/** On Node 24 a cipher takes 10 µs longer over a key given as plain bytes: it tries first whether they are a CryptoKey. */
const secretKey = createSecretKey

/** Neither cipher keeps anything back: all of the text comes from `update`, and `final` makes or checks the tag. */
function encryptWith(
  cipher: Pick<ReturnType<typeof createCipheriv>, 'update' | 'final'> & { getAuthTag(): Uint8Array },
  plaintext: Uint8Array,
): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + TAG_LENGTH)
  sealed.set(cipher.update(plaintext))
  cipher.final()
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

function decryptWith(
  decipher: Pick<ReturnType<typeof createDecipheriv>, 'update' | 'final'> & { setAuthTag(tag: Uint8Array): unknown },
  sealed: Uint8Array,
): Uint8Array {
  const end = sealed.length - TAG_LENGTH
  decipher.setAuthTag(sealed.subarray(end))
  const { buffer, byteOffset, length } = decipher.update(sealed.subarray(0, end))
  decipher.final()
  return new Uint8Array(buffer, byteOffset, length)
}
