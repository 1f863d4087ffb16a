import { randomBytes } from 'node:crypto'
import { lengthPrefixed, openEnvelope, sealEnvelope } from '@holdfast/vault-core/internal'
import { nodePrimitives } from '@holdfast/vault-node'
import { CONTEXT_PARTS, random } from '../envelope/material.ts'
import type { BareCipher } from './bare-cipher.ts'

/** Format hf1 by Node's ciphers and nothing around it: one data key, at hand, and one place for all tokens. */
export function bareEnvelope(): BareCipher {
  const primitives = nodePrimitives()
  const dataKey = { id: randomBytes(16), key: random(32) }
  const context = lengthPrefixed(CONTEXT_PARTS)
  return {
    seal: (token) => sealEnvelope(dataKey, context, new TextEncoder().encode(JSON.stringify({ v: 1, token })), random, primitives),
    open(sealed) {
      const opened = openEnvelope(dataKey, context, sealed, primitives)
      if (!opened) throw new Error('What was sealed does not open.')
      return JSON.parse(new TextDecoder().decode(opened))
    },
  }
}
