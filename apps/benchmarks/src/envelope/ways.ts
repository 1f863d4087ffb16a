import { openEnvelope, sealEnvelope } from '@holdfast/vault-core/internal'
import { ENVELOPES, type Envelope } from './contenders.ts'
import { FLOORS } from './floors.ts'
import { LEAST, leastOfNode } from './least-of-node.ts'
import { random } from './material.ts'
import type { Way } from './way.ts'

/** All that the rows compare: bare ciphers, envelopes, and what Node takes at least. */
export const WAYS: readonly Way[] = [...FLOORS, ...ENVELOPES.map(byEnvelope), { name: LEAST, opening: leastOfNode }]

function byEnvelope({ name, primitives, suite }: Envelope): Way {
  return {
    name,
    sealing:
      ({ dataKey, context, plaintext }) =>
      () =>
        sealEnvelope(dataKey, context, plaintext, random, primitives, suite),
    opening({ dataKey, context, plaintext }) {
      const blob = sealEnvelope(dataKey, context, plaintext, random, primitives, suite)
      return () => opened(openEnvelope(dataKey, context, blob, primitives))
    },
  }
}

function opened(plaintext: Uint8Array | undefined): Uint8Array {
  if (!plaintext) throw new Error('What was sealed does not open.')
  return plaintext
}
