import { decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Login } from '../src/index.js'
import { interceptedStore } from './fixtures/intercepted-store.js'
import { APP, DAY, HOUR, type LoginWorld, loginWorld, MINUTE } from './fixtures/login-world.js'

const LONG = [
  { applicationId: APP, redirectUrls: ['https://app.example.com'], sessionIdleLifetimeS: 34_560_000, sessionLifetimeS: 34_560_000 },
]

/** Two processes over one store, and Alice, who is signed in for long. */
async function twoProcesses(world: LoginWorld = loginWorld()) {
  const options = { applications: LONG }
  const [one, two] = [world.process(options).login, world.process(options).login]
  const { session } = await one.sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
  const request = { userId: 'alice', applicationId: APP, connectionId: 'google', sessionId: session.sessionId }
  return { world, one, two, issueBy: async (login: Login) => (await login.tokens.issue(request)).accessToken }
}

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? ''
const publishedBy = async (login: Login): Promise<readonly string[]> =>
  (await login.tokens.jwks()).keys.map(({ kid }) => kid ?? '').toSorted()

describe('signing keys', () => {
  it('are made at first need, and known to every process at once', async () => {
    const { one, two, issueBy } = await twoProcesses()
    expect(await publishedBy(two)).toEqual([])
    const token = await issueBy(one)
    expect(await two.tokens.verify(token)).toBeDefined()
    expect(await publishedBy(one)).toEqual([kidOf(token)])
    expect(await publishedBy(two)).toEqual([kidOf(token)])
    expect(kidOf(await issueBy(two))).toBe(kidOf(token))
  })

  it('made at first need are published by every process at once', async () => {
    const { one, two, issueBy } = await twoProcesses()
    expect(await publishedBy(two)).toEqual([])
    const token = await issueBy(one)
    expect(await publishedBy(two)).toEqual([kidOf(token)])
  })

  it('made by two processes at the same moment are both published, and soon one signs for both', async () => {
    const { world, one, two, issueBy } = await twoProcesses()
    const tokens = await Promise.all([issueBy(one), issueBy(two), issueBy(one), issueBy(two)])
    const kids = [...new Set(tokens.map(kidOf))].toSorted()
    expect(kids).toHaveLength(2)
    for (const login of [one, two]) for (const token of tokens) expect(await login.tokens.verify(token)).toBeDefined()
    world.clock.advance(1_000)
    expect(await publishedBy(one)).toEqual(kids)
    expect(await publishedBy(two)).toEqual(kids)
    expect(kidOf(await issueBy(one))).toBe(kidOf(await issueBy(two)))
  })

  it('that are rotated: the new one is published at once and signs 10 minutes later; tokens of both are accepted everywhere', async () => {
    const { world, one, two, issueBy } = await twoProcesses()
    const before = await issueBy(one)
    await two.tokens.verify(before)
    await one.tokens.rotateSigningKeys()
    expect(await publishedBy(one)).toHaveLength(2)
    world.clock.advance(1_000)
    expect(await publishedBy(two)).toHaveLength(2)
    for (const login of [one, two]) expect(kidOf(await issueBy(login))).toBe(kidOf(before))

    world.clock.advance(10 * MINUTE)
    const after = await issueBy(two)
    expect(kidOf(after)).not.toBe(kidOf(before))
    expect(kidOf(await issueBy(one))).toBe(kidOf(after))
    for (const login of [one, two]) for (const token of [before, after]) expect(await login.tokens.verify(token)).toBeDefined()
  })

  it('that were rotated out are published as long as their tokens live, and no longer', async () => {
    const { world, one, two, issueBy } = await twoProcesses()
    const old = kidOf(await issueBy(one))
    await one.tokens.rotateSigningKeys()
    world.clock.advance(10 * MINUTE + DAY)
    expect(await publishedBy(two)).toContain(old)
    world.clock.advance(5 * MINUTE)
    expect(await publishedBy(two)).toHaveLength(1)
    expect(await publishedBy(two)).not.toContain(old)
  })

  it('rotated before there are any: the first one signs at once', async () => {
    const { one, two, issueBy } = await twoProcesses()
    await one.tokens.rotateSigningKeys()
    const [kid] = await publishedBy(two)
    expect(kidOf(await issueBy(two))).toBe(kid)
  })

  it('rotated several times in a row: the newest signs, when its time has come', async () => {
    const { world, one, two, issueBy } = await twoProcesses()
    const first = kidOf(await issueBy(one))
    await one.tokens.rotateSigningKeys()
    world.clock.advance(MINUTE)
    await two.tokens.rotateSigningKeys()
    expect(kidOf(await issueBy(two))).toBe(first)
    world.clock.advance(9 * MINUTE + 1_000)
    const next = kidOf(await issueBy(one))
    expect(next).not.toBe(first)
    world.clock.advance(MINUTE)
    expect([next, first]).not.toContain(kidOf(await issueBy(one)))
    expect(await publishedBy(two)).toHaveLength(3)
  })

  it('are followed by a new one before their time is over, without a gap, published 10 minutes before it signs', async () => {
    const { world, one, two, issueBy } = await twoProcesses()
    const seen = new Map<string, number>()
    const published = new Map<string, number>()
    for (let hour = 0; hour < 24 * 95; hour += 1) {
      const kid = kidOf(await issueBy(hour % 2 === 0 ? one : two))
      if (!seen.has(kid)) seen.set(kid, world.clock.now())
      for (const each of await publishedBy(one)) if (!published.has(each)) published.set(each, world.clock.now())
      world.clock.advance(HOUR)
    }
    expect(seen.size).toBe(2)
    const [, second] = [...seen]
    expect((second?.[1] ?? 0) - (published.get(second?.[0] ?? '') ?? 0)).toBeGreaterThanOrEqual(10 * MINUTE)
  })

  it('after a pause longer than their life are made anew, and the old ones are gone from the store', async () => {
    const { world, one, issueBy } = await twoProcesses()
    const old = kidOf(await issueBy(one))
    world.clock.advance(95 * DAY)
    const token = await issueBy(one)
    expect(kidOf(token)).not.toBe(old)
    expect(await publishedBy(one)).toEqual([kidOf(token)])
    const { items } = await world.store.documents.list({ tenant: 'default', kind: 'signing-key', limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([kidOf(token)])
  })

  it('sign as long as the option says', async () => {
    const world = loginWorld()
    const { login } = world.process({ applications: LONG, signingKeyLifetimeS: 3_600 })
    const { session } = await login.sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    const request = { userId: 'alice', applicationId: APP, connectionId: 'google', sessionId: session.sessionId }
    const kids: string[] = []
    for (let minute = 0; minute < 150; minute += 10) {
      kids.push(kidOf((await login.tokens.issue(request)).accessToken))
      world.clock.advance(10 * MINUTE)
    }
    expect(new Set(kids).size).toBe(3)
  })

  it('are published without anything of their secret half', async () => {
    const { one, issueBy } = await twoProcesses()
    const kid = kidOf(await issueBy(one))
    const jwks = await one.tokens.jwks()
    expect(jwks.keys.map((key) => Object.entries(key).toSorted())).toEqual([
      Object.entries({ alg: 'EdDSA', crv: 'Ed25519', kid, kty: 'OKP', use: 'sig', x: jwks.keys[0]?.x }).toSorted(),
    ])
  })

  it('that somebody else put into the store sign nothing, and no token of theirs is accepted', async () => {
    const { world, one, issueBy } = await twoProcesses()
    const token = await issueBy(one)
    const [row] = (await world.store.documents.list({ tenant: 'default', kind: 'signing-key', limit: 1 })).items
    const put = { tenant: 'default', kind: 'signing-key', expect: 'absent', attemptId: 'a'.repeat(22) } as const
    // Another's row under a new name, and one of nothing.
    await world.store.documents.put({ ...put, id: 'B'.repeat(22), data: row?.data ?? '' })
    await world.store.documents.put({ ...put, id: 'C'.repeat(22), data: '{"v":1,"sealed":"AAAA"}', attemptId: 'b'.repeat(22) })
    world.clock.advance(1_000)
    expect(await publishedBy(one)).toEqual([kidOf(token)])
    expect(kidOf(await issueBy(one))).toBe(kidOf(token))
    expect(JSON.stringify(world.logLines)).toContain('A signing key does not open.')
  })

  it('are looked for in the store at most once a second, unless a token names one that is not known', async () => {
    let revisions = 0
    const world = loginWorld((store) =>
      interceptedStore(store, ({ name, kind }, work) => {
        if (name === 'revision' && kind === 'signing-key') revisions += 1
        return work()
      }),
    )
    const { one, issueBy } = await twoProcesses(world)
    const token = await issueBy(one)
    await one.tokens.verify(token)
    revisions = 0
    for (let time = 0; time < 20; time += 1) await one.tokens.verify(token)
    expect(revisions).toBe(0)
    world.clock.advance(1_000)
    for (let time = 0; time < 20; time += 1) await one.tokens.verify(token)
    expect(revisions).toBe(1)
  })
})
