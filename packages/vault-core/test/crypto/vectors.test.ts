import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import vectors from '../../docs/hf1-vectors.json' with { type: 'json' }
import { aesPrimitives } from '../../src/crypto/aes.js'
import { unwrapDataKey, wrapDataKey } from '../../src/crypto/data-key-wrap.js'
import { dataKeyIdOf } from '../../src/crypto/envelope.js'
import { envelopeFromText, envelopeToText } from '../../src/crypto/text.js'
import { hexOf, testGoldenValues } from './golden-values.js'

testGoldenValues('noble', aesPrimitives)

describe('the golden values of hf1', () => {
  it.each(vectors.texts)('text: $comment', ({ blob, text }) => {
    expect(envelopeToText(hexToBytes(blob))).toBe(text)
    expect(hexOf(envelopeFromText(text))).toBe(blob)
  })

  it.each(vectors.wrappedDataKeys)('wrapped data key: $comment', ({ kek, kekId, tenant, userId, dekId, dek, nonce, wrapped }) => {
    const key = { id: kekId, key: hexToBytes(kek) }
    const context = { tenant, userId, dekId: hexToBytes(dekId) }
    expect(hexOf(wrapDataKey(key, context, hexToBytes(dek), () => hexToBytes(nonce)))).toBe(wrapped)
    expect(hexOf(unwrapDataKey(key, context, hexToBytes(wrapped)))).toBe(dek)
  })

  it('tells what it cannot read by the first bytes alone', () => {
    const unreadable = vectors.refused.filter(({ comment }) => comment.startsWith('an unknown'))
    expect(unreadable.map(({ blob }) => dataKeyIdOf(hexToBytes(blob)))).toEqual([undefined, undefined])
  })
})

describe('the text form of a blob', () => {
  it.each(['', 'hf1.', 'hf2.SEYB', 'SEYB', 'hf1.SEYB=', 'hf1.SE+B', 'hf1.SEY B', 'hf1.SEYBA', 'hf1.SEYBAB', ' hf1.SEYB', 'hf1.SEYB\n'])(
    'is one alone for each blob: %j is none',
    (text) => {
      expect(envelopeFromText(text)).toBeUndefined()
    },
  )
})
