import { expect, it } from 'vitest'
import { createSendSlots } from '../../src/refresh/send-slots.js'

it('a place that is handed on is nobody else’s, and one that is free is taken at once; connections do not wait for each other', async () => {
  const slots = createSendSlots(1)
  const begun: string[] = []
  const begin = async (name: string, connectionId = 'drive'): Promise<() => void> => {
    const end = await slots.acquire(connectionId)
    begun.push(name)
    return end
  }
  const endFirst = await begin('first')
  const [second, third] = [begin('second'), begin('third')]
  await begin('other', 'mail')
  expect(begun).toEqual(['first', 'other'])

  endFirst()
  const endSecond = await second
  const fourth = begin('fourth')
  await Promise.resolve()
  expect(begun).toEqual(['first', 'other', 'second'])

  endSecond()
  ;(await third)()
  ;(await fourth)()
  expect(begun).toEqual(['first', 'other', 'second', 'third', 'fourth'])
  await begin('fifth')
})
