import { describe, expect, it } from 'vitest'
import { brokenStores, openWith } from './broken-stores.js'
import { brokenRules } from './recording-runner.js'

// A suite that catches nothing proves nothing: each of these stores has one fault, and the rule about it must find it.
describe('the suite', () => {
  it('finds nothing wrong with the sound store', async () => {
    expect(await brokenRules(openWith((sound) => sound))).toEqual([])
  })

  it.each(Object.entries(brokenStores))('catches a store in which %s', async (_fault, { store, caughtBy }) => {
    const broken = await brokenRules(openWith(store))
    expect(broken.filter((rule) => caughtBy.test(rule))).toHaveLength(1)
  })
})
