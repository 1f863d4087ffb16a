import type { Aead, EnvelopePrimitives } from './primitives.js'

/** What a value is sealed with. Both are read; the second is for those whom rules bind to AES. */
export type CipherSuite = 'xchacha20-poly1305' | 'aes-256-gcm'

/** The fourth byte of a blob. */
export const SUITE_BYTE: Readonly<Record<CipherSuite, number>> = { 'xchacha20-poly1305': 1, 'aes-256-gcm': 2 }

export const DEFAULT_SUITE: CipherSuite = 'xchacha20-poly1305'

export function isCipherSuite(name: unknown): name is CipherSuite {
  return typeof name === 'string' && Object.hasOwn(SUITE_BYTE, name)
}

export function suiteOf(byte: number | undefined): CipherSuite | undefined {
  if (byte === SUITE_BYTE['xchacha20-poly1305']) return 'xchacha20-poly1305'
  return byte === SUITE_BYTE['aes-256-gcm'] ? 'aes-256-gcm' : undefined
}

/** The cipher of a suite, for the 24-byte nonce of the envelope; undefined where the primitives do not have it. */
export function cipherOf(primitives: EnvelopePrimitives, suite: CipherSuite): Aead | undefined {
  if (suite === 'xchacha20-poly1305') return primitives
  const aes = primitives.aes256Gcm
  return (
    aes && {
      encrypt: (key, nonce, aad, plaintext) => aes.encrypt(key, gcmNonce(nonce), aad, plaintext),
      decrypt: (key, nonce, aad, sealed) => aes.decrypt(key, gcmNonce(nonce), aad, sealed),
    }
  )
}

/** GCM's own nonce is too short to be drawn at random for ever; here the whole nonce goes into the key, which is new for each value. */
function gcmNonce(nonce: Uint8Array): Uint8Array {
  return nonce.subarray(0, 12)
}
