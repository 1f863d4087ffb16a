import type { Seeded } from '../simulation/seeded.js'
import type { Canaries } from './canaries.js'
import { echo } from './echo.js'
import { errorMembers } from './error-answers.js'
import { fetchFailure } from './fetch-failures.js'
import type { AnswerContext, FuzzedAnswer, FuzzedBody } from './fuzzed-answer.js'
import { encode, misencoded, mutated, oddText, randomBytes } from './odd-bodies.js'
import { objectText, quotingScope, tokenMembers } from './token-answers.js'

/** One answer of a token endpoint, drawn from the grammar of what they send, and from bytes that no grammar has. */
export function generateAnswer(random: Seeded, canaries: Canaries, context: AnswerContext): FuzzedAnswer {
  const afterMs = random.chance(0.85)
    ? 0
    : random.pick([random.between(1, 9_000), random.between(1, 9_000), random.between(12_000, 18_000), 200_000])
  const rest = { afterMs }
  if (random.chance(0.05)) {
    const atOnce = random.chance(0.3)
    return { ...rest, title: 'failure', kind: 'failure', reason: fetchFailure(random, context), atOnce, ...(atOnce && { afterMs: 0 }) }
  }
  if (random.chance(0.008)) return { ...rest, title: 'silence', kind: 'silence', heedsAbort: random.chance(0.5) }
  if (random.chance(0.01)) return { ...rest, title: 'no response', kind: 'no_response', value: noResponse(random, context) }

  const { title, bytes, statuses } = content(random, canaries, context)
  const body = delivered(random, bytes)
  if (random.chance(0.015)) {
    const [status, type] = random.pick<readonly [number, ResponseType]>([
      [0, 'opaqueredirect'],
      [0, 'error'],
      [0, 'opaque'],
      [99, 'default'],
      [600, 'default'],
      [Number.NaN, 'default'],
    ])
    return { ...rest, title: `${title}, forged`, kind: 'forged', status, type, body }
  }
  const status = random.chance(0.85) ? random.pick(statuses) : random.pick(ANY_STATUS)
  return { ...rest, title, kind: 'response', status, headers: headersOf(random, context), body }
}

type Statuses = readonly [number, ...number[]]

const GOOD: Statuses = [200, 200, 200, 201, 206]
const BAD: Statuses = [400, 400, 401, 403, 429, 500, 200]
const WORSE: Statuses = [200, 200, 500, 502, 503, 504, 429, 403, 404, 302]
const ANY_STATUS: Statuses = [
  200, 202, 203, 204, 205, 207, 226, 299, 300, 301, 302, 303, 304, 307, 308, 399, 400, 402, 405, 406, 408, 409, 410, 411, 413, 415, 418,
  421, 422, 423, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 511, 520, 522, 524, 525, 530, 599,
]

interface Content {
  readonly title: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly statuses: Statuses
}

function content(random: Seeded, canaries: Canaries, context: AnswerContext): Content {
  const tokens = (): string => objectText(tokenMembers(random, canaries, context))
  const error = (): string => objectText(errorMembers(random, canaries, context))
  const draw = random.next()
  if (draw < 0.48) return { title: 'tokens', bytes: encode(tokens()), statuses: GOOD }
  if (draw < 0.5) {
    const members = [...tokenMembers(random, canaries, context), quotingScope(random, context)]
    return { title: 'quoting scope', bytes: encode(objectText(members)), statuses: GOOD }
  }
  if (draw < 0.68) return { title: 'error', bytes: encode(error()), statuses: BAD }
  if (draw < 0.82) return { title: 'odd text', bytes: encode(oddText(random, canaries, context)), statuses: WORSE }
  if (draw < 0.92) return { title: 'mutated', bytes: mutated(random, random.chance(0.7) ? tokens() : error()), statuses: GOOD }
  if (draw < 0.95) return { title: 'misencoded', bytes: misencoded(random, random.chance(0.7) ? tokens() : error()), statuses: GOOD }
  return { title: 'random bytes', bytes: randomBytes(random, random.between(0, 300)), statuses: WORSE }
}

const MIB = 1_048_576

function delivered(random: Seeded, bytes: Uint8Array<ArrayBuffer>): FuzzedBody {
  const whole = { bytes, ending: 'whole', pieceBytes: undefined, pauseMs: 0 } as const
  const draw = random.next()
  if (draw < 0.86) return whole
  if (draw < 0.93)
    return { ...whole, pieceBytes: Math.max(1, Math.ceil(bytes.length / random.between(1, 6))), pauseMs: random.pick([0, 0, 300]) }
  if (draw < 0.96) return { ...whole, bytes: bytes.slice(0, random.between(0, bytes.length)), ending: 'breaks' }
  if (draw < 0.975) return { ...whole, bytes: bytes.slice(0, random.between(0, bytes.length)), ending: 'stalls' }
  if (draw < 0.985) return { ...whole, ending: 'read' }
  if (draw < 0.994) return { ...whole, ending: 'endless' }
  // Just below and just above what is read.
  return { ...whole, bytes: padded(bytes, MIB + random.between(-1, 1)), pieceBytes: random.pick([undefined, 65_536]) }
}

function padded(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const filled = new Uint8Array(length).fill(0x20)
  filled.set(bytes)
  return filled
}

function headersOf(random: Seeded, context: AnswerContext): Record<string, string> {
  const headers: Record<string, string> = {}
  const contentType = random.chance(0.75)
    ? 'application/json'
    : random.pick([
        undefined,
        'application/json;charset=UTF-8',
        'text/html',
        'text/plain',
        ';;',
        'application/x-www-form-urlencoded',
        'image/png',
      ])
  if (contentType !== undefined) headers['content-type'] = contentType
  if (random.chance(0.15)) headers['retry-after'] = retryAfter(random, context)
  if (random.chance(0.05)) headers['content-length'] = random.pick(['0', '5', '-1', '99999999999', 'x'])
  if (random.chance(0.05)) headers['www-authenticate'] = `Basic realm="x", error_description="${echo(random, context)}"`
  if (random.chance(0.03)) headers['content-encoding'] = random.pick(['gzip', 'br', 'identity'])
  if (random.chance(0.03))
    headers.location = `https://elsewhere.example/?refresh_token=${encodeURIComponent(echo(random, context).toWellFormed())}`
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\x20-\x7e]/g, '').trim()]))
}

function retryAfter(random: Seeded, context: AnswerContext): string {
  const date = (ms: number): string => new Date(context.nowMs + ms).toUTCString()
  return random.pick([
    String(random.between(1, 3_600)),
    String(random.between(1, 3_600)),
    '0',
    '120.5',
    '7200',
    '99999999999',
    '-5',
    '1e3',
    'soon',
    '',
    '999999999999999999999999',
    date(random.between(1, 3_000) * 1_000),
    date(-60_000),
    date(86_400_000),
    '2030-01-01',
    'Wed, 99 Foo 2099 99:99:99 GMT',
    echo(random, context),
  ])
}

function noResponse(random: Seeded, context: AnswerContext): unknown {
  const text = echo(random, context)
  return random.pick<unknown>([
    undefined,
    null,
    text,
    200,
    {},
    [],
    { status: 200 },
    { status: 200, json: async () => ({ access_token: text }) },
    new Request('https://provider.example/'),
  ])
}
