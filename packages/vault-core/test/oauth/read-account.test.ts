import { describe, expect, it } from 'vitest'
import type { ConnectionInput } from '../../src/model/connection.js'
import type { StartAuthorization } from '../../src/oauth/authorization-flow.js'
import { type AuthorizationWorld, authorizationWorld, plainConnection, refusalOf } from './authorization-world.js'
import { ISSUER } from './fake-issuer.js'
import { jsonAnswer } from './faulty-token-endpoint.js'

const redirectUri = 'https://app.example/connect/plain/callback'
const withUserinfo: ConnectionInput = { ...plainConnection, userinfoEndpoint: `${ISSUER}/me` }

/** Walks a flow of alice's at a connection without ID tokens. */
async function connectPlain(
  world: AuthorizationWorld,
  connection: ConnectionInput,
  request: Partial<StartAuthorization> = {},
): Promise<void> {
  const authorization = world.another([connection])
  const flow = await authorization.start({ connectionId: 'plain', userId: 'alice', redirectUri, ...request })
  world.answerWith(undefined)
  await authorization.complete({ callbackUrl: `${redirectUri}?code=c&state=${flow.state}`, flowBinding: flow.flowBinding })
}

/** Walks a flow of alice's at the OpenID provider, whose ID token has these claims besides. */
async function connectOidc(world: AuthorizationWorld, scope: string, claims: object = {}): Promise<void> {
  const flow = await world.start({ connectionProperties: { scope } })
  world.answerWith(await world.issuer.sign({ ...world.claims(flow), ...claims }), { scope })
  await world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: flow.flowBinding })
}

describe('the account of a plain flow', () => {
  it.each<[string, Partial<ConnectionInput>, unknown, object]>([
    ['its `sub`', {}, { sub: 's-1', name: 'Alice A.' }, { subject: 's-1', label: 'Alice A.' }],
    [
      'what the connection calls the id',
      { userIdExpression: '{id}' },
      { id: 42, login: 'alice', email: null },
      { subject: '42', label: 'alice' },
    ],
    ['an id of two claims', { userIdExpression: '{team.id}-{user.id}' }, { team: { id: 'T1' }, user: { id: 'U1' } }, { subject: 'T1-U1' }],
  ])('is %s at the userinfo endpoint', async (_name, overrides, claims, expected) => {
    const world = await authorizationWorld()
    world.issuer.answers.set('/me', () => jsonAnswer(200, claims))
    await connectPlain(world, { ...withUserinfo, ...overrides })
    expect(world.grants).toMatchObject([expected])
    expect(world.issuer.requestsTo('/me').map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer canary-access-token'])
  })

  it('is not known where the endpoint lacks the claim, and one that is missing is no text', async () => {
    const world = await authorizationWorld()
    world.issuer.answers.set('/me', () => jsonAnswer(200, { team: { id: 'T1' } }))
    await connectPlain(world, { ...withUserinfo, userIdExpression: '{team.id}-{user.id}' })
    expect(world.grants[0]).not.toHaveProperty('subject')
    expect(world.grants[0]).not.toHaveProperty('isSubjectUnread')
  })

  it('is not asked for where the connection names no userinfo endpoint', async () => {
    const world = await authorizationWorld()
    await connectPlain(world, plainConnection)
    expect(world.grants[0]).not.toHaveProperty('subject')
    expect(world.issuer.requests.map(({ url }) => new URL(url).pathname)).toEqual(['/token'])
  })

  it.each([
    ['refuses', () => jsonAnswer(503, { message: 'canary text' })],
    ['answers no JSON', () => new Response('<html>canary text</html>')],
  ])('stays unknown when the endpoint %s, and the user is connected all the same', async (_name, answer) => {
    const world = await authorizationWorld()
    world.issuer.answers.set('/me', answer)
    await connectPlain(world, withUserinfo)
    expect(world.grants).toMatchObject([{ isSubjectUnread: true }])
    expect(world.grants[0]).not.toHaveProperty('subject')
    expect(JSON.stringify(world.logLines)).not.toContain('canary')
  })

  it('has to be known in a flow that is about one account', async () => {
    const world = await authorizationWorld()
    world.issuer.answers.set('/me', () => jsonAnswer(503, {}))
    const unread = await refusalOf(connectPlain(world, withUserinfo, { accountId: 's-1' }))
    expect(unread).toMatchObject({ code: 'provider_unavailable', facts: { reason: 'userinfo_unavailable', userId: 'alice' } })
    const unsaid = await refusalOf(connectPlain(world, plainConnection, { accountId: 's-1' }))
    expect(unsaid).toMatchObject({ code: 'authorization_response_invalid', facts: { reason: 'no_identity' } })
    expect(world.grants).toEqual([])
  })
})

describe('the account of an OpenID Connect flow', () => {
  it.each([
    [{ email: 'a@example.com', name: 'Alice' }, 'a@example.com'],
    [{ preferred_username: 'alice', name: 'Alice' }, 'alice'],
    [{ name: '  Alice \n\u0007 Alvarez ' }, 'Alice Alvarez'],
    [{ email: '', name: 'Alice' }, 'Alice'],
    [{ email: 'x'.repeat(257), name: 7 }, undefined],
    [{}, undefined],
  ])('is labelled by the claims of its ID token: %j', async (claims, label) => {
    const world = await authorizationWorld()
    await connectOidc(world, 'openid', claims)
    expect(world.grants[0]).toMatchObject({ subject: 'subject-1' })
    expect(world.grants[0]?.label).toBe(label)
  })

  it.each<[string, string, object, string | undefined]>([
    ['when the scope lets it', 'openid email', { sub: 'subject-1', email: 'a@example.com' }, 'a@example.com'],
    ['and not of another user', 'openid email', { sub: 'subject-2', email: 'b@example.com' }, undefined],
    ['and not when no scope asks for names', 'openid', { sub: 'subject-1', email: 'a@example.com' }, undefined],
  ])('is labelled by the userinfo endpoint where the ID token holds no name, %s', async (_name, scope, userinfo, label) => {
    const world = await authorizationWorld()
    world.issuer.metadata = { ...world.issuer.metadata, userinfo_endpoint: `${ISSUER}/me` }
    world.issuer.answers.set('/me', () => jsonAnswer(200, userinfo))
    await connectOidc(world, scope)
    expect(world.grants[0]?.label).toBe(label)
    expect(world.issuer.requestsTo('/me')).toHaveLength(scope === 'openid' ? 0 : 1)
  })

  it('needs no label', async () => {
    const world = await authorizationWorld()
    world.issuer.metadata = { ...world.issuer.metadata, userinfo_endpoint: `${ISSUER}/me` }
    await connectOidc(world, 'openid profile')
    expect(world.grants).toMatchObject([{ subject: 'subject-1' }])
    expect(world.grants[0]).not.toHaveProperty('label')
  })
})

describe('a flow about an account', () => {
  it('hands over which one it was begun for', async () => {
    const world = await authorizationWorld()
    await world.finish(await world.start({ accountId: 'subject-1' }))
    await world.finish(await world.start({ addAccount: true }))
    await world.finish(await world.start())
    expect(world.grants).toMatchObject([
      { accountId: 'subject-1', addAccount: false, replaceAccount: false },
      { addAccount: true, replaceAccount: false },
      { addAccount: false },
    ])
    expect(world.grants[2]).not.toHaveProperty('accountId')
  })

  it.each<[string, Partial<StartAuthorization>]>([
    ['accountId', { accountId: '' }],
    ['accountId', { accountId: 'x'.repeat(256) }],
    ['addAccount', { accountId: 'a', addAccount: true }],
    ['replaceAccount', { accountId: 'a', replaceAccount: true }],
    ['replaceAccount', { addAccount: true, replaceAccount: true }],
  ])('is refused when %s is wrong', async (field, request) => {
    const world = await authorizationWorld()
    expect(await refusalOf(world.start(request))).toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })
})
