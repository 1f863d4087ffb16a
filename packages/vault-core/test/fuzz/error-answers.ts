import type { Seeded } from '../simulation/seeded.js'
import type { Canaries } from './canaries.js'
import { disguisedEcho, echo } from './echo.js'
import type { AnswerContext } from './fuzzed-answer.js'
import { type Member, oddValue } from './token-answers.js'

/** The members of an error answer (RFC 6749, section 5.2), with what providers put into it. */
export function errorMembers(random: Seeded, canaries: Canaries, context: AnswerContext): Member[] {
  const members: Member[] = [['error', errorValue(random, context)]]
  if (random.chance(0.5)) members.push(['error_description', JSON.stringify(description(random, context))])
  if (random.chance(0.1)) members.push(['error_uri', JSON.stringify(`https://provider.example/why?token=${echo(random, context)}`)])
  if (random.chance(0.1)) members.push(['message', oddValue(random, disguisedEcho(random, context))])
  if (random.chance(0.05)) {
    // The error may quote what stands beside it, too.
    const token = canaries.token('access')
    members.push(['access_token', JSON.stringify(token)])
    if (random.chance(0.3)) members.unshift(['error', JSON.stringify(token)])
    if (random.chance(0.3)) members[0] = ['error', JSON.stringify(`no ${token}`)]
  }
  if (random.chance(0.04)) members.push(['refresh_token', JSON.stringify(canaries.token('refresh'))])
  return members
}

export function description(random: Seeded, context: AnswerContext): string {
  return random.pick([
    'The refresh token is not known.',
    `Refresh token ${echo(random, context)} is not known.`,
    `client_secret=${disguisedEcho(random, context)}`,
    `\u001b[31m${echo(random, context)}\u001b[0m\r\n{"level":"info"}`,
    `${disguisedEcho(random, context)} `.repeat(random.between(1, 50)),
  ])
}

function errorValue(random: Seeded, context: AnswerContext): string {
  if (random.chance(0.6))
    return random.pick([
      '"invalid_grant"',
      '"invalid_grant"',
      '"invalid_client"',
      '"unauthorized_client"',
      '"unsupported_grant_type"',
      '"invalid_request"',
      '"invalid_scope"',
    ])
  return random.pick([
    '"temporarily_unavailable"',
    '"server_error"',
    '"slow_down"',
    '"INVALID_GRANT"',
    '" invalid_grant"',
    '"invalid_grant\\u0000"',
    '"invalid_grant, the refresh token is gone"',
    '"bad_refresh_token"',
    '"Bad Request"',
    '"\\u001b[31mred"',
    '"\\r\\nforged line"',
    '"<script>alert(1)</script>"',
    JSON.stringify('e'.repeat(random.between(60, 70))),
    JSON.stringify(echo(random, context)),
    JSON.stringify(`token ${echo(random, context)}`.slice(0, 64)),
    JSON.stringify(`${echo(random, context).slice(-30)}!`),
    '{"code":"invalid_grant","message":"no"}',
    '["invalid_grant"]',
    'true',
    '400',
    oddValue(random, 'invalid_grant'),
  ])
}
