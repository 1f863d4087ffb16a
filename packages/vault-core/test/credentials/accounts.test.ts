import { describe, expect, it } from 'vitest'
import { settle } from '../fixtures/manual-clock.js'
import { ISSUER } from '../oauth/fake-issuer.js'
import { jsonAnswer } from '../oauth/faulty-token-endpoint.js'
import { ALICE, accountWorld } from './account-world.js'

const HOUR = 3_600_000
const notFound = { code: 'credential_not_found' }

describe('a user with two accounts of one provider', () => {
  it('has a credential of each, and the first one is the default', async () => {
    const world = await accountWorld()
    expect(await world.connectAs('a')).toMatchObject({ accountId: 'a' })
    expect(await world.connectAs('b')).toMatchObject({ accountId: 'b' })
    expect([await world.tokenOf(), await world.tokenOf('default'), await world.tokenOf('a'), await world.tokenOf('b')]).toEqual([
      'access-1',
      'access-1',
      'access-1',
      'access-2',
    ])
    expect((await world.vault.getCredentials({ ...ALICE, accountId: 'b' })).accountId).toBe('b')
    await expect(world.tokenOf('c')).rejects.toMatchObject({ ...notFound, facts: { authorization: { accountId: 'c' } } })
    await expect(world.vault.getCredentials({ ...ALICE, userId: 'bob', accountId: 'b' })).rejects.toMatchObject(notFound)
  })

  it('sees both, by the names that the provider knows', async () => {
    const world = await accountWorld()
    await world.connectAs('a', { claims: { email: 'alice@work.example', name: 'Alice' } })
    await world.connectAs('b', { claims: { name: 'Alice at home' } })
    const { items } = await world.vault.listCredentials({ userId: 'alice', connectionId: 'oidc' })
    expect(items).toMatchObject([
      { accountId: 'b', label: 'Alice at home', isDefault: false },
      { accountId: 'a', label: 'alice@work.example', isDefault: true },
    ])
    expect(await world.vault.getCredentialInfo({ ...ALICE, accountId: 'b' })).toEqual(items[0])
    expect(await world.vault.getCredentialInfo(ALICE)).toEqual(items[1])
    await expect(world.vault.getCredentialInfo({ ...ALICE, accountId: 'c' })).rejects.toMatchObject(notFound)
  })

  it('replaces the credential of the account that connects again', async () => {
    const world = await accountWorld()
    for (const subject of ['a', 'b', 'b', 'a']) await world.connectAs(subject)
    expect([await world.tokenOf('a'), await world.tokenOf('b')]).toEqual(['access-4', 'access-3'])
    expect(await world.rows()).toEqual({ default: 'a', b: 'b' })
  })

  it('has each refreshed by itself', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b')
    await world.clock.advance(2 * HOUR)
    const answers = { 'refresh-1': 'of-a', 'refresh-2': 'of-b' } as Readonly<Record<string, string>>
    world.issuer.answers.set('/token', ({ form }) =>
      jsonAnswer(200, { access_token: answers[form.get('refresh_token') ?? ''], token_type: 'Bearer', expires_in: 3600 }),
    )
    expect(await Promise.all([world.tokenOf('b'), world.tokenOf(), world.tokenOf('a')])).toEqual(['of-b', 'of-a', 'of-a'])
    const refreshed = world.events.filter(({ type }) => type === 'refreshed')
    expect(refreshed).toMatchObject([{ accountId: 'b' }, { accountId: 'a' }])
  })

  it('connects both at the same moment, one of them twice, and has both once', async () => {
    const world = await accountWorld()
    const done = await Promise.all(['a', 'b', 'a'].map((subject) => world.connectAs(subject)))
    expect(done.map(({ accountId }) => accountId)).toEqual(['a', 'b', 'a'])
    expect(Object.values(await world.rows()).sort()).toEqual(['a', 'b'])
  })

  it('is told of in events by the same names', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b')
    await world.tokenOf()
    await world.tokenOf('b')
    await expect(world.vault.getCredentials(ALICE, { requiredScopes: ['none'] })).rejects.toMatchObject({ code: 'insufficient_scope' })
    world.revokeAtProvider()
    await world.clock.advance(2 * HOUR)
    await expect(world.tokenOf('b')).rejects.toMatchObject({ code: 'reauthorization_required' })
    await world.vault.disconnect(ALICE)
    expect(world.events.map((event) => [event.type, 'accountId' in event && event.accountId])).toEqual([
      ['connected', 'a'],
      ['connected', 'b'],
      ['accessed', 'a'],
      ['accessed', 'b'],
      ['access_refused', 'a'],
      ['refresh_started', 'b'],
      ['reauthorization_required', 'b'],
      ['refresh_failed', 'b'],
      ['access_refused', 'b'],
      ['disconnected', 'b'],
      ['disconnected', 'a'],
    ])
  })
})

describe('disconnecting', () => {
  it('ends all accounts of the connection, and revokes each', async () => {
    const world = await accountWorld()
    for (const subject of ['a', 'b', 'c']) await world.connectAs(subject)
    await world.vault.disconnect(ALICE)
    await settle()
    expect((await world.vault.listCredentials()).items).toEqual([])
    for (const accountId of ['a', 'b', 'c', 'default']) await expect(world.tokenOf(accountId)).rejects.toMatchObject(notFound)
    const revoked = world.issuer.requestsTo('/revoke').map(({ form }) => form.get('token'))
    expect(revoked.sort()).toEqual(['access-1', 'access-2', 'access-3', 'refresh-1', 'refresh-2', 'refresh-3'])
  })

  it('of one account leaves the others, and nothing of what was known of it', async () => {
    const world = await accountWorld()
    await world.connectAs('a', { claims: { email: 'canary@a.example' } })
    await world.connectAs('b')
    await world.vault.disconnect({ ...ALICE, accountId: 'a' })
    expect(await world.rows()).toEqual({ b: 'b' })
    const { items } = await world.store.credentials.list({ tenant: 'default', userId: 'alice', limit: 100 })
    expect(items.map(({ data }) => data).join()).not.toMatch(/canary|"subject":"a"/)
  })

  it('makes the account that was there first the default one, whatever connects later', async () => {
    const world = await accountWorld()
    for (const subject of ['a', 'z', 'b']) {
      await world.connectAs(subject)
      await world.clock.advance(1_000)
    }
    await world.vault.disconnect({ ...ALICE, accountId: 'a' })
    expect([await world.tokenOf(), await world.tokenOf('default')]).toEqual(['access-2', 'access-2'])
    const { items } = await world.vault.listCredentials({ userId: 'alice' })
    expect(items.map(({ accountId, isDefault }) => [accountId, isDefault])).toEqual([
      ['b', false],
      ['z', true],
    ])
    await world.connectAs('a')
    await world.connectAs('c')
    expect(await world.tokenOf()).toBe('access-2')
    expect(await world.rows()).toEqual({ a: 'a', b: 'b', c: 'c', z: 'z' })
  })

  it('of the default one, repeated, does not end the account that has become the default one', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b')
    for (let call = 0; call < 2; call++) await world.vault.disconnect({ ...ALICE, accountId: 'default' })
    expect(await world.tokenOf()).toBe('access-2')
  })

  it('of all leaves the place of the default to whoever connects next', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b')
    await world.vault.disconnect(ALICE)
    await world.connectAs('c')
    expect(await world.rows()).toEqual({ default: 'c' })
    expect(await world.tokenOf('c')).toBe('access-3')
  })

  it('takes no account of another connection or another user along', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('a', { userId: 'bob' })
    await world.vault.disconnect(ALICE)
    expect((await world.vault.getCredentials({ ...ALICE, userId: 'bob' })).accessToken).toBe('access-2')
  })
})

describe('forgetUser', () => {
  it('takes every account, and what was known of it', async () => {
    const world = await accountWorld()
    for (const subject of ['a', 'b']) await world.connectAs(subject, { claims: { email: `canary@${subject}.example` } })
    await world.vault.forgetUser('alice')
    expect((await world.store.credentials.list({ tenant: 'default', limit: 100 })).items).toEqual([])
    expect(world.events.filter(({ type }) => type === 'disconnected' || type === 'user_forgotten')).toMatchObject([
      { accountId: 'b', reason: 'user_forgotten' },
      { accountId: 'a', reason: 'user_forgotten' },
      { type: 'user_forgotten', credentials: 2 },
    ])
  })
})

describe('a provider that does not say who consents', () => {
  it('has one account, which each consent replaces', async () => {
    const world = await accountWorld()
    await world.connectAs(undefined)
    expect(await world.connectAs(undefined, { addAccount: true })).toMatchObject({ accountId: 'default' })
    expect(await world.tokenOf()).toBe('access-2')
    expect((await world.vault.listCredentials()).items).toMatchObject([{ accountId: 'default', label: undefined, isDefault: true }])
    expect(await world.connectAs(undefined, { accountId: 'default' })).toMatchObject({ accountId: 'default' })
  })

  it('and begins to: the account that stood there is taken for that one, unless another one is to be added', async () => {
    const world = await accountWorld()
    await world.connectAs(undefined)
    await world.connectAs('a')
    expect(await world.rows()).toEqual({ default: 'a' })
    const other = await accountWorld()
    await other.connectAs(undefined)
    await other.connectAs('a', { addAccount: true })
    expect(await other.rows()).toEqual({ default: null, a: 'a' })
  })

  const userinfo = {
    issuer: undefined,
    authorizationEndpoint: `${ISSUER}/authorize`,
    tokenEndpoint: `${ISSUER}/token`,
    userinfoEndpoint: `${ISSUER}/me`,
  }
  it('for once, where it did before, puts no token in the place of an account that is known', async () => {
    const world = await accountWorld(userinfo as object)
    world.issuer.answers.set('/me', () => jsonAnswer(200, { sub: 'a', email: 'a@example.com' }))
    await world.connectAs(undefined)
    world.issuer.answers.set('/me', () => jsonAnswer(503, {}))
    await expect(world.connectAs(undefined)).rejects.toMatchObject({
      code: 'provider_unavailable',
      facts: { reason: 'userinfo_unavailable', userId: 'alice' },
    })
    await expect(world.connectAs(undefined, { accountId: 'default' })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(await world.tokenOf('a')).toBe('access-1')
    await world.connectAs(undefined, { replaceAccount: true })
    expect(await world.tokenOf()).toBe('access-4')
  })

  it('for once, at the first consent, is no reason to refuse it', async () => {
    const world = await accountWorld(userinfo as object)
    world.issuer.answers.set('/me', () => jsonAnswer(503, {}))
    expect(await world.connectAs(undefined)).toMatchObject({ accountId: 'default' })
    world.issuer.answers.set('/me', () => jsonAnswer(200, { sub: 'a' }))
    expect(await world.connectAs(undefined)).toMatchObject({ accountId: 'a' })
    expect(await world.rows()).toEqual({ default: 'a' })
  })
})

describe('a subject of any form', () => {
  it.each(['default', '~x', 'a/b*', ' '.repeat(3), 'x'.repeat(255)])('%j names its account, and no other', async (subject) => {
    const world = await accountWorld()
    await world.connectAs('first')
    const { accountId } = await world.connectAs(subject)
    expect(await world.tokenOf(accountId)).toBe('access-2')
    expect(await world.tokenOf('default')).toBe('access-1')
    await world.connectAs(subject)
    expect(await world.tokenOf(accountId)).toBe('access-3')
    expect(Object.values(await world.rows()).sort()).toEqual([subject, 'first'].sort())
    await world.vault.disconnect({ ...ALICE, accountId })
    expect(await world.rows()).toEqual({ default: 'first' })
  })

  it('is itself the id of its account where it can be', async () => {
    const world = await accountWorld()
    expect(await world.connectAs('default')).toMatchObject({ accountId: expect.stringMatching(/^~[\w-]{43}$/) })
    expect(await world.connectAs('10769150350006150715113082367')).toMatchObject({ accountId: '10769150350006150715113082367' })
  })
})
