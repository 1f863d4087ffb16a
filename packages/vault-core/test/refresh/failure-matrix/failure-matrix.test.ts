import { describe, expect, it } from 'vitest'
import { isVaultError } from '../../../src/index.js'
import { settle } from '../../fixtures/manual-clock.js'
import { ALICE } from '../../fixtures/vault-world.js'
import { allLines } from './all-lines.js'
import type { MatrixLine, Sight } from './matrix-line.js'
import { ABORTED, type Age, type Call, type Scene, setScene } from './scene.js'

/** What is told of every refresh, and of every call. */
const NOT_IN_THE_TABLE: ReadonlySet<string> = new Set(['refresh_started', 'accessed', 'access_refused'])

describe.each([
  ['while the old token lives', 'lives'],
  ['when the old token has ended', 'ended'],
] as const)('%s', (_title, age) => {
  const lines = allLines.filter((line) => line[age] !== undefined)
  it.each(lines.map((line) => [line.row, line.event, line] as const))('row %i: %s', (_row, _event, line) => walk(line, age))
})

async function walk(line: MatrixLine, age: Age): Promise<void> {
  const scene = await setScene(age, line.setting)
  const { world } = scene
  const before = world.events.length
  const call = await line.happen(scene)
  await settle()
  expect(sightOf(call, scene, line[age])).toEqual(line[age])
  expect(world.provider.refreshes()).toBe(line.requests)
  expect(await statusOf(scene)).toBe(line.status)
  const types = world.events.slice(before).map(({ type }) => type)
  expect(types.filter((type) => !NOT_IN_THE_TABLE.has(type))).toEqual(line.events)
}

/** What the caller saw, in the terms of the line. A number within what is expected is told as that. */
function sightOf(call: Call, { world, oldToken }: Scene, expected: Sight | undefined): unknown {
  const end = call.end()
  if (!end) return 'still waits'
  if ('credentials' in end) {
    const { accessToken } = end.credentials
    if (accessToken === oldToken) return 'the old token'
    return world.provider.isNewestAccessToken(accessToken) ? 'a new token' : accessToken
  }
  if (!isVaultError(end.error)) return end.error === ABORTED ? 'the reason of its signal' : end.error
  const { code, facts } = end.error
  const { reason, retryAfterMs, missingScopes, fields } = facts
  return {
    code,
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs: withinExpected(retryAfterMs, expected) }),
    ...(missingScopes && { missingScopes }),
    ...(fields && { fields: Object.keys(fields) }),
  }
}

function withinExpected(ms: number, expected: Sight | undefined): unknown {
  const range = typeof expected === 'object' ? expected.retryAfterMs : undefined
  if (typeof range !== 'object') return ms
  const [least, most] = range
  return ms >= least && ms <= most ? range : ms
}

async function statusOf({ world }: Scene): Promise<string> {
  const { items } = await world.vault().listCredentials({ userId: ALICE.userId })
  const [shown] = items
  if (!shown) return 'not listed'
  return shown.reason === undefined ? shown.status : `${shown.status} (${shown.reason})`
}
