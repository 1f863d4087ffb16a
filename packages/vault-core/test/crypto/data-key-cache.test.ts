import { describe, expect, it } from 'vitest'
import { createDataKeyCache } from '../../src/crypto/data-key-cache.js'
import { manualClock } from '../fixtures/manual-clock.js'

describe('the cache of data keys, by itself', () => {
  it('keeps an entry for its age and no longer, also when it is used often', async () => {
    const clock = manualClock()
    const cache = createDataKeyCache<string>({ clock, maxAgeMs: 1_000, maxEntries: 10 })
    cache.set('a', 'A', clock.monotonic())
    await clock.advance(999)
    expect([cache.get('a'), cache.get('a', 1), cache.get('a', 2)]).toEqual(['A', 'A', undefined])
    await clock.advance(1)
    expect([cache.get('a'), cache.size]).toEqual([undefined, 0])
  })

  it('counts the age from before the load', async () => {
    const clock = manualClock()
    const cache = createDataKeyCache<string>({ clock, maxAgeMs: 1_000, maxEntries: 10 })
    const loadedAtMs = clock.monotonic()
    await clock.advance(600)
    cache.set('a', 'A', loadedAtMs)
    await clock.advance(400)
    expect(cache.get('a')).toBeUndefined()
  })

  it('lets the keys of users who went away leave memory when others come', async () => {
    const clock = manualClock()
    const cache = createDataKeyCache<string>({ clock, maxAgeMs: 1_000, maxEntries: 10 })
    for (const userId of ['a', 'b', 'c']) cache.set(userId, userId, clock.monotonic())
    await clock.advance(1_000)
    cache.set('d', 'd', clock.monotonic())
    expect([cache.size, cache.get('d')]).toEqual([1, 'd'])
  })

  it('lets also what is held leave memory when its time is over', async () => {
    const clock = manualClock()
    const cache = createDataKeyCache<string>({ clock, maxAgeMs: 1_000, maxEntries: 10 })
    const letGo = cache.hold('a')
    for (const userId of ['a', 'b']) cache.set(userId, userId, clock.monotonic())
    await clock.advance(1_000)
    cache.set('c', 'c', clock.monotonic())
    expect([cache.size, cache.get('c')]).toEqual([1, 'c'])
    letGo()
  })

  it('does not drop what has just come for the sake of what is held', () => {
    const clock = manualClock()
    const cache = createDataKeyCache<string>({ clock, maxAgeMs: 1_000, maxEntries: 1 })
    const letGo = cache.hold('a')
    for (const userId of ['a', 'b', 'c']) cache.set(userId, userId, clock.monotonic())
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['a', undefined, 'c'])
    letGo()
  })

  it('holds its bound, whatever the bound', () => {
    const clock = manualClock()
    const cache = createDataKeyCache<string>({ clock, maxAgeMs: 1_000, maxEntries: 3 })
    for (let n = 0; n < 50; n++) cache.set(`${n}`, 'x', clock.monotonic())
    expect([cache.size, cache.get('46'), cache.get('47')]).toEqual([3, undefined, 'x'])
  })

  it('is not moved by the wall clock', () => {
    const clock = manualClock()
    const cache = createDataKeyCache<string>({ clock, maxAgeMs: 1_000, maxEntries: 3 })
    cache.set('a', 'A', clock.monotonic())
    clock.jump(86_400_000)
    expect(cache.get('a')).toBe('A')
  })
})
