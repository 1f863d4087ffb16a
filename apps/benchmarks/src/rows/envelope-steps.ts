import type { EnvelopePrimitives } from '@holdfast/vault-core'
import { deriveCommittedKey, lengthPrefixed, pad, unpad } from '@holdfast/vault-core/internal'
import { alternate } from '../alternate.ts'
import type { Contender } from '../contender.ts'
import { ENVELOPES } from '../envelope/contenders.ts'
import { CONTEXT_PARTS, newMaterial } from '../envelope/material.ts'
import type { Row } from '../row.ts'

const LENGTH = 1_000
const LABEL = new TextEncoder().encode('hf1 record key+commit')

export const envelopeStepsRow: Row = {
  name: 'value-steps',
  title: 'What each step of opening 1 KB costs',
  fairness:
    'Each step by itself, over the same input again and again: the sum comes out lower than the whole. Key and commitment are one step: ' +
    'the two halves of 64 bytes from HKDF.',
  async measure(settings) {
    const { plaintext } = newMaterial(LENGTH)
    const padded = pad(plaintext)
    const lines = await alternate(
      [
        { name: 'write the context', run: () => lengthPrefixed(CONTEXT_PARTS) },
        ...ENVELOPES.filter(({ suite }) => suite === 'xchacha20-poly1305').flatMap(({ name, primitives }) => stepsBy(name, primitives)),
        ...ENVELOPES.filter(({ suite }) => suite === 'aes-256-gcm').map(({ name, primitives }) => aesBy(name, primitives)),
        { name: 'pad (when sealing)', run: () => pad(plaintext) },
        { name: 'check and take off the padding', run: () => unpad(padded) },
      ],
      [],
      settings,
    )
    return { lines, goals: [] }
  },
}

function stepsBy(name: string, primitives: EnvelopePrimitives): readonly Contender[] {
  const { dataKey, key, nonce, aad, context, plaintext } = newMaterial(LENGTH)
  const sealed = primitives.encrypt(key, nonce, aad, pad(plaintext))
  return [
    { name: `${name}: hash the context`, run: () => primitives.sha256(context) },
    {
      name: `${name}: hash it, derive key and commitment`,
      run: () => deriveCommittedKey(primitives, LABEL, dataKey.key, nonce, context),
    },
    { name: `${name}: decrypt`, run: () => primitives.decrypt(key, nonce, aad, sealed) },
  ]
}

function aesBy(name: string, { aes256Gcm }: EnvelopePrimitives): Contender {
  if (!aes256Gcm) throw new Error(`${name} has no AES.`)
  const { key, nonce, aad, plaintext } = newMaterial(LENGTH)
  const iv = nonce.slice(0, 12)
  const sealed = aes256Gcm.encrypt(key, iv, aad, pad(plaintext))
  return { name: `${name}: decrypt`, run: () => aes256Gcm.decrypt(key, iv, aad, sealed) }
}
