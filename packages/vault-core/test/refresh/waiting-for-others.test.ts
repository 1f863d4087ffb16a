import { expect, it } from 'vitest'
import { json } from '../fixtures/faulty-provider.js'
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
