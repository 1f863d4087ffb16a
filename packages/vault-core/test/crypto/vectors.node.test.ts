import { describe, expect, it } from 'vitest'
import vectors from '../../docs/hf1-vectors.json' with { type: 'json' }
import * as independent from './independent-hf1.js'

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

describe('the golden values of hf1, by an independent implementation on node:crypto', () => {
  it.each(vectors.records)('record: $comment', ({ suite, dek, dekId, nonce, context, plaintext, blob }) => {
    const where = independent.lengthPrefixed(context)
    expect(independent.seal(suite, bytes(dek), bytes(dekId), bytes(nonce), where, bytes(plaintext)).toString('hex')).toBe(blob)
    expect(independent.open(bytes(dek), where, bytes(blob)).toString('hex')).toBe(plaintext)
  })

  it.each(vectors.refused)('refused: $comment', ({ dek, context, blob }) => {
    expect(() => independent.open(bytes(dek), independent.lengthPrefixed(context), bytes(blob))).toThrow()
  })

  it.each(vectors.texts)('text: $comment', ({ blob, text }) => {
    expect(`hf1.${bytes(blob).toString('base64url')}`).toBe(text)
  })

  it.each(vectors.wrappedDataKeys)('wrapped data key: $comment', ({ kek, kekId, tenant, userId, dekId, dek, nonce, wrapped }) => {
    const where = independent.lengthPrefixed(['hf1/dek', tenant, userId, bytes(dekId), kekId])
    expect(independent.wrap(bytes(kek), kekId, bytes(nonce), where, bytes(dek)).toString('hex')).toBe(wrapped)
    expect(independent.unwrap(bytes(kek), where, bytes(wrapped)).toString('hex')).toBe(dek)
  })

  it.each(vectors.fingerprints)('fingerprint: $comment', ({ dek, secret, fingerprint }) => {
    expect(independent.fingerprint(bytes(dek), secret).toString('hex')).toBe(fingerprint)
  })
})
