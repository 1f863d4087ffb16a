import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { aesPrimitives } from '../../src/crypto/aes.js'
import { hex, testAead, testAes256Gcm, testHkdf, testVectors, vectorFolder } from './wycheproof.js'

describe('Wycheproof', () => {
  it('vectors are looked for', () => {
    expect(vectorFolder.pathname.endsWith('/shared/vectors/')).toBe(true)
  })

  testAead('xchacha20_poly1305', 315, aesPrimitives)
  testAead('chacha20_poly1305', 325, {
    encrypt: (key, nonce, aad, plaintext) => chacha20poly1305(key, nonce, aad).encrypt(plaintext),
    decrypt: (key, nonce, aad, sealed) => chacha20poly1305(key, nonce, aad).decrypt(sealed),
  })
  if (aesPrimitives.aes256Gcm) testAes256Gcm(aesPrimitives.aes256Gcm)
  testHkdf(aesPrimitives.hkdfSha256)

  testVectors('hmac_sha256', 174, (vector) => {
    const tag = bytesToHex(hmac(sha256, hex(vector.key), hex(vector.msg))).slice(0, vector.tag?.length)
    expect(tag === vector.tag, `${vector.tcId}`).toBe(vector.result !== 'invalid')
  })
})
