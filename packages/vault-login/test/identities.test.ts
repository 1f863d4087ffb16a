import { sha256Base64url, type VaultStore } from '@holdfast/vault-core'
import { describe, expect, it, vi } from 'vitest'
import type { LoginIdentity, LoginOptions } from '../src/index.js'
import { dyingAt, interceptedStore } from './fixtures/intercepted-store.js'
import { APP, idTokenOf, loginWorld, userinfoOf } from './fixtures/login-world.js'

const ada = { name: 'Ada Lovelace', email: 'ada@example.com', picture: 'https://example.com/ada.png' }

/** The login of one process over a store of its own. */
function newLogin(options: Partial<LoginOptions> = {}) {
  return loginWorld().process(options).login
}

describe('a first sign-in', () => {
  it('makes a user, who is the same one ever after', async () => {
    const { vault, login } = loginWorld().process()
    const userId = await login.identities.resolve(idTokenOf('google', 's1', ada))
    expect(userId).toMatch(/^usr_[A-Za-z0-9_-]{22}$/)
    expect(await login.identities.resolve(idTokenOf('google', 's1'))).toBe(userId)
    expect(await login.identities.resolve(idTokenOf('google', 's2'))).not.toBe(userId)
    expect((await vault.users.get(userId)).userId).toBe(userId)
  })

  it('tells the vault of the user, and leaves what it knows of him already', async () => {
    const { vault, login } = loginWorld().process({ resolveUser: () => 'alice' })
    await vault.users.put({ userId: 'alice', name: 'Alice', tags: { plan: 'pro' } })
    await login.identities.resolve(idTokenOf('google', 's1', ada))
    expect(await vault.users.get('alice')).toMatchObject({ name: 'Alice', tags: { plan: 'pro' } })
  })

  it('of one account at two processes at once makes one user', async () => {
    const world = loginWorld()
    for (let round = 0; round < 20; round += 1) {
      const identity = idTokenOf('google', `s${round}`)
      const users = await Promise.all(Array.from({ length: 4 }, () => world.process().login.identities.resolve(identity)))
      expect(new Set(users).size).toBe(1)
      expect(await world.process().login.identities.list(users[0] ?? '')).toHaveLength(1)
    }
  })

  it('goes through while others keep telling the vault of the same user', async () => {
    const world = loginWorld()
    const other = world.process().vault
    let writes = 0
    const store = interceptedStore(world.store, async ({ name, kind }, work) => {
      if (name === 'put' && kind === 'user') await other.users.put({ userId: 'alice', name: `Alice ${++writes}` })
      return work()
    })
    const { login } = world.process({ resolveUser: () => 'alice' }, { store })
    expect(await login.identities.resolve(idTokenOf('google', 's1', ada))).toBe('alice')
    expect((await other.users.get('alice')).name).toBe(`Alice ${writes}`)
  })

  it('goes on at the next one after the process died between its two writes', async () => {
    const dying = dyingAt({ name: 'put', kind: 'user-identities' })
    const world = loginWorld()
    const first = world.process({}, { store: dying.wrap(world.store) }).login
    await expect(first.identities.resolve(idTokenOf('google', 's1', ada))).rejects.toThrow('The process was killed.')
    expect(dying.isDead()).toBe(true)

    const { login } = world.process()
    const userId = await login.identities.resolve(idTokenOf('google', 's1', ada))
    expect(await login.identities.list(userId)).toMatchObject([{ connectionId: 'google', providerUserId: 's1' }])
    expect(await login.identities.resolve(idTokenOf('google', 's1', ada))).toBe(userId)
  })

  it('needs a connection that is configured', async () => {
    await expect(newLogin().identities.resolve(idTokenOf('nobody', 's1'))).rejects.toMatchObject({ code: 'connection_not_found' })
  })
})

describe('who is who', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['github', { id: 42, login: 'ada' }, '42'],
    ['github', { id: '42' }, '42'],
    ['slack', { team: { id: 'T1' }, user: { id: 'U1' } }, 'T1-U1'],
  ])('goes by the expression of connection %s: %o is %s', async (connectionId, claims, providerUserId) => {
    const login = newLogin()
    const userId = await login.identities.resolve(userinfoOf(connectionId, claims))
    expect(await login.identities.list(userId)).toMatchObject([{ connectionId, providerUserId }])
  })

  it('goes by the expression of the login, which wins', async () => {
    const login = newLogin({ claims: { github: { userId: '{node_id}' } } })
    const userId = await login.identities.resolve(userinfoOf('github', { id: 1, node_id: 'N1' }))
    expect(await login.identities.resolve(userinfoOf('github', { id: 2, node_id: 'N1' }))).toBe(userId)
    expect(await login.identities.resolve(userinfoOf('github', { id: 1, node_id: 'N2' }))).not.toBe(userId)
  })

  it.each<[string, string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ['parts that join to the same text', 'slack', { team: { id: 'a-b' }, user: { id: 'c' } }, { team: { id: 'a' }, user: { id: 'b-c' } }],
    ['parts that look like lengths', 'slack', { team: { id: '1:a' }, user: { id: 'b' } }, { team: { id: '1' }, user: { id: ':a-b' } }],
    [
      'parts that look like names of claims',
      'slack',
      { team: { id: 'auser.idb' }, user: { id: 'c' } },
      { team: { id: 'a' }, user: { id: 'buser.idc' } },
    ],
    ['case', 'github', { id: 'Ada' }, { id: 'ada' }],
    ['Unicode form', 'github', { id: '\u00e9' }, { id: 'e\u0301' }],
    ['white space at the end', 'github', { id: 'ada' }, { id: 'ada ' }],
  ])('two accounts that differ by %s are two users', async (_what, connectionId, one, other) => {
    const login = newLogin()
    expect(await login.identities.resolve(userinfoOf(connectionId, one))).not.toBe(
      await login.identities.resolve(userinfoOf(connectionId, other)),
    )
  })

  it('is told by connection: the same id at two providers is two users', async () => {
    const login = newLogin()
    expect(await login.identities.resolve(idTokenOf('google', 's1'))).not.toBe(await login.identities.resolve(idTokenOf('microsoft', 's1')))
  })

  it('is bound to the issuer: another one behind the same connection has no users of the first', async () => {
    const login = newLogin()
    const identity = idTokenOf('google', 's1')
    expect(await login.identities.resolve(identity)).not.toBe(
      await login.identities.resolve({ ...identity, issuer: 'https://other.example' }),
    )
  })

  it('is the same with an ID token and, without `openid` in the scope, from the userinfo endpoint', async () => {
    const login = newLogin()
    expect(await login.identities.resolve(idTokenOf('google', 's1'))).toBe(
      await login.identities.resolve(userinfoOf('google', { sub: 's1' })),
    )
  })

  it('is bound to the claim: another expression whose value is alike is another user', async () => {
    const world = loginWorld()
    const byLogin = world.process({ claims: { github: { userId: '{login}' } } }).login
    const byId = world.process().login
    const mallory = await byLogin.identities.resolve(userinfoOf('github', { id: 1, login: '42' }))
    expect(await byId.identities.resolve(userinfoOf('github', { id: 42, login: 'victim' }))).not.toBe(mallory)
  })

  it('is never told by an e-mail address, verified or not', async () => {
    const login = newLogin()
    const victim = await login.identities.resolve(idTokenOf('google', 's1', { email: 'ada@example.com', email_verified: true }))
    for (const email_verified of [true, false, undefined]) {
      const other = idTokenOf('microsoft', `m-${email_verified}`, { email: 'ada@example.com', email_verified })
      expect(await login.identities.resolve(other)).not.toBe(victim)
    }
    expect(await login.identities.list(victim)).toHaveLength(1)
  })

  it.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['no claim at all', 'github', {}],
    ['an empty one', 'github', { id: '' }],
    ['null', 'github', { id: null }],
    ['one of several', 'slack', { team: { id: 'T1' } }],
    ['a number that lost its last digits', 'github', JSON.parse('{"id":12345678901234567890}')],
    ['half a character', 'github', { id: '\ud800' }],
    ['a text without end', 'github', { id: 'x'.repeat(256) }],
    ['an object', 'github', { id: { toString: 'ada' } }],
  ])('cannot be told from %s', async (_what, connectionId, claims) => {
    await expect(newLogin().identities.resolve(userinfoOf(connectionId, claims))).rejects.toMatchObject({
      code: 'authorization_response_invalid',
      facts: { reason: 'user_id_missing', connectionId },
    })
  })
})

describe('the host’s own users', () => {
  it('are those whom `resolveUser` names, asked once for each identity, with what is known of it', async () => {
    const asked: LoginIdentity[] = []
    const login = newLogin({
      resolveUser: (identity) => {
        asked.push(identity)
        return 'alice'
      },
    })
    const identity = idTokenOf('google', 's1', { ...ada, email_verified: true, groups: ['staff'] })
    expect(await login.identities.resolve(identity)).toBe('alice')
    expect(await login.identities.resolve(identity)).toBe('alice')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({
      ...ada,
      connectionId: 'google',
      issuer: 'https://google.example',
      providerUserId: 's1',
      emailVerified: true,
      source: 'id_token',
      claims: { groups: ['staff'] },
    })
  })

  it('are made by the vault where it names none', async () => {
    expect(await newLogin({ resolveUser: async () => undefined }).identities.resolve(idTokenOf('google', 's1'))).toMatch(/^usr_/)
  })

  it.each([
    ['an empty id', ''],
    ['a service client', 'sc_job'],
    ['a line end', 'a\nb'],
    ['256 characters', 'x'.repeat(256)],
    ['no text', 7 as unknown as string],
  ])('cannot have %s', async (_what, id) => {
    const login = newLogin({ resolveUser: () => id })
    await expect(login.identities.resolve(idTokenOf('google', 's1'))).rejects.toMatchObject({ code: 'invalid_configuration' })
    expect(await newLogin().identities.list('someone')).toEqual([])
  })

  it('stay unchanged when `resolveUser` throws, whose error the caller gets', async () => {
    const failure = new Error('The host is down.')
    let isDown = true
    const login = newLogin({
      resolveUser: () => {
        if (isDown) throw failure
        return 'alice'
      },
    })
    await expect(login.identities.resolve(idTokenOf('google', 's1'))).rejects.toBe(failure)
    isDown = false
    expect(await login.identities.resolve(idTokenOf('google', 's1'))).toBe('alice')
  })

  it('get no second account of one provider', async () => {
    const login = newLogin({ resolveUser: () => 'alice' })
    await login.identities.resolve(idTokenOf('google', 's1'))
    await expect(login.identities.resolve(idTokenOf('google', 's2'))).rejects.toMatchObject({
      code: 'conflict',
      facts: { reason: 'identity_exists' },
    })
    expect(await login.identities.list('alice')).toHaveLength(1)
  })
})

describe('linking', () => {
  it('adds an identity to a user, who may sign in with either', async () => {
    const login = newLogin()
    const userId = await login.identities.resolve(idTokenOf('google', 's1'))
    expect(await login.identities.resolve(userinfoOf('github', { id: 42 }), userId)).toBe(userId)
    expect(await login.identities.resolve(userinfoOf('github', { id: 42 }))).toBe(userId)
    expect(await login.identities.list(userId)).toMatchObject([{ connectionId: 'google' }, { connectionId: 'github' }])
  })

  it('asks no `resolveUser`', async () => {
    const resolveUser = vi.fn(() => 'somebody')
    const login = newLogin({ resolveUser })
    expect(await login.identities.resolve(userinfoOf('github', { id: 42 }), 'alice')).toBe('alice')
    expect(resolveUser).not.toHaveBeenCalled()
  })

  it('what the user has already changes nothing', async () => {
    const login = newLogin()
    const userId = await login.identities.resolve(idTokenOf('google', 's1'))
    const before = await login.identities.list(userId)
    expect(await login.identities.resolve(idTokenOf('google', 's1'), userId)).toBe(userId)
    expect(await login.identities.list(userId)).toEqual(before)
  })

  it('what another user has is refused', async () => {
    const login = newLogin()
    const owner = await login.identities.resolve(userinfoOf('github', { id: 42 }))
    const userId = await login.identities.resolve(idTokenOf('google', 's1'))
    await expect(login.identities.resolve(userinfoOf('github', { id: 42 }), userId)).rejects.toMatchObject({
      code: 'conflict',
      facts: { reason: 'identity_taken', connectionId: 'github' },
    })
    expect(await login.identities.resolve(userinfoOf('github', { id: 42 }))).toBe(owner)
    expect(await login.identities.list(userId)).toHaveLength(1)
  })

  it('a second account of one provider is refused, and stays free', async () => {
    const login = newLogin()
    const userId = await login.identities.resolve(idTokenOf('google', 's1'))
    await expect(login.identities.resolve(idTokenOf('google', 's2'), userId)).rejects.toMatchObject({
      code: 'conflict',
      facts: { reason: 'identity_exists', connectionId: 'google', userId },
    })
    expect(await login.identities.resolve(idTokenOf('google', 's2'))).not.toBe(userId)
  })

  it('two accounts of one provider at once links one', async () => {
    const world = loginWorld()
    const [one, two] = [world.process().login, world.process().login]
    const results = await Promise.allSettled([
      one.identities.resolve(userinfoOf('github', { id: 1 }), 'alice'),
      two.identities.resolve(userinfoOf('github', { id: 2 }), 'alice'),
    ])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const linked = await one.identities.list('alice')
    expect(linked).toHaveLength(1)
    const free = linked[0]?.providerUserId === '1' ? 2 : 1
    expect(await one.identities.resolve(userinfoOf('github', { id: free }))).not.toBe('alice')
  })

  it('one account to two users at once gives it to one', async () => {
    const world = loginWorld()
    const identity = userinfoOf('github', { id: 1 })
    const results = await Promise.allSettled([
      world.process().login.identities.resolve(identity, 'alice'),
      world.process().login.identities.resolve(identity, 'bob'),
    ])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const { login } = world.process()
    const lists = [await login.identities.list('alice'), await login.identities.list('bob')]
    expect(lists.flat()).toHaveLength(1)
  })
})

describe('a server that was connected by its URL', () => {
  async function withServer() {
    const { vault, login } = loginWorld().process()
    // As `connectResource` makes them.
    await vault.connections.create({
      connectionId: 'mcp:1',
      issuer: 'https://stranger.example',
      clientId: 'c',
      tags: { protected_resource: 'x' },
    })
    const userId = await login.identities.resolve(idTokenOf('google', 's1'))
    const account = idTokenOf('mcp:1', 'anything it says')
    await login.identities.resolve(account, userId)
    const [google, linked] = await login.identities.list(userId)
    return { login, userId, account, google, linked }
  }

  it('says of nobody who he is: an account there is linked, and nobody signs in with it', async () => {
    const { login, userId, account, linked } = await withServer()
    expect(linked).toMatchObject({ connectionId: 'mcp:1', providerUserId: 'anything it says' })
    await expect(login.identities.resolve(account)).rejects.toMatchObject({ code: 'connection_not_found' })
    await expect(login.identities.resolve(idTokenOf('mcp:1', 'another'))).rejects.toMatchObject({ code: 'connection_not_found' })
    expect(await login.identities.resolve(account, userId)).toBe(userId)
  })

  it('does not make up for the last account that a user can sign in with, and can be unlinked', async () => {
    const { login, userId, google, linked } = await withServer()
    await expect(login.identities.unlink(userId, google?.identityId ?? '')).rejects.toMatchObject({ facts: { reason: 'last_identity' } })
    await login.identities.unlink(userId, linked?.identityId ?? '')
    expect(await login.identities.list(userId)).toMatchObject([{ connectionId: 'google' }])
  })
})

describe('unlinking', () => {
  async function twoIdentities() {
    const world = loginWorld()
    const { vault, login } = world.process()
    const userId = await login.identities.resolve(idTokenOf('google', 's1'))
    await login.identities.resolve(userinfoOf('github', { id: 42 }), userId)
    const [google, github] = await login.identities.list(userId)
    return { world, vault, login, userId, google, github }
  }

  it.each(['identityId', 'providerUserId'] as const)('goes by the %s, and makes whoever signs in with it a stranger', async (field) => {
    const { login, userId, github } = await twoIdentities()
    await login.identities.unlink(userId, github?.[field] ?? '')
    expect(await login.identities.list(userId)).toMatchObject([{ connectionId: 'google' }])
    expect(await login.identities.resolve(userinfoOf('github', { id: 42 }))).not.toBe(userId)
    expect(await login.identities.resolve(idTokenOf('google', 's1'))).toBe(userId)
  })

  it('ends the credential of the connection', async () => {
    const { vault, login, userId, github } = await twoIdentities()
    const disconnect = vi.spyOn(vault, 'disconnect')
    await login.identities.unlink(userId, github?.identityId ?? '')
    expect(disconnect.mock.calls).toEqual([[{ connectionId: 'github', userId }]])
    expect(await login.identities.list(userId)).toHaveLength(1)
  })

  it('of the last one is refused', async () => {
    const { login, userId, google, github } = await twoIdentities()
    await login.identities.unlink(userId, github?.identityId ?? '')
    await expect(login.identities.unlink(userId, google?.identityId ?? '')).rejects.toMatchObject({
      code: 'conflict',
      facts: { reason: 'last_identity' },
    })
    expect(await login.identities.resolve(idTokenOf('google', 's1'))).toBe(userId)
  })

  it('of both at once leaves one', async () => {
    const { world, login, userId, google, github } = await twoIdentities()
    const other = world.process().login
    const results = await Promise.allSettled([
      login.identities.unlink(userId, google?.identityId ?? ''),
      other.identities.unlink(userId, github?.identityId ?? ''),
    ])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await login.identities.list(userId)).toHaveLength(1)
  })

  it.each(['', 'nobody', '*'])('of what the user does not have (%o) is told', async (id) => {
    const { login, userId } = await twoIdentities()
    await expect(login.identities.unlink(userId, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(login.identities.unlink('a stranger', id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of another user’s identity is not found', async () => {
    const { login, google } = await twoIdentities()
    const mallory = await login.identities.resolve(idTokenOf('google', 's9'))
    await login.identities.resolve(userinfoOf('github', { id: 9 }), mallory)
    await expect(login.identities.unlink(mallory, google?.identityId ?? '')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('by an id that the user has at two providers is refused', async () => {
    const login = newLogin()
    const userId = await login.identities.resolve(idTokenOf('google', 's1'))
    await login.identities.resolve(idTokenOf('microsoft', 's1'), userId)
    await expect(login.identities.unlink(userId, 's1')).rejects.toMatchObject({ code: 'conflict', facts: { reason: 'ambiguous_identity' } })
    expect(await login.identities.list(userId)).toHaveLength(2)
  })

  it.each([
    ['identity', 'get'],
    ['user-identities', 'put'],
  ] as const)('that died on the way (%s, %s) is finished by the next sign-in, or by another try', async (kind, name) => {
    for (const how of ['sign-in', 'another try'] as const) {
      const { world, login, userId, github } = await twoIdentities()
      // The first put of the list says that it is being unlinked; it has to be there.
      const dying = dyingAt({ name, kind }, kind === 'user-identities' ? 2 : 1)
      const killed = world.process({}, { store: dying.wrap(world.store) }).login
      await expect(killed.identities.unlink(userId, github?.identityId ?? '')).rejects.toThrow('The process was killed.')
      expect(dying.isDead()).toBe(true)
      expect(await login.identities.list(userId)).toHaveLength(1)
      if (how === 'another try') await login.identities.unlink(userId, github?.identityId ?? '')
      expect(await login.identities.resolve(userinfoOf('github', { id: 42 }))).not.toBe(userId)
      expect(await login.identities.list(userId)).toMatchObject([{ connectionId: 'google' }])
    }
  })

  it('and linking again is possible', async () => {
    const { login, userId, github } = await twoIdentities()
    await login.identities.unlink(userId, github?.identityId ?? '')
    expect(await login.identities.resolve(userinfoOf('github', { id: 42 }), userId)).toBe(userId)
    expect(await login.identities.list(userId)).toHaveLength(2)
  })
})

describe('a profile', () => {
  it('is that of the connection asked for, or of the first identity', async () => {
    const login = newLogin()
    const userId = await login.identities.resolve(idTokenOf('google', 's1', { ...ada, email_verified: true }))
    await login.identities.resolve(userinfoOf('github', { id: 42, name: 'ada42' }), userId)
    expect(await login.identities.profileOf(userId)).toEqual({ ...ada, emailVerified: true })
    expect(await login.identities.profileOf(userId, 'github')).toEqual({ name: 'ada42' })
    expect(await login.identities.profileOf(userId, 'slack')).toEqual({ ...ada, emailVerified: true })
    expect(await login.identities.profileOf('nobody')).toEqual({})
  })

  it('is that of the last sign-in, and written only when it changed', async () => {
    const puts: string[] = []
    const world = loginWorld((store) =>
      interceptedStore(store, ({ name, kind }, work) => {
        if (name === 'put' && kind === 'user-identities') puts.push(kind)
        return work()
      }),
    )
    const { login } = world.process()
    const userId = await login.identities.resolve(idTokenOf('google', 's1', ada))
    await login.identities.resolve(idTokenOf('google', 's1', ada))
    expect(puts).toHaveLength(1)
    await login.identities.resolve(idTokenOf('google', 's1', { name: 'Ada King' }))
    expect(puts).toHaveLength(2)
    expect(await login.identities.profileOf(userId)).toEqual({ name: 'Ada King' })
  })

  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['a name of two claims', { given_name: 'Ada', family_name: 'King' }, { name: 'Ada King' }],
    ['one of which is missing', { given_name: 'Ada' }, { name: 'Ada' }],
    ['both of which are missing', {}, {}],
    ['an address that is not verified', { email: 'a@b.c', email_verified: false }, { email: 'a@b.c', emailVerified: false }],
    ['an address of which nothing is said', { email: 'a@b.c' }, { email: 'a@b.c' }],
    ['an address verified in words', { email: 'a@b.c', email_verified: 'true' }, { email: 'a@b.c', emailVerified: true }],
    ['a picture that is a script', { picture: 'javascript:alert(1)' }, {}],
    ['a picture that is no URL', { picture: 'ada.png' }, {}],
    ['a name without end', { given_name: 'x'.repeat(257) }, {}],
    ['a name that is an object', { given_name: { first: 'Ada' } }, {}],
  ])('with %s', async (_what, claims, profile) => {
    const login = newLogin({ claims: { google: { name: '{given_name} {family_name}' } } })
    const userId = await login.identities.resolve(idTokenOf('google', 's1', claims))
    expect(await login.identities.profileOf(userId)).toEqual(profile)
  })

  it('has no verified address that the provider did not verify', async () => {
    const login = newLogin({ claims: { google: { email: '{upn}' } } })
    const claims = { upn: 'victim@example.com', email: 'mallory@example.com', email_verified: true }
    const userId = await login.identities.resolve(idTokenOf('google', 's1', claims))
    expect(await login.identities.profileOf(userId)).toEqual({ email: 'victim@example.com', emailVerified: false })
  })
})

describe('a user who is forgotten', () => {
  it('is signed out and known no more, in every process at once, and comes back as another one', async () => {
    const world = loginWorld()
    const { vault, login } = world.process()
    const { login: other } = world.process()
    const userId = await login.identities.resolve(idTokenOf('google', 's1', ada))
    await login.identities.resolve(userinfoOf('github', { id: 42 }), userId)
    const { token, session } = await other.sessions.start({ userId, applicationId: APP, connectionId: 'google' })
    expect(await other.identities.list(userId)).toHaveLength(2)
    await vault.forgetUser(userId)
    expect(await other.sessions.find(token.reveal())).toBeUndefined()
    expect(await other.sessions.isLive(userId, session.sessionId)).toBe(false)
    expect(await other.identities.list(userId)).toEqual([])
    expect(await other.identities.profileOf(userId)).toEqual({})
    expect(await everyDocument(world.store, userId)).not.toContain(userId)
    const again = await other.identities.resolve(idTokenOf('google', 's1'))
    expect(again).not.toBe(userId)
    expect(await other.identities.resolve(userinfoOf('github', { id: 42 }))).not.toBe(userId)
    await login.identities.forget('nobody')
  })

  it('by a process without the login loses what was known of him, and the rest to the next one that has it', async () => {
    const world = loginWorld()
    const { vault, login } = world.process()
    const userId = await login.identities.resolve(idTokenOf('google', 's1', ada))
    const stays = await login.identities.resolve(idTokenOf('google', 's2', ada))
    await login.identities.resolve(userinfoOf('github', { id: 42 }), userId)
    await world.vault().forgetUser(userId)
    const { vault: again, login: other } = world.process()
    expect(await other.identities.list(userId)).toEqual([])
    expect(await other.identities.profileOf(userId)).toEqual({})
    // Nothing but an identity that leads to his id is left.
    await again.forgetUser(userId)
    expect(await other.identities.resolve(idTokenOf('google', 's1'))).not.toBe(userId)
    expect(await other.identities.resolve(userinfoOf('github', { id: 42 }))).not.toBe(userId)
    expect(await other.identities.resolve(idTokenOf('google', 's2'))).toBe(stays)
    await vault.close()
  })

  it('is wholly forgotten by the next call, wherever the process died in the first', async () => {
    for (const call of [
      { name: 'delete', kind: 'identity' },
      { name: 'delete', kind: 'user-identities' },
    ] as const) {
      for (const nth of [1, 2]) {
        const dying = dyingAt(call, nth)
        let wrap: (store: VaultStore) => VaultStore = (store) => store
        const world = loginWorld((store) => wrap(store))
        const { login } = world.process()
        const userId = await login.identities.resolve(idTokenOf('google', 's1', ada))
        await login.identities.resolve(userinfoOf('github', { id: 42 }), userId)
        await login.sessions.start({ userId, applicationId: APP, connectionId: 'google' })
        wrap = dying.wrap
        await world
          .process()
          .vault.forgetUser(userId)
          .catch(() => undefined)
        wrap = (store) => store
        const { vault, login: other } = world.process()
        await vault.forgetUser(userId)
        expect(await everyDocument(world.store, userId)).not.toContain(userId)
        expect(await other.identities.resolve(idTokenOf('google', 's1'))).not.toBe(userId)
        expect(await other.identities.resolve(userinfoOf('github', { id: 42 }))).not.toBe(userId)
      }
    }
  })
})

/** All that stands in the store of this user, but what is sealed. */
async function everyDocument({ documents }: VaultStore, userId: string): Promise<string> {
  const kinds = ['identity', 'user-identities', 'user', 'data_key', `session:${sha256Base64url(userId)}`]
  const pages = await Promise.all(kinds.map((kind) => documents.list({ tenant: 'default', kind, limit: 1_000 })))
  return JSON.stringify(pages)
}
