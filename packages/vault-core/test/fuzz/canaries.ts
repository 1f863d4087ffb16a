import { canaryForms } from '../fixtures/canary.js'
import type { Seeded } from '../simulation/seeded.js'

/** The secrets of one run. All begin with the same twelve letters, so that one search finds each of them, and the beginning of each. */
export interface Canaries {
  readonly clientSecret: string
  /** A secret that was never there before. */
  token(kind: 'access' | 'refresh' | 'id'): string
  /** The surroundings of the first secret that shows in the text, in any shape. */
  leakIn(text: string): string | undefined
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

export function canaries(random: Seeded): Canaries {
  const letters = (length: number): string => Array.from({ length }, () => ALPHABET[random.between(0, ALPHABET.length - 1)]).join('')
  const stem = letters(12)
  const forms = canaryForms(stem)
  let count = 0
  return {
    clientSecret: `${stem}.client:+%&=${letters(8)}`,
    token: (kind) => `${stem}.${kind}-${count++}-${letters(12)}`,
    leakIn(text) {
      const form = forms.find((one) => text.includes(one))
      if (form === undefined) return undefined
      const at = text.indexOf(form)
      return text.slice(Math.max(0, at - 120), at + 80)
    },
  }
}
