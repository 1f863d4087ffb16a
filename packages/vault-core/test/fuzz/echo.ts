import { toBase64url } from '../../src/crypto/base64.js'
import type { Seeded } from '../simulation/seeded.js'
import type { AnswerContext } from './fuzzed-answer.js'

/** What a careless provider quotes: a secret of the request as it was sent, or the beginning of one. */
export function echo(random: Seeded, { shapes }: AnswerContext): string {
  const shape = random.pick(shapes)
  return random.chance(0.2) ? shape.slice(0, 24) : shape
}

/** The same in shapes that nobody sends. */
export function disguisedEcho(random: Seeded, context: AnswerContext): string {
  const text = echo(random, context)
  const bytes = new TextEncoder().encode(text)
  return random.pick([
    text,
    btoa(String.fromCharCode(...bytes)),
    toBase64url(bytes),
    [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  ])
}
