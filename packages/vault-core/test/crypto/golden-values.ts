import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import vectors from '../../docs/hf1-vectors.json' with { type: 'json' }
import { type CipherSuite, suiteOf } from '../../src/crypto/cipher-suite.js'
import { openEnvelope, sealEnvelope } from '../../src/crypto/envelope.js'
import { lengthPrefixed } from '../../src/crypto/length-prefixed.js'
import type { EnvelopePrimitives } from '../../src/crypto/primitives.js'

export const hexOf = (value: Uint8Array | undefined): string | undefined => value && bytesToHex(value)

/** Golden values of both suites: they stay for ever, as values like them stand in databases. Every implementation has to make them. */
export function testGoldenValues(name: string, primitives: EnvelopePrimitives): void {
  describe(`the golden values of hf1, by ${name}`, () => {
    it.each(vectors.records)('record: $comment', ({ suite, dek, dekId, nonce, context, plaintext, blob }) => {
      const key = { id: hexToBytes(dekId), key: hexToBytes(dek) }
      const where = lengthPrefixed(context)
      const sealed = sealEnvelope(key, where, hexToBytes(plaintext), () => hexToBytes(nonce), primitives, suiteNamed(suite))
      expect(hexOf(sealed)).toBe(blob)
      expect(hexOf(openEnvelope(key, where, hexToBytes(blob), primitives))).toBe(plaintext)
    })

    it.each(vectors.refused)('refused: $comment', ({ dek, context, blob }) => {
      const bytes = hexToBytes(blob)
      const key = { id: bytes.slice(4, 20), key: hexToBytes(dek) }
      expect(openEnvelope(key, lengthPrefixed(context), bytes, primitives)).toBeUndefined()
    })
  })
}

function suiteNamed(byte: number): CipherSuite {
  const suite = suiteOf(byte)
  if (!suite) throw new Error(`The vectors have a suite ${byte}, which is unknown.`)
  return suite
}
