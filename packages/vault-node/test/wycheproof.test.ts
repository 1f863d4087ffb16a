import { describe } from 'vitest'
import { testAead, testAes256Gcm, testHkdf } from '../../vault-core/test/crypto/wycheproof.js'
import { aes256Gcm, chacha20Poly1305 } from '../src/aead.js'
import { nodePrimitives } from '../src/index.js'

describe('Wycheproof, by node:crypto', () => {
  testAead('xchacha20_poly1305', 315, nodePrimitives())
  testAead('chacha20_poly1305', 325, chacha20Poly1305)
  testAes256Gcm(aes256Gcm)
  testHkdf(nodePrimitives().hkdfSha256)
})
