import { expect, it } from 'vitest'
import { json } from '../fixtures/faulty-provider.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { S, setScene } from './failure-matrix/scene.js'

it('who waits for another process gets the token that it brought, also where the refresh was the first after a pause', async () => {
  const { world, process, ask } = await setScene('ended')
  const [one, other] = [process(), process()]
  world.provider.failNext({ when: 'before', respond: () => json(429, {}, { 'retry-after': '5' }) })
  await ask({}, one)
  await world.clock.advance(10 * S)

  const gate = world.provider.hold()
  const [first, second] = [await ask({}, one), await ask({}, other)]
  await world.clock.advance(200)
  gate.open()
  await world.clock.advance(200)
  for (const call of [first, second]) expect(call.end()).toMatchObject({ credentials: { userId: 'alice' } })
  expect(world.provider.refreshes()).toBe(2)
})

// Another process has noted something down between the look at the row and the claim.
it('who may try after a pause goes on to do so where the row has changed meanwhile', async () => {
  const { world, process, ask } = await setScene('ended')
  let changes = 0
  const store = interceptedStore(world.store, async (call, work) => {
    if (call === 'credentials.claim' && changes++ === 0) {
      const { items } = await world.store.credentials.list({ tenant: 'default', userId: 'alice', limit: 1 })
      for (const { tenant, connectionId, userId, accountId, version, dueAtMs } of items)
        await world.store.credentials.update({
          key: { tenant, connectionId, userId, accountId },
          attemptId: 'note',
          expect: { version },
          set: { dueAtMs },
        })
    }
    return work()
  })
  world.provider.failNext({ when: 'before', respond: () => json(429, {}, { 'retry-after': '5' }) })
  await ask({}, process())
  await world.clock.advance(10 * S)
  const call = await ask({}, process({ store }))
  expect(changes).toBe(2)
  expect(call.end()).toMatchObject({ credentials: { userId: 'alice' } })
})

it('who asks for another token than the one at hand, and waits for a process that is sent none that can be used, is not given the same', async () => {
  const { world, ask, process } = await setScene('lives')
  world.provider.failNext({ when: 'after', respond: () => json(200, { refresh_token: 'canary-refresh-2', token_type: 'Bearer' }) })
  const gate = world.provider.hold()
  await ask({ forceRefresh: true })
  const call = await ask({ forceRefresh: true }, process())
  gate.open()
  await world.clock.advance(S)
  expect(call.end()).toMatchObject({ error: { code: 'provider_unavailable', facts: { reason: 'quarantined' } } })
})
