import { type Seeded, seeded } from '../../../../packages/vault-core/test/simulation/seeded.ts'

/**
 * What a token request may meet. `before`: the provider never hears of it. `after`: the provider has rotated the refresh token, and its
 * answer never arrives. A stall and a drip end well, and in time.
 */
export type Fault =
  | 'stall'
  | 'drip'
  | 'reset before'
  | '500 before'
  | 'HTML before'
  | 'reset after'
  | '500 after'
  | 'HTML after'
  | 'cut off'
  | 'held past the cap'

/** How often each comes among so many requests. Those that cost a grant are rare, or none would be left for the others. */
const DECK: readonly (readonly [Fault, number])[] = [
  ['stall', 14],
  ['drip', 8],
  ['reset before', 8],
  ['500 before', 8],
  ['HTML before', 4],
  ['reset after', 1],
  ['500 after', 1],
  ['HTML after', 1],
  ['cut off', 1],
  ['held past the cap', 1],
]
const DECK_SIZE = 300

export const allFaults: readonly Fault[] = DECK.map(([fault]) => fault)

const SWALLOWING: readonly (Fault | undefined)[] = ['reset after', '500 after', 'HTML after', 'cut off', 'held past the cap']

/** Whether the fault keeps the provider's answer from its asker for good. */
export function swallows(fault: Fault | undefined): boolean {
  return SWALLOWING.includes(fault)
}

/** Deals faults like cards, so that none is left to luck: among so many requests each comes as often as it should. */
export function dealFaults(seed: number): () => Fault | undefined {
  const random = seeded(seed)
  let deck: (Fault | undefined)[] = []
  return () => {
    if (deck.length === 0) {
      const cards: (Fault | undefined)[] = DECK.flatMap(([fault, times]) => new Array<Fault>(times).fill(fault))
      deck = shuffled(random, [...cards, ...new Array<undefined>(DECK_SIZE - cards.length).fill(undefined)])
    }
    return deck.pop()
  }
}

export function shuffled<T>(random: Seeded, cards: readonly T[]): T[] {
  const deck = [...cards]
  for (let undrawn = deck.length; undrawn > 1; undrawn--) deck.push(...deck.splice(random.between(0, undrawn - 1), 1))
  return deck
}
