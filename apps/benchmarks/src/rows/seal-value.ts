import { sealEnvelope } from '@holdfast/vault-core/internal'
import { alternate } from '../alternate.ts'
import { ENVELOPES } from '../envelope/contenders.ts'
import { floorsFor } from '../envelope/floors.ts'
import { newMaterial } from '../envelope/material.ts'
import { SIZES } from '../envelope/sizes.ts'
import type { Row } from '../row.ts'

const FAIRNESS =
  'As for opening. The bare ciphers use one nonce over and over, which nobody may do; hf1 draws 24 random bytes for each value, as the ' +
  'vault does, and derives key and commitment from them.'

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))

export const sealValueRows: readonly Row[] = SIZES.map(({ name, title, length }) => ({
  name: `value-seal-${name}`,
  title: `Seal a value of ${title}`,
  fairness: FAIRNESS,
  async measure(settings) {
    const material = newMaterial(length)
    const { dataKey, context, plaintext } = material
    const floors = floorsFor(material)
    const contenders = [
      ...floors.map((floor) => ({ name: floor.name, run: floor.seal })),
      ...ENVELOPES.map(({ name, primitives, suite }) => ({
        name,
        run: () => sealEnvelope(dataKey, context, plaintext, random, primitives, suite),
      })),
    ]
    const lines = await alternate(
      contenders,
      floors.map((floor) => floor.name),
      settings,
    )
    return { lines, goals: [] }
  },
}))
