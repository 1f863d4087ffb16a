import { describe, expect, it } from 'vitest'
import { untilAborted } from '../../src/oauth/deadline.js'

describe('work that comes too late', () => {
  it('is discarded, and a failure to do so goes nowhere', async () => {
    const late = new AbortController()
    const discarded: string[] = []
    const work = Promise.withResolvers<string>()
    const wait = untilAborted(work.promise, late.signal, (value) => {
      discarded.push(value)
      // What an injected `fetch` gave may be no response at all. A rejection here would be nobody's to handle.
      throw new TypeError('no body')
    })
    late.abort(new Error('too late'))
    await expect(wait).rejects.toThrow('too late')
    work.resolve('answer')
    await work.promise
    expect(discarded).toEqual(['answer'])
  })
})
