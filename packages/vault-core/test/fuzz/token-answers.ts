import type { Seeded } from '../simulation/seeded.js'
import type { Canaries } from './canaries.js'
import { echo } from './echo.js'
import type { AnswerContext } from './fuzzed-answer.js'

/** A member of a JSON object, as text: some values, 1e400 and duplicates, no JavaScript value can be. */
export type Member = readonly [name: string, json: string]

/** The members of an answer with tokens (RFC 6749, section 5.1): mostly right, each of them sometimes wrong in one of many ways. */
export function tokenMembers(random: Seeded, canaries: Canaries, context: AnswerContext): Member[] {
  const members: Member[] = []
  const add = (name: string, json: string | undefined): void => {
    if (json !== undefined) members.push([name, json])
  }
  add('access_token', tokenValue(random, canaries.token('access'), 0.12))
  if (random.chance(0.75)) add('refresh_token', tokenValue(random, canaries.token('refresh'), 0.15))
  add('token_type', tokenType(random))
  add('expires_in', lifetime(random))
  add('scope', scope(random))
  if (random.chance(0.1))
    add('id_token', random.chance(0.8) ? JSON.stringify(canaries.token('id')) : oddValue(random, canaries.token('id')))
  if (random.chance(0.15)) add('refresh_token_expires_in', lifetime(random))
  if (random.chance(0.06)) add('error', random.pick(['null', '""', 'false', '"invalid_grant"', '"server_error"', '{}', 'true', '["x"]']))
  if (random.chance(0.05)) add('error_description', JSON.stringify(echo(random, context)))
  if (random.chance(0.05)) add('__proto__', `{"access_token":${JSON.stringify(canaries.token('access'))},"error":"invalid_grant"}`)
  if (random.chance(0.03)) add(random.pick(['constructor', 'toString', 'hasOwnProperty', 'then', 'status', 'ok']), oddValue(random, 'x'))
  if (random.chance(0.05)) members.push(random.pick(fixed(members)))
  if (random.chance(0.05)) add(random.pick(['refresh_token', 'access_token']), tokenValue(random, canaries.token('refresh'), 0.3))
  if (random.chance(0.04)) return [['authed_user', objectText(members)]]
  return random.chance(0.1) ? shuffled(random, members) : members
}

/** A scope that quotes a secret of the request, whole. */
export function quotingScope(random: Seeded, { shapes }: AnswerContext): Member {
  return ['scope', JSON.stringify(`files.read ${random.pick(shapes)}`)]
}

export function objectText(members: readonly Member[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}

/** Values of every JSON type. Where they hold text, it is this one. */
export function oddValue(random: Seeded, text: string): string {
  const quoted = JSON.stringify(text)
  return random.pick([
    'null',
    '""',
    '" "',
    '0',
    '-1',
    '1e400',
    'true',
    'false',
    '[]',
    '{}',
    `[${quoted}]`,
    `{"value":${quoted}}`,
    `[[[${quoted}]]]`,
    `"\\u0000${text}"`,
    `"${text}\\r\\nSet-Cookie: a=b"`,
    `"${text}ä€\\ud800"`,
    `"  ${text}  "`,
    JSON.stringify(text.repeat(random.between(2, 400))),
  ])
}

function tokenValue(random: Seeded, token: string, oddness: number): string | undefined {
  if (!random.chance(oddness)) return JSON.stringify(token)
  return random.chance(0.2) ? undefined : oddValue(random, token)
}

function tokenType(random: Seeded): string | undefined {
  if (random.chance(0.75)) return random.pick(['"Bearer"', '"bearer"', '"BEARER"', '" bearer "'])
  if (random.chance(0.3)) return undefined
  return random.pick(['"mac"', '"DPoP"', '"N_A"', '"Bearer,DPoP"', '"JWT\\u0000"', oddValue(random, 'Bearer')])
}

function lifetime(random: Seeded): string | undefined {
  if (random.chance(0.5)) return String(random.between(60, 90_000))
  return random.pick([
    undefined,
    '3600.75',
    '"3600"',
    '" 7200 "',
    '"3.6e3"',
    '"3600.5"',
    '"+600"',
    '3.6e3',
    '0',
    '-0',
    '"0"',
    '-1',
    '-3600',
    '"-5"',
    '-1e400',
    '0.5',
    '1e400',
    '"1e400"',
    '1e15',
    '315360000',
    '315360001',
    '"NaN"',
    '"Infinity"',
    '"soon"',
    '"3600s"',
    '"0x10"',
    '"1,000"',
    '"2027-01-01T00:00:00Z"',
    'null',
    '""',
    'true',
    '[3600]',
    '{"seconds":3600}',
  ])
}

function scope(random: Seeded): string | undefined {
  if (random.chance(0.35)) return undefined
  return random.pick([
    '"files.read"',
    '"files.read files.write"',
    '"files.read,files.write"',
    '["files.read","files.write"]',
    '"mail"',
    '" files.read "',
    '""',
    '[]',
    'null',
    '7',
    '[7,"files.read"]',
    '{"files":true}',
    '"files.read\\nmail"',
    '"files.réad"',
    JSON.stringify('scope '.repeat(4_000)),
  ])
}

function shuffled(random: Seeded, members: readonly Member[]): Member[] {
  return members
    .map((member) => ({ member, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ member }) => member)
}

const NONE: Member = ['nothing', 'null']

function fixed(members: readonly Member[]): [Member, ...Member[]] {
  return [members[0] ?? NONE, ...members.slice(1)]
}
