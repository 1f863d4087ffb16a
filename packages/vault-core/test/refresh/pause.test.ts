import { expect, it } from 'vitest'
import { type Fault, json } from '../fixtures/faulty-provider.js'
import { settle } from '../fixtures/manual-clock.js'
import { S, type Scene, setScene } from './failure-matrix/scene.js'

const USERS = Array.from({ length: 12 }, (_, index) => `user-${index}`)

/** All of them are refreshed at the same time, and fail alike. */
async function failTogether(respond: Fault['respond']): Promise<Scene> {
  const scene = await setScene('ended', { others: USERS })
  const { world, ask } = scene
  const gate = world.provider.hold()
  world.provider.failNext(...USERS.map(() => ({ when: 'before' as const, respond })))
  for (const userId of USERS) await ask({}, scene.vault, userId)
  expect(world.provider.refreshes()).toBe(USERS.length)
  gate.open()
  await settle()
  return scene
}

// The requests that were on their way when the connection paused tell nothing that was not known.
it.each([
  ['an outage', () => json(500, {}), 4 * S],
  ['a rate limit', () => json(429, {}, { 'retry-after': '2' }), 3 * S],
  ['a wrong client secret', () => json(401, { error: 'invalid_client' }), 60 * S],
] as const)(
  '%s that many requests meet at once pauses their connection once, and no longer than one does',
  async (_name, respond, mostMs) => {
    const { world, ask } = await failTogether(respond)
    const paused = world.events.filter(({ type }) => type === 'connection_paused')
    expect(paused).toHaveLength(1)

    await world.clock.advance(mostMs)
    await ask()
    expect(world.provider.refreshes()).toBe(USERS.length + 1)
  },
)
