import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHandOutCounts } from '../src/hand-outs/hand-out-counts.js'

const HOUR_MS = 3_600_000

interface Event {
  readonly clientId: string
  readonly connectionId: string
  readonly userId: string
  readonly waitMs: number
}

const event: fc.Arbitrary<Event> = fc.record({
  clientId: fc.constantFrom('sc_a', 'sc_b'),
  connectionId: fc.constantFrom('c', 'd'),
  userId: fc.constantFrom('u', 'v', 'w', 'x', 'y', 'c u'),
  waitMs: fc.oneof(fc.constant(0), fc.nat(1_000_000), fc.constantFrom(HOUR_MS - 1, HOUR_MS, HOUR_MS + 1)),
})

describe('what a service client was handed', () => {
  it('is told exactly for the hour that ends now, as long as there is room', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let nowMs = 1_000_000
        const counts = createHandOutCounts({ now: () => nowMs })
        const past: (Event & { readonly atMs: number })[] = []
        for (const each of events) {
          nowMs += each.waitMs
          past.push({ ...each, atMs: nowMs })
          const lately = past.filter(({ clientId, atMs }) => clientId === each.clientId && nowMs - atMs < HOUR_MS)
          expect(counts.add(each).usersInHour).toBe(new Set(lately.map(({ userId }) => userId)).size)
        }
      }),
    )
  })

  it('is counted for each credential, in hours that begin with the first', () => {
    let nowMs = 0
    const counts = createHandOutCounts({ now: () => nowMs })
    const times = (connectionId = 'c'): number => counts.add({ clientId: 'sc_a', connectionId, userId: 'u' }).timesInHour
    expect([times(), times(), times('d')]).toEqual([1, 2, 1])
    nowMs = HOUR_MS - 1
    expect(times()).toBe(3)
    nowMs = HOUR_MS
    expect(times()).toBe(1)
  })

  it('is never told as less where there is no room, and takes no more room', () => {
    let nowMs = 0
    const counts = createHandOutCounts({ now: () => nowMs, maxPerClient: 10 })
    const users = (from: number, to: number): number => {
      let last = 0
      for (let user = from; user < to; user += 1) last = counts.add({ clientId: 'sc_a', connectionId: 'c', userId: `u${user}` }).usersInHour
      return last
    }
    expect(users(0, 10)).toBe(10)
    expect(users(10, 25)).toBe(25)
    // Those that are known are still told apart, others are not.
    expect(users(0, 10)).toBe(25)
    expect(users(24, 25)).toBe(26)
    expect(counts.add({ clientId: 'sc_a', connectionId: 'c', userId: 'u24' })).toEqual({ usersInHour: 27, timesInHour: 0 })
    nowMs = 2 * HOUR_MS
    expect(users(24, 25)).toBe(1)
  })

  it('of one client leaves no other without its count, once an hour has passed', () => {
    let nowMs = 0
    const counts = createHandOutCounts({ now: () => nowMs, maxTotal: 40 })
    const add = (clientId: string, userId: string): number => counts.add({ clientId, connectionId: 'c', userId }).usersInHour
    for (let user = 0; user < 20; user += 1) add('sc_a', `u${user}`)
    // Full: each counts, though not told apart.
    expect([add('sc_b', 'u'), add('sc_b', 'u')]).toEqual([1, 2])
    nowMs = HOUR_MS
    for (let times = 0; times < 3; times += 1) {
      expect([add('sc_c', 'u'), add('sc_c', 'u')]).toEqual([1, 1])
      counts.forget('sc_c')
    }
    for (let user = 0; user < 20; user += 1) expect(add('sc_d', `u${user}`)).toBe(user + 1)
    expect(add('sc_d', 'u0')).toBe(20)
  })
})
