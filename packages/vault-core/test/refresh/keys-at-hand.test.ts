import { expect, it } from 'vitest'
import { json } from '../fixtures/faulty-provider.js'
import { failingStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { S, setScene } from './failure-matrix/scene.js'

const answer = (name: string) => ({
  when: 'before' as const,
  respond: () =>
    json(200, { access_token: `canary-access-${name}`, refresh_token: `canary-refresh-${name}`, token_type: 'Bearer', expires_in: 3_600 }),
})

// Two requests run to their cap before there is a place for the third, whose answer comes when the data keys that were fetched first are out of date.
it('a new refresh token is not lost when the store is away as it comes, however long its refresh waited for a place', async () => {
  const { world, process, ask } = await setScene('ended', { others: ['bob', 'carl'] })
  const failing = failingStore(world.store)
  const vault = process({ store: failing.store, maxConcurrentRefreshes: 1 })
  const gate = world.provider.hold()
  for (const userId of ['bob', 'carl', 'alice']) await ask({}, vault, userId)
  await world.clock.advance(310 * S)
  expect(world.provider.refreshes()).toBe(3)

  world.provider.failNext(...['bob', 'carl', 'alice'].map(answer))
  failing.isDown = true
  gate.open()
  await settle()
  failing.isDown = false
  await world.clock.advance(6 * S)
  const call = await ask({}, vault)
  expect(call.end()).toMatchObject({ credentials: { accessToken: 'canary-access-alice' } })
})
