import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { unwrapDataKey, wrapDataKey } from '../../src/crypto/data-key-wrap.js'
import { openEnvelope, sealEnvelope } from '../../src/crypto/envelope.js'
import { lengthPrefixed } from '../../src/crypto/length-prefixed.js'
import * as independent from './independent-hf1.js'

type Fields<Names extends string> = Readonly<Record<Names, string>>

interface Vectors {
  readonly records: readonly (Fields<'comment' | 'dek' | 'dekId' | 'nonce' | 'plaintext' | 'blob'> & {
    readonly context: readonly string[]
  })[]
  readonly wrappedDataKeys: readonly Fields<'comment' | 'kek' | 'kekId' | 'tenant' | 'userId' | 'dekId' | 'dek' | 'nonce' | 'wrapped'>[]
}

// Golden values: they stay for ever, as values like them stand in databases.
const vectors = JSON.parse(readFileSync(new URL('hf1-vectors.json', import.meta.url), 'utf8')) as Vectors
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const buffer = (hex: string): Buffer => Buffer.from(hex, 'hex')
const hexOf = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString('hex')

describe('the golden values of hf1', () => {
  it.each(vectors.records)('record: $comment', ({ dek, dekId, nonce, context, plaintext, blob }) => {
    const key = { id: bytes(dekId), key: bytes(dek) }
    const where = lengthPrefixed(context)
    expect(hexOf(sealEnvelope(key, where, bytes(plaintext), () => bytes(nonce)))).toBe(blob)
    expect(hexOf(openEnvelope(key, where, bytes(blob)))).toBe(plaintext)
  })

  it.each(vectors.records)('record, by an independent implementation: $comment', ({ dek, dekId, nonce, context, plaintext, blob }) => {
    const where = independent.lengthPrefixed(context)
    expect(hexOf(independent.seal(buffer(dek), buffer(dekId), buffer(nonce), where, buffer(plaintext)))).toBe(blob)
    expect(hexOf(independent.open(buffer(dek), where, buffer(blob)))).toBe(plaintext)
  })

  it.each(vectors.wrappedDataKeys)('wrapped data key: $comment', ({ kek, kekId, tenant, userId, dekId, dek, nonce, wrapped }) => {
    const key = { id: kekId, key: bytes(kek) }
    const context = { tenant, userId, dekId: bytes(dekId) }
    expect(hexOf(wrapDataKey(key, context, bytes(dek), () => bytes(nonce)))).toBe(wrapped)
    expect(hexOf(unwrapDataKey(key, context, bytes(wrapped)))).toBe(dek)
    const where = independent.lengthPrefixed(['hf1/dek', tenant, userId, buffer(dekId), kekId])
    expect(hexOf(independent.wrap(buffer(kek), kekId, buffer(nonce), where, buffer(dek)))).toBe(wrapped)
  })
})
