import { describe, expect, it } from 'vitest'
import { APP, DAY, HOUR, loginWorld, MINUTE } from './fixtures/login-world.js'

const applications = [
  { applicationId: APP, redirectUrls: ['https://app.example.com'] },
  { applicationId: 'bank', redirectUrls: ['https://bank.example.com'], sessionIdleLifetimeS: 600, sessionLifetimeS: 3_600 },
]

/** Alice, signed in. */
async function signedIn(applicationId = APP) {
  const world = loginWorld()
  const { vault, login } = world.process({ applications })
  const { sessions } = login
  const { token, session } = await sessions.start({ userId: 'alice', applicationId, connectionId: 'google' })
  return { world, vault, login, sessions, token: token.reveal(), session }
}

/** The token of the next answer. */
async function resumed(sessions: Awaited<ReturnType<typeof signedIn>>['sessions'], token: string): Promise<string | undefined> {
  return (await sessions.resume(token))?.token.reveal()
}

describe('a session', () => {
  it('is known by its token, in every process', async () => {
    const { world, sessions, token, session } = await signedIn()
    expect(session).toMatchObject({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    expect(token.split('.').map(({ length }) => length)).toEqual([43, 22, 65])
    expect(await sessions.find(token)).toEqual(session)
    expect(await world.process({ applications }).login.sessions.find(token)).toEqual(session)
    expect(await sessions.isLive('alice', session.sessionId)).toBe(true)
    expect(await sessions.get('alice', session.sessionId)).toEqual(session)
  })

  it('is of one user: another user with its id has none', async () => {
    const { sessions, session } = await signedIn()
    expect(await sessions.isLive('bob', session.sessionId)).toBe(false)
    await sessions.end('bob', session.sessionId)
    expect(await sessions.isLive('alice', session.sessionId)).toBe(true)
  })

  it.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['no token', () => 'alice'],
    ['a part too few', (token) => token.split('.').slice(0, 2).join('.')],
    ['a part too many', (token) => `${token}.x`],
    ['another user', (token) => `${'A'.repeat(43)}${token.slice(43)}`],
    ['another session', (token) => token.replace(/\..{22}\./, `.${'A'.repeat(22)}.`)],
    ['another secret', (token) => `${token.slice(0, -65)}${'A'.repeat(65)}`],
    ['a secret with one character changed', (token) => token.slice(0, -30) + (token.at(-30) === 'A' ? 'B' : 'A') + token.slice(-29)],
    ['a fingerprint with one character changed', (token) => token.slice(0, -5) + (token.at(-5) === 'A' ? 'B' : 'A') + token.slice(-4)],
    ['the secret alone', (token) => token.slice(-65)],
    ['a line end behind it', (token) => `${token}\n`],
  ])('is not had with %s, and goes on', async (_what, change) => {
    const { sessions, token } = await signedIn()
    expect(await sessions.resume(change(token))).toBeUndefined()
    expect(await sessions.find(change(token))).toBeUndefined()
    expect(await sessions.find(token)).toBeDefined()
  })

  it('is never begun with what somebody brought: each has a new id and a new secret', async () => {
    const { sessions, token, session } = await signedIn()
    const again = await sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    expect(again.session.sessionId).not.toBe(session.sessionId)
    expect(again.token.reveal().split('.')[2]).not.toBe(token.split('.')[2])
  })

  it.each<[string, object, string]>([
    ['no such application', { applicationId: 'nobody' }, 'applicationId'],
    ['an empty user id', { userId: '' }, 'userId'],
    ['half a character in the user id', { userId: '\ud800' }, 'userId'],
    ['no connection', { connectionId: '' }, 'connectionId'],
  ])('does not begin with %s', async (_what, wrong, field) => {
    const { sessions } = await signedIn()
    const begun = sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google', ...wrong })
    await expect(begun).rejects.toMatchObject({ code: 'invalid_request', facts: { fields: { [field]: expect.any(String) } } })
  })
})

describe('a session that is continued', () => {
  it('has a new token each time, and the one before for 60 s', async () => {
    const { world, sessions, token, session } = await signedIn()
    const second = await sessions.resume(token)
    expect(second?.session.sessionId).toBe(session.sessionId)
    expect(second?.token.reveal()).not.toBe(token)
    world.clock.advance(MINUTE)
    expect(await sessions.find(token)).toBeDefined()
    expect(await sessions.find(second?.token.reveal() ?? '')).toBeDefined()
  })

  it('ends when an old token comes after that: somebody else has it', async () => {
    for (const way of ['resume', 'find'] as const) {
      const { world, sessions, token, session } = await signedIn()
      const second = await resumed(sessions, token)
      world.clock.advance(MINUTE + 1)
      expect(await sessions[way](token)).toBeUndefined()
      expect(await sessions.isLive('alice', session.sessionId)).toBe(false)
      expect(await sessions.find(second ?? '')).toBeUndefined()
      expect(JSON.stringify(world.logLines)).toContain('It is ended.')
    }
  })

  it('ends also when the old token is of many continuations ago', async () => {
    const { world, sessions, token, session } = await signedIn()
    let current: string | undefined = token
    for (let time = 0; time < 5; time += 1) {
      world.clock.advance(HOUR)
      current = await resumed(sessions, current ?? '')
    }
    expect(await sessions.find(current ?? '')).toBeDefined()
    expect(await sessions.resume(token)).toBeUndefined()
    expect(await sessions.isLive('alice', session.sessionId)).toBe(false)
  })

  it('goes on when somebody makes secrets up for its id, which is no secret', async () => {
    const { sessions, token } = await signedIn()
    for (let guess = 0; guess < 5; guess += 1) {
      const made = token.slice(0, -65) + String(guess).repeat(65)
      expect(await sessions.resume(made)).toBeUndefined()
    }
    expect(await sessions.resume(token)).toBeDefined()
  })

  it('takes no secret of another session of the same user', async () => {
    const { world, sessions, token, session } = await signedIn()
    const other = await sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    const mixed = token.slice(0, -65) + other.token.reveal().slice(-65)
    expect(await sessions.resume(mixed)).toBeUndefined()
    world.clock.advance(HOUR)
    expect(await sessions.isLive('alice', session.sessionId)).toBe(true)
  })

  it('by 30 tabs at once stays whole, whichever of their tokens the browser keeps', async () => {
    for (const kept of [0, 13, 29]) {
      const { world, sessions, token } = await signedIn()
      const answers = await Promise.all(Array.from({ length: 30 }, () => resumed(sessions, token)))
      expect(new Set(answers).size).toBe(30)
      world.clock.advance(HOUR)
      const next = await resumed(sessions, answers[kept] ?? '')
      expect(next).toBeDefined()
      world.clock.advance(HOUR)
      expect(await sessions.find(next ?? '')).toBeDefined()
    }
  })

  it('by two processes at once stays whole', async () => {
    const { world, sessions, token } = await signedIn()
    const other = world.process({ applications }).login.sessions
    const [one, two] = await Promise.all([resumed(sessions, token), resumed(other, token)])
    expect(await sessions.find(one ?? '')).toBeDefined()
    expect(await sessions.find(two ?? '')).toBeDefined()
  })

  it('and stolen is found out once thief and owner have both used it', async () => {
    const { world, sessions, token, session } = await signedIn()
    const stolen = await resumed(sessions, token)
    world.clock.advance(10 * MINUTE)
    const owners = await resumed(sessions, stolen ?? '')
    world.clock.advance(10 * MINUTE)
    // The thief comes late.
    expect(await sessions.resume(stolen ?? '')).toBeUndefined()
    expect(await sessions.find(owners ?? '')).toBeUndefined()
    expect(await sessions.isLive('alice', session.sessionId)).toBe(false)
  })
})

describe('a session ends', () => {
  it('when nobody continues it for its idle time, and not before', async () => {
    const { world, sessions, token, session } = await signedIn()
    expect(session.idleEndMs - session.createdAtMs).toBe(30 * DAY)
    world.clock.advance(30 * DAY - 1)
    expect(await sessions.find(token)).toBeDefined()
    world.clock.advance(1)
    expect(await sessions.find(token)).toBeUndefined()
    expect(await sessions.resume(token)).toBeUndefined()
    expect(await sessions.isLive('alice', session.sessionId)).toBe(false)
    expect(await sessions.list('alice')).toEqual([])
  })

  it('at its absolute end, however often it is continued', async () => {
    const { world, sessions, token, session } = await signedIn()
    expect(session.endMs - session.createdAtMs).toBe(90 * DAY)
    let current: string | undefined = token
    for (let day = 0; day < 89; day += 29) {
      current = await resumed(sessions, current ?? '')
      expect(current).toBeDefined()
      world.clock.advance(29 * DAY)
    }
    world.clock.advance(3 * DAY)
    const last = await sessions.resume(current ?? '')
    expect(last).toBeUndefined()
  })

  it('by the lifetimes of its application', async () => {
    const { world, sessions, token } = await signedIn('bank')
    let current: string | undefined = token
    for (let time = 0; time < 6; time += 1) {
      world.clock.advance(9 * MINUTE)
      const next = await sessions.resume(current ?? '')
      expect(next?.session.idleEndMs).toBeLessThanOrEqual(next?.session.endMs ?? 0)
      current = next?.token.reveal()
    }
    world.clock.advance(6 * MINUTE)
    expect(await sessions.find(current ?? '')).toBeUndefined()
  })

  it('when its application is no more', async () => {
    const { world, token, session } = await signedIn()
    const { sessions } = world.process().login
    expect(await sessions.find(token)).toBeDefined()
    const without = world.process({ applications: [{ applicationId: 'other', redirectUrls: ['https://app.example.com'] }] }).login.sessions
    expect(await without.find(token)).toBeUndefined()
    expect(await without.resume(token)).toBeUndefined()
    expect(await without.isLive('alice', session.sessionId)).toBe(false)
  })

  it('when it is ended, in every process at once, and ending it again is harmless', async () => {
    const { world, sessions, token, session } = await signedIn()
    const other = world.process({ applications }).login.sessions
    expect(await other.find(token)).toBeDefined()
    await sessions.end('alice', session.sessionId)
    expect(await other.find(token)).toBeUndefined()
    await sessions.end('alice', session.sessionId)
    await sessions.end('alice', 'no id')
  })

  it('when the keys of its user are destroyed', async () => {
    const { vault, sessions, token, session } = await signedIn()
    await vault.forgetUser('alice')
    expect(await sessions.find(token)).toBeUndefined()
    expect(await sessions.resume(token)).toBeUndefined()
    expect(await sessions.isLive('alice', session.sessionId)).toBe(false)
    expect(await sessions.list('alice')).toEqual([])
    // He may sign in again.
    const again = await sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    expect(await sessions.list('alice')).toEqual([again.session])
  })

  it('when its row is put in the place of another user’s', async () => {
    const { world, sessions, token, session } = await signedIn()
    const { userHash, row } = await rowOf(world, token)
    const { userId: _, ...rest } = JSON.parse(row.data)
    const attemptId = 'a'.repeat(22)
    const data = JSON.stringify({ userId: 'bob', ...rest })
    await world.store.documents.put({ ...row, data, expect: row.version, attemptId })
    expect(await sessions.find(token)).toBeUndefined()
    const bobs = await sessions.start({ userId: 'bob', applicationId: APP, connectionId: 'google' })
    const bobsHash = bobs.token.reveal().split('.')[0] ?? ''
    await world.store.documents.put({
      ...row,
      kind: row.kind.replace(userHash, bobsHash),
      data,
      expect: 'absent',
      attemptId: 'b'.repeat(22),
    })
    expect(await sessions.isLive('bob', session.sessionId)).toBe(false)
    // As it stood, it is not Bob's either.
    const moved = { ...row, kind: row.kind.replace(userHash, bobsHash) }
    await world.store.documents.put({ ...moved, expect: 1, attemptId: 'c'.repeat(22) })
    expect((await world.store.documents.get(moved))?.data).toBe(row.data)
    expect(await sessions.isLive('bob', session.sessionId)).toBe(false)
  })
})

describe('the sessions of a user', () => {
  it('are listed, the newest first, those of others not', async () => {
    const { world, sessions, session } = await signedIn()
    world.clock.advance(MINUTE)
    const { session: second } = await sessions.start({ userId: 'alice', applicationId: 'bank', connectionId: 'github' })
    await sessions.start({ userId: 'bob', applicationId: APP, connectionId: 'google' })
    expect(await sessions.list('alice')).toEqual([second, session])
    expect(await sessions.list('carol')).toEqual([])
  })

  it('all end together', async () => {
    const { sessions, token } = await signedIn()
    const bobs = await sessions.start({ userId: 'bob', applicationId: APP, connectionId: 'google' })
    await sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    await sessions.endAll('alice')
    expect(await sessions.list('alice')).toEqual([])
    expect(await sessions.find(token)).toBeUndefined()
    expect(await sessions.find(bobs.token.reveal())).toBeDefined()
  })

  it('leave nothing in the store once they have ended and he signs in again', async () => {
    const { world, sessions, token } = await signedIn()
    const { row } = await rowOf(world, token)
    world.clock.advance(31 * DAY)
    await sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    const { items } = await world.store.documents.list({ tenant: 'default', kind: row.kind, limit: 10 })
    expect(items).toHaveLength(1)
  })

  it('are at most 100: the one that was used least lately goes', async () => {
    const { world, sessions, session, token } = await signedIn()
    let current: string | undefined = token
    for (let count = 0; count < 100; count += 1) {
      world.clock.advance(1_000)
      await sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
      if (count === 50) current = await resumed(sessions, token)
    }
    const live = await sessions.list('alice')
    expect(live).toHaveLength(100)
    expect(live.at(-1)?.sessionId).toBe(session.sessionId)
    expect(await sessions.find(current ?? '')).toBeDefined()
  })
})

/** The row in which the session of this token stands. */
async function rowOf(world: ReturnType<typeof loginWorld>, token: string) {
  const [userHash = '', id = ''] = token.split('.')
  const row = await world.store.documents.get({ tenant: 'default', kind: `session:${userHash}`, id })
  if (!row) throw new Error('The session has no row.')
  return { userHash, row }
}
