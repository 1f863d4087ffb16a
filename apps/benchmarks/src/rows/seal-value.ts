import { apart } from '../envelope/apart.ts'
import { FLOORS } from '../envelope/floors.ts'
import { SIZES } from '../envelope/sizes.ts'
import { WAYS } from '../envelope/ways.ts'
import type { Row } from '../row.ts'

const FAIRNESS =
  'As for opening. The bare ciphers use one nonce over and over, which nobody may do; hf1 draws 24 random bytes for each value, as the ' +
  'vault does, and derives key and commitment from them.'

export const sealValueRows: readonly Row[] = SIZES.map(({ name, title, length }) => ({
  name: `value-seal-${name}`,
  title: `Seal a value of ${title}`,
  fairness: FAIRNESS,
  async measure(settings) {
    const names = WAYS.filter((way) => way.sealing).map((way) => way.name)
    const floors = FLOORS.map((floor) => floor.name)
    return { lines: await apart(names, floors, { does: 'sealing', length }, settings), goals: [] }
  },
}))
