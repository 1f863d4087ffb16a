import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assessFreshness, type ExpiryNeed, isLive, type TokenLife } from '../../src/expiry/policy.js'

const T0 = 1_800_000_000_000
const S = 1_000
const MIN = 60 * S
const HOUR = 60 * MIN
const byDefault: ExpiryNeed = { requiredValidityMs: undefined, defaultValidityMs: MIN }

const token = (lifetimeMs: number | null, hasRefreshToken = true): TokenLife => ({
  issuedAtMs: T0,
  expiresAtMs: lifetimeMs === null ? null : T0 + lifetimeMs,
  hasRefreshToken,
})
const needing = (requiredValidityMs: number): ExpiryNeed => ({ requiredValidityMs, defaultValidityMs: MIN })

describe('assessFreshness', () => {
  it.each([
    ['an hour token just obtained', token(HOUR), 0, byDefault, 'fresh'],
    ['an hour token with 7 minutes left', token(HOUR), 53 * MIN, byDefault, 'fresh'],
    ['an hour token in the soft window', token(HOUR), 55 * MIN, byDefault, 'refresh-soon'],
    ['an hour token with 61 s left', token(HOUR), HOUR - 61 * S, byDefault, 'refresh-soon'],
    ['an hour token with exactly the margin left', token(HOUR), HOUR - MIN, byDefault, 'refresh-now'],
    ['an hour token that expired', token(HOUR), HOUR, byDefault, 'refresh-now'],
    ['an expired token without refresh token', token(HOUR, false), HOUR, byDefault, 'dead'],
    ['a token about to expire without refresh token', token(HOUR, false), HOUR - 10 * S, byDefault, 'fresh'],
    ['a token within the skew of its end without refresh token', token(HOUR, false), HOUR - 4 * S, byDefault, 'dead'],
    ['a token of unknown life, years later', token(null), 10_000 * HOUR, byDefault, 'fresh'],
    ['a token of unknown life without refresh token', token(null, false), 10_000 * HOUR, byDefault, 'fresh'],
    ['a 60 s token just obtained, though the margin is a minute', token(MIN), 0, byDefault, 'fresh'],
    ['a 60 s token with 13 s left', token(MIN), 47 * S, byDefault, 'refresh-soon'],
    ['a 60 s token with a fifth left', token(MIN), 48 * S, byDefault, 'refresh-now'],
    ['a 60 s token for which 5 minutes are required, just obtained', token(MIN), 0, needing(5 * MIN), 'fresh'],
    ['an hour token with 20 minutes left of 30 required', token(HOUR), 40 * MIN, needing(30 * MIN), 'refresh-now'],
    ['an hour token with 50 minutes left of 30 required', token(HOUR), 10 * MIN, needing(30 * MIN), 'fresh'],
    ['no validity required, 10 s left', token(HOUR), HOUR - 10 * S, needing(0), 'refresh-soon'],
    ['no validity required, within the skew', token(HOUR), HOUR - 4 * S, needing(0), 'refresh-now'],
    ['a lifetime of zero', token(0), 0, byDefault, 'refresh-now'],
    ['a negative lifetime', token(-5 * S), 0, byDefault, 'refresh-now'],
    ['a clock set back by an hour', token(HOUR), -HOUR, byDefault, 'refresh-now'],
    ['a clock two seconds behind', token(HOUR), -2 * S, byDefault, 'fresh'],
  ] as const)('%s', (_name, life, ageMs, need, expected) => {
    expect(assessFreshness(life, T0 + ageMs, need)).toBe(expected)
  })

  it('never refreshes a token just obtained, whatever its life and the need', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 * 24 * HOUR }),
        fc.option(fc.integer({ min: 0, max: 24 * HOUR }), { nil: undefined }),
        (lifetime, required) => {
          expect(assessFreshness(token(lifetime), T0, { requiredValidityMs: required, defaultValidityMs: MIN })).not.toMatch(/now|dead/)
        },
      ),
    )
  })

  it('only moves forward as time passes', () => {
    const order = ['fresh', 'refresh-soon', 'refresh-now']
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: HOUR }),
        fc.integer({ min: 0, max: 2 * HOUR }),
        fc.integer({ min: 0, max: 2 * HOUR }),
        (lifetime, a, b) => {
          const [early, late] = a < b ? [a, b] : [b, a]
          const rank = (age: number): number => order.indexOf(assessFreshness(token(lifetime), T0 + age, byDefault))
          expect(rank(early)).toBeLessThanOrEqual(rank(late))
        },
      ),
    )
  })
})

describe('isLive', () => {
  it('is never true at or past the expiry', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: HOUR }), fc.integer({ min: 0, max: HOUR }), (lifetime, past) => {
        expect(isLive(token(lifetime), T0 + lifetime + past)).toBe(false)
      }),
    )
  })

  it('allows for skew: 5 seconds, a twentieth of a short life, and for whole seconds', () => {
    expect(isLive(token(HOUR), T0 + HOUR - 5 * S)).toBe(false)
    expect(isLive(token(HOUR), T0 + HOUR - 5 * S - 1)).toBe(true)
    expect(isLive(token(5 * S), T0 + 3.9 * S)).toBe(true)
    expect(isLive(token(5 * S), T0 + 4 * S)).toBe(false)
    expect(isLive(token(S), T0 + 0.4 * S)).toBe(true)
  })
})
