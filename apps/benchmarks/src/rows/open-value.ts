import { apart } from '../envelope/apart.ts'
import { BY_NOBLE, BY_NODE } from '../envelope/contenders.ts'
import { BARE_NOBLE, FLOORS } from '../envelope/floors.ts'
import { LEAST } from '../envelope/least-of-node.ts'
import { SIZES } from '../envelope/sizes.ts'
import { WAYS } from '../envelope/ways.ts'
import { type Goal, judge, type Row } from '../row.ts'

const FAIRNESS =
  'Same text, same associated data; each in a process of its own, in turn, as an application has one of them. The bare ciphers have one key for all values, at ' +
  'hand, and authenticate; hf1 derives a key for each value with HKDF, checks its commitment, decrypts the text padded to the next 256 bytes, and checks the ' +
  'padding. Its data key is at hand. "Calls of node" is what hf1 by node cannot do without: the calls of `node:crypto` and HChaCha20, over inputs that lie ready.'

/** Of 1 KB, as most tokens are. */
const GOALS: readonly Goal[] = [
  { of: BY_NODE, against: BARE_NOBLE, atLeast: 1.3 },
  { of: BY_NOBLE, against: BARE_NOBLE, atLeast: 0.6 },
]

export const openValueRows: readonly Row[] = SIZES.map(({ name, title, length }) => ({
  name: `value-open-${name}`,
  title: `Open a value of ${title}`,
  fairness: FAIRNESS,
  async measure(settings) {
    const names = WAYS.map((way) => way.name)
    const floors = [...FLOORS.map((floor) => floor.name), LEAST]
    const lines = await apart(names, floors, { does: 'opening', length }, settings)
    return { lines, goals: judge(name === '1kb' ? GOALS : [], lines) }
  },
}))
