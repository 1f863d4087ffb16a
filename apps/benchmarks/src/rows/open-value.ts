import { openEnvelope, sealEnvelope } from '@holdfast/vault-core/internal'
import { alternate } from '../alternate.ts'
import { BY_NOBLE, BY_NODE, ENVELOPES } from '../envelope/contenders.ts'
import { BARE_NOBLE, floorsFor } from '../envelope/floors.ts'
import { leastOfNode } from '../envelope/least-of-node.ts'
import { newMaterial, random } from '../envelope/material.ts'
import { SIZES, type Size } from '../envelope/sizes.ts'
import { type Goal, judge, type Row } from '../row.ts'

const FAIRNESS =
  'Same text, same associated data. The bare ciphers have one key for all values, at hand, and authenticate; hf1 derives a key for each ' +
  'value with HKDF, checks its commitment, decrypts the text padded to the next 256 bytes, and checks the padding. Its data key is at hand. "Calls of node" is what hf1 by node ' +
  'cannot do without: the calls of `node:crypto` and HChaCha20, over inputs that lie ready.'

const LEAST = 'hf1, calls of node alone'

/** Of 1 KB, as most tokens are. */
const GOALS: readonly Goal[] = [
  { of: BY_NODE, against: BARE_NOBLE, atLeast: 1.3 },
  { of: BY_NOBLE, against: BARE_NOBLE, atLeast: 0.6 },
]

export const openValueRows: readonly Row[] = SIZES.map((size) => ({
  name: `value-open-${size.name}`,
  title: `Open a value of ${size.title}`,
  fairness: FAIRNESS,
  measure: (settings) => measure(size, settings),
}))

const measure = async ({ name, length }: Size, settings: Parameters<Row['measure']>[0]): ReturnType<Row['measure']> => {
  const material = newMaterial(length)
  const { dataKey, context, plaintext } = material
  const floors = floorsFor(material)
  const lines = await alternate(
    [
      ...floors.map((floor) => ({ name: floor.name, run: floor.open })),
      ...ENVELOPES.map(({ name, primitives, suite }) => {
        const blob = sealEnvelope(dataKey, context, plaintext, random, primitives, suite)
        return { name, run: () => opened(openEnvelope(dataKey, context, blob, primitives)) }
      }),
      { name: LEAST, run: leastOfNode(material) },
    ],
    [...floors.map((floor) => floor.name), LEAST],
    settings,
  )
  return { lines, goals: judge(name === '1kb' ? GOALS : [], lines) }
}

function opened(plaintext: Uint8Array | undefined): Uint8Array {
  if (!plaintext) throw new Error('What was sealed does not open.')
  return plaintext
}
