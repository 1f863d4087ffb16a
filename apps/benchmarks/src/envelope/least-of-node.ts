import { createDecipheriv, createSecretKey, hash } from 'node:crypto'
import { pad } from '@holdfast/vault-core/internal'
import { hchacha, xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Material } from './material.ts'

export const LEAST = 'hf1, calls of node alone'

const BLOCK_LENGTH = 64
const HASH_LENGTH = 32
const LABEL_LENGTH = 21
const TAG = { authTagLength: 16 }

/**
 * What `node:crypto` itself takes to open a value of format hf1, and no step of our own between: every input lies ready. A hash of the
 * context, HMACs for the extraction and two blocks of key (RFC 5869), HChaCha20, a key object, and ChaCha20-Poly1305.
 */
export function leastOfNode({ key, nonce, context, aad, plaintext }: Material): () => Uint8Array {
  const outer = new Uint8Array(BLOCK_LENGTH + HASH_LENGTH)
  const info = LABEL_LENGTH + HASH_LENGTH + 1
  const hashed = [context, ...[HASH_LENGTH, info, HASH_LENGTH + info].flatMap((message) => [new Uint8Array(BLOCK_LENGTH + message), outer])]
  const sealed = xchacha20poly1305(key, nonce, aad).encrypt(pad(plaintext))
  const [body, tag] = [sealed.subarray(0, -TAG.authTagLength), sealed.subarray(-TAG.authTagLength)]
  const [sigma, words] = [new Uint32Array(new TextEncoder().encode('expand 32-byte k').buffer), new Uint32Array(key.slice().buffer)]
  const [nonceWords, subkey] = [new Uint32Array(nonce.slice(0, 16).buffer), new Uint32Array(8)]
  const subkeyBytes = new Uint8Array(subkey.buffer)
  const iv = Uint8Array.of(0, 0, 0, 0, ...nonce.subarray(16))
  return () => {
    for (const each of hashed) hash('sha256', each, 'binary')
    hchacha(sigma, words, nonceWords, subkey)
    const decipher = createDecipheriv('chacha20-poly1305', createSecretKey(subkeyBytes), iv, TAG)
    decipher.setAAD(aad, { plaintextLength: body.length }).setAuthTag(tag)
    const opened = decipher.update(body)
    decipher.final()
    return opened
  }
}
