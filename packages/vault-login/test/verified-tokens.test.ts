import { describe, expect, it } from 'vitest'
import { createVerifiedTokens, type HeldToken } from '../src/tokens/verified-tokens.js'

const held = (userId: string): HeldToken => ({
  kid: 'k1',
  verified: { userId, applicationId: 'a', connectionId: 'c', sessionId: 's', scope: 'openid', expiresAtMs: 1 },
})

describe('verified tokens', () => {
  it('are at most so many: the one that came first goes', () => {
    const tokens = createVerifiedTokens(3)
    for (const name of ['a', 'b', 'c', 'd']) tokens.keep(name, held(name))
    expect(['a', 'b', 'c', 'd'].map((name) => tokens.get(name)?.verified.userId)).toEqual([undefined, 'b', 'c', 'd'])
  })

  it('are not kept beyond 2,048 characters', () => {
    const tokens = createVerifiedTokens()
    tokens.keep('x'.repeat(2_048), held('a'))
    tokens.keep('x'.repeat(2_049), held('b'))
    expect(tokens.get('x'.repeat(2_048))).toBeDefined()
    expect(tokens.get('x'.repeat(2_049))).toBeUndefined()
  })
})
