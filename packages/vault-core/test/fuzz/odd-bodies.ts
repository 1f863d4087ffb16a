import type { Seeded } from '../simulation/seeded.js'
import type { Canaries } from './canaries.js'
import { disguisedEcho, echo } from './echo.js'
import { description } from './error-answers.js'
import type { AnswerContext } from './fuzzed-answer.js'
import { objectText, tokenMembers } from './token-answers.js'

type Bytes = Uint8Array<ArrayBuffer>

/** Text that is no JSON object, or hardly one. */
export function oddText(random: Seeded, canaries: Canaries, context: AnswerContext): string {
  const good = objectText(tokenMembers(random, canaries, context))
  return random.pick<() => string>([
    () => '',
    () => ' \r\n\t ',
    () => `<!doctype html><title>502</title><pre>${description(random, context)}</pre>`,
    () => `<error>${disguisedEcho(random, context)}</error>`,
    () => `access_token=${canaries.token('access')}&refresh_token=${canaries.token('refresh')}&token_type=bearer`,
    () => good.slice(0, random.between(0, good.length - 1)),
    () => `${good}\n${good}`,
    () => `\ufeff${good}`,
    () => `)]}',\n${good}`,
    () => `callback(${good})`,
    () => `[${good}]`,
    () => JSON.stringify(good),
    () => good.replaceAll('"', "'"),
    () => good.replaceAll(':', ' : ').replaceAll(',', ' ,\n '),
    () => `${good.slice(0, -1)},}`,
    () => `{"data":${good}}`,
    () => random.pick(['null', 'true', '0', '-', '"', '{', '[]', '{}', 'undefined', 'NaN', `"${echo(random, context)}"`]),
    () => '['.repeat(random.between(1_000, 20_000)),
    () => `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)},"refresh_token":"${canaries.token('refresh')}"}`,
    () => `${'{"a":'.repeat(3_000)}${good}${'}'.repeat(3_000)}`,
  ])()
}

/** The same text, with some of its bytes changed, gone, doubled or moved. */
export function mutated(random: Seeded, text: string): Bytes {
  let bytes = encode(text)
  for (let rounds = random.between(1, 4); rounds > 0 && bytes.length > 1; rounds--) {
    const at = random.between(0, bytes.length - 1)
    const length = random.between(1, Math.min(12, bytes.length - at))
    const piece = bytes.slice(at, at + length)
    const [before, after] = [bytes.slice(0, at), bytes.slice(at + length)]
    bytes = random.pick<() => Bytes>([
      () => joined(before, after),
      () => joined(before, piece, piece, after),
      () => joined(before, randomBytes(random, length), after),
      () => joined(before, encode(random.pick(['"', '}', '{', ':', ',', '\\', '\u0000', '\ufeff', 'null', '1e999', '[', '\n'])), after),
      () => joined(after, before),
      () =>
        joined(
          before,
          piece.map((byte) => byte ^ (1 << random.between(0, 7))),
          after,
        ),
    ])()
  }
  return bytes
}

export function randomBytes(random: Seeded, length: number): Bytes {
  return new Uint8Array(random.bytes(length))
}

/** UTF-16 instead of UTF-8, or bytes that no UTF-8 has, amid good ones. */
export function misencoded(random: Seeded, text: string): Bytes {
  if (random.chance(0.3))
    return Uint8Array.from([...text].flatMap((character) => [character.charCodeAt(0) & 255, character.charCodeAt(0) >> 8]))
  const bytes = encode(text)
  const at = random.between(0, bytes.length)
  const wrong = Uint8Array.from(random.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf8, 0x88, 0x80, 0x80, 0x80]]))
  return joined(bytes.slice(0, at), wrong, bytes.slice(at))
}

export function encode(text: string): Bytes {
  return new TextEncoder().encode(text)
}

function joined(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
