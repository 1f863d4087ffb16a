import { expect, it } from 'vitest'
import { VaultError } from '../../src/index.js'
import { json } from '../fixtures/faulty-provider.js'
import { failingStore, interceptedStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE } from '../fixtures/vault-world.js'
import { MIN, S, setScene } from './failure-matrix/scene.js'

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

it('nor when its process stood still for so long that the keys have to be fetched again, and cannot be had at once', async () => {
  const { world, process } = await setScene('ended')
  let missedMs = 0
  let isDown = false
  const clock = { ...world.clock, now: () => world.clock.now() + missedMs, monotonic: () => world.clock.monotonic() + missedMs }
  const store = interceptedStore(world.store, async (call, work) => {
    if (isDown) throw new VaultError('store_unavailable', `The store is down: ${call} failed.`)
    return work()
  })
  const vault = process({
    clock,
    store,
    callerWaitMs: 60 * S,
    fetch: async (input, init) => {
      const answer = await world.provider.fetch(input, init)
      missedMs += 6 * MIN
      isDown = true
      return answer
    },
  })
  const call = vault.getCredentials(ALICE)
  await world.clock.advance(20 * S)
  isDown = false
  await world.clock.advance(20 * S)
  expect((await call).accessToken).toBe('canary-access-2')
  expect((await process().getCredentials(ALICE)).accessToken).toBe('canary-access-2')
})
