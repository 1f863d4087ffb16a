import { inspect } from 'node:util'
import { isVaultError } from '../../src/index.js'
import { everythingOf } from '../fixtures/everything-of.js'
import type { Canaries } from './canaries.js'
import type { FuzzedAnswer } from './fuzzed-answer.js'
import type { Outcome, Seen } from './fuzzed-world.js'
import type { Expectation, GrantModel } from './oracle.js'

interface Facts {
  readonly answer: FuzzedAnswer
  /** Before the answer. */
  readonly grant: GrantModel
  readonly expected: Expectation
  readonly secrets: Canaries
  readonly isStrict: boolean
}

const MIB = 1_048_576

/** Which promises were broken in one refresh, in words. */
export function violationsOf(seen: Seen, facts: Facts): readonly string[] {
  return [
    ...wait(seen),
    ...outcome(seen, facts.expected),
    ...requests(seen, facts),
    ...again(seen, facts),
    ...body(seen),
    ...leaks(seen, facts.secrets),
    ...controlCharacters(seen),
  ]
}

function wait({ outcome: ended }: Seen): string[] {
  return ended === undefined ? ['The caller still waits after his time.'] : []
}

function outcome({ outcome: ended }: Seen, { outcome: expected }: Expectation): string[] {
  if (ended === undefined) return []
  if (ended.kind === 'error') {
    const { error } = ended
    if (!isVaultError(error)) return [`It threw ${error instanceof Error ? error.name : typeof error}, which is no VaultError.`]
    if (expected.kind === 'open')
      return error.code === 'provider_unavailable' || error.code === 'insufficient_scope' ? [] : [`It threw ${error.code}.`]
    if (expected.kind === 'token') return [`It threw ${error.code} (${error.facts.reason}) for a good answer.`]
    if (error.code !== expected.code) return [`It threw ${error.code} (${error.facts.reason}) instead of ${expected.code}.`]
    const { retryAfterMs } = error.facts
    if ((retryAfterMs ?? 0) < expected.retryAfterMs)
      return [`It says to wait ${retryAfterMs} ms, and the provider had said ${expected.retryAfterMs}.`]
    if (error.code === 'provider_unavailable' && !(retryAfterMs !== undefined && retryAfterMs > 0))
      return ['It does not say how long to wait.']
    return []
  }
  const { accessToken, tokenType, scope, expiresAt } = ended.credentials
  if (expected.kind === 'open') return []
  if (expected.kind === 'error') return [`It handed out a token instead of ${expected.code}.`]
  return [
    ...(accessToken === expected.accessToken ? [] : ['It handed out another token than the one that came.']),
    ...(tokenType === 'Bearer' ? [] : [`It handed out a token of type ${tokenType}.`]),
    ...(scope === expected.scope ? [] : [`The scope is "${scope}" instead of "${expected.scope}".`]),
    ...(expiresAt?.getTime() === expected.expiresAtMs
      ? []
      : [`The token ends at ${expiresAt?.getTime()} instead of ${expected.expiresAtMs}.`]),
  ]
}

function requests({ sent }: Seen, { expected, grant, isStrict }: Facts): string[] {
  const fewest = expected.isUnsent ? 0 : 1
  const most = expected.isUnsent ? 0 : isStrict ? 1 : 2
  return [
    ...(sent.length >= fewest && sent.length <= most ? [] : [`${sent.length} requests left instead of ${fewest} to ${most}.`]),
    ...(sent.every((token) => token === grant.refreshToken.toWellFormed())
      ? []
      : [`Another refresh token was sent than the newest that came: ${sent} instead of ${grant.refreshToken}.`]),
  ]
}

/** No hot loop: who asks again before he should, or holds a new token, makes no request. */
function again(seen: Seen, { answer }: Facts): string[] {
  if (!seen.again) return []
  const { outcome: second, requests: more } = seen.again
  const isDone = answer.afterMs === 0 && seen.outcome?.kind === 'token'
  return [
    ...(second === undefined ? ['The second caller still waits after his time.'] : []),
    ...(second?.kind === 'error' && !isVaultError(second.error) ? ['The second caller was thrown something that is no VaultError.'] : []),
    ...(more > 0 && (isDone || isSettledError(seen.outcome)) ? ['A second request left for a caller who came too early.'] : []),
    ...(isDone && second?.kind !== 'token' ? ['The second caller was not given the new token.'] : []),
  ]
}

/** A refresh that failed, not one that goes on and may end at any moment. */
function isSettledError(ended: Outcome | undefined): boolean {
  return ended?.kind === 'error' && isVaultError(ended.error) && ended.error.facts.reason !== 'refresh_in_progress'
}

function body({ watch }: Seen): string[] {
  return [
    ...(watch.mostBytes <= MIB + watch.pieceBytes ? [] : [`${watch.mostBytes} bytes of a body were taken.`]),
    ...(watch.open === 0 ? [] : ['A body was neither read to its end nor cancelled.']),
  ]
}

function leaks({ outcome: ended, again: second, logLines, events }: Seen, secrets: Canaries): string[] {
  const places: (readonly [string, string])[] = [
    ['the log', `${inspect(logLines, { depth: 12, showHidden: true })}${JSON.stringify(logLines)}`],
    ['an event', JSON.stringify(events)],
  ]
  for (const one of [ended, second?.outcome]) {
    if (one?.kind === 'error') places.push(['the error', everythingOf(one.error)])
    if (one?.kind === 'token') places.push(['what is handed out', everythingOf(one.credentials)])
  }
  return places.flatMap(([place, text]) => {
    const leak = secrets.leakIn(text)
    return leak === undefined ? [] : [`A secret shows in ${place}: …${leak}…`]
  })
}

/** What a provider writes must not forge lines of a log. */
function controlCharacters({ outcome: ended, logLines, events }: Seen): string[] {
  const texts = [
    ...logLines.flatMap(({ message, fields }) => [message, ...Object.values(fields)]),
    ...events.flatMap((event) => Object.values(event)),
  ]
  if (ended?.kind === 'error' && ended.error instanceof Error) texts.push(ended.error.message)
  return texts.some((text) => typeof text === 'string' && hasControlCharacter(text)) ? ['A control character shows.'] : []
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true
  }
  return false
}
