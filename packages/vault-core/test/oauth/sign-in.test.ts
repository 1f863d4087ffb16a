import { describe, expect, it } from 'vitest'
import type { ProviderIdentity } from '../../src/oauth/authorization-flow.js'
import {
  type AuthorizationWorld,
  authorizationWorld,
  type Flow,
  nothingHappened,
  plainConnection,
  refusalOf,
} from './authorization-world.js'
import { ISSUER } from './fake-issuer.js'
import { jsonAnswer, networkFailure } from './faulty-token-endpoint.js'

const CONTEXT = 'sign-in of the application'

/** A flow of nobody: who it is comes from the provider. */
async function signIn(world: AuthorizationWorld, connectionId = 'oidc'): Promise<Flow> {
  const redirectUri = 'https://app.example/connect/oidc/callback'
  const started = await world.authorization.start({ connectionId, redirectUri, context: CONTEXT, returnTo: '/welcome' })
  const url = new URL(started.authorizationUrl)
  return {
    ...started,
    url,
    nonce: url.searchParams.get('nonce'),
    callback: () => `${redirectUri}?code=code-1&state=${started.state}`,
  }
}

async function complete(world: AuthorizationWorld, flow: Flow, resolveUser?: (identity: ProviderIdentity) => string) {
  const identities: ProviderIdentity[] = []
  const done = world.authorization.complete({
    callbackUrl: flow.callback(),
    flowBinding: flow.flowBinding,
    resolveUser: (identity) => {
      identities.push(identity)
      return resolveUser ? resolveUser(identity) : 'user-7'
    },
  })
  return { done: await done, identities }
}

describe('a flow that begins without a user', () => {
  it('asks whose the credential is, with the claims of the ID token, and stores it for him', async () => {
    const world = await authorizationWorld()
    const flow = await signIn(world)
    world.answerWith(await world.issuer.sign({ ...world.claims(flow), email: 'a@example.com', name: 'Alice' }))
    const { done, identities } = await complete(world, flow)
    expect(done).toMatchObject({ userId: 'user-7', context: CONTEXT, returnTo: '/welcome' })
    expect(identities).toMatchObject([
      {
        connectionId: 'oidc',
        issuer: ISSUER,
        subject: 'subject-1',
        source: 'id_token',
        claims: { sub: 'subject-1', email: 'a@example.com', name: 'Alice' },
      },
    ])
    expect(world.grants).toMatchObject([{ userId: 'user-7', subject: 'subject-1', replaceAccount: false }])
  })

  it('tells the resolver what it was begun with, also for a user who links another account', async () => {
    const world = await authorizationWorld()
    const flow = await world.start({ context: CONTEXT })
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    const seen: unknown[] = []
    await world.authorization.complete({
      callbackUrl: flow.callback(),
      flowBinding: flow.flowBinding,
      resolveUser: (_identity, begun) => {
        seen.push(begun)
        return 'alice'
      },
    })
    expect(seen).toEqual([{ connectionId: 'oidc', userId: 'alice', context: CONTEXT }])
  })

  it('stores nothing when the resolver refuses, and says what the flow was begun with', async () => {
    const world = await authorizationWorld()
    const flow = await signIn(world)
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    const refused = complete(world, flow, () => {
      throw new Error('This identity is somebody else’s.')
    })
    await expect(refused).rejects.toThrow('somebody else')
    expect(world.grants).toEqual([])
  })

  it.each([
    ['', 'is empty'],
    ['a'.repeat(256), 'at most 255'],
    ['a\0b', 'NUL'],
  ])('refuses %j as a user id', async (userId) => {
    const world = await authorizationWorld()
    const flow = await signIn(world)
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    const error = await refusalOf(complete(world, flow, () => userId))
    expect(error).toMatchObject({ code: 'invalid_request', facts: { context: CONTEXT } })
    expect(world.grants).toEqual([])
  })

  it('fails without a resolver', async () => {
    const world = await authorizationWorld()
    const flow = await signIn(world)
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    const call = world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: flow.flowBinding })
    expect(await refusalOf(call)).toMatchObject({ code: 'invalid_request', facts: { context: CONTEXT, returnTo: '/welcome' } })
    expect(world.grants).toEqual([])
  })

  it('is refused when nothing marks it as a sign-in', async () => {
    const world = await authorizationWorld()
    const call = world.authorization.start({ connectionId: 'oidc', redirectUri: 'https://app.example/callback' })
    expect(await refusalOf(call)).toMatchObject({ code: 'invalid_request', facts: { fields: { userId: expect.any(String) } } })
  })

  it('keeps to the browser that began it', async () => {
    const world = await authorizationWorld()
    const flow = await signIn(world)
    const call = world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: 'of another browser', resolveUser: () => 'x' })
    expect(await refusalOf(call)).toMatchObject({ code: 'authorization_flow_invalid' })
    nothingHappened(world)
  })
})

describe('a provider without ID tokens', () => {
  it('is asked who the user is, with the token that it gave', async () => {
    const world = await authorizationWorld()
    world.issuer.answers.set('/me', () => jsonAnswer(200, { id: 42, login: 'alice' }))
    const authorization = world.another([{ ...plainConnection, userinfoEndpoint: `${ISSUER}/me` }])
    const { identities, done } = await signInBy(world, authorization)
    expect(identities).toEqual([
      { connectionId: 'plain', issuer: undefined, subject: undefined, claims: { id: 42, login: 'alice' }, source: 'userinfo' },
    ])
    expect(await done).toMatchObject({ userId: 'user-7' })
    expect(world.issuer.requestsTo('/me').map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer canary-access-token'])
  })

  it.each([
    ['refuses', () => jsonAnswer(403, { message: 'canary text' }), 'provider_unavailable'],
    ['is away', (): Response => fail(networkFailure('ECONNREFUSED')), 'provider_unavailable'],
    ['answers a list', () => jsonAnswer(200, [1]), 'authorization_response_invalid'],
    ['answers no JSON', () => new Response('<html>canary text</html>'), 'authorization_response_invalid'],
  ])('stores nothing when its userinfo endpoint %s', async (_name, answer, code) => {
    const world = await authorizationWorld()
    world.issuer.answers.set('/me', answer)
    const authorization = world.another([{ ...plainConnection, userinfoEndpoint: `${ISSUER}/me` }])
    const { done } = await signInBy(world, authorization)
    const error = await refusalOf(done)
    expect(error).toMatchObject({ code, facts: { context: CONTEXT } })
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('canary')
    expect(world.grants).toEqual([])
  })

  it('cannot be signed in with when nothing says who the user is', async () => {
    const world = await authorizationWorld()
    const { done } = await signInBy(world, world.another([plainConnection]))
    expect(await refusalOf(done)).toMatchObject({ code: 'authorization_response_invalid', facts: { reason: 'no_identity' } })
    expect(world.grants).toEqual([])
  })
})

/** Walks a sign-in at the plain connection. */
async function signInBy(world: AuthorizationWorld, authorization: AuthorizationWorld['authorization']) {
  const redirectUri = 'https://app.example/connect/plain/callback'
  const started = await authorization.start({ connectionId: 'plain', redirectUri, context: CONTEXT })
  world.answerWith(undefined)
  const identities: ProviderIdentity[] = []
  const done = authorization.complete({
    callbackUrl: `${redirectUri}?code=code-1&state=${started.state}`,
    flowBinding: started.flowBinding,
    resolveUser: (identity) => {
      identities.push(identity)
      return 'user-7'
    },
  })
  await done.catch(() => undefined)
  return { identities, done }
}

describe('a browser that can be given no cookie', () => {
  it('may come back on loopback over http', async () => {
    const world = await authorizationWorld()
    const flow = await world.start({ redirectUri: 'http://localhost:4000/callback', boundToBrowser: false })
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    await expect(world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: undefined })).resolves.toMatchObject({
      userId: 'alice',
    })
  })

  it.each(['https://app.example/callback', 'https://localhost/callback', 'https://localhost.evil.example/callback'])(
    'may not come back to %s',
    async (redirectUri) => {
      const world = await authorizationWorld()
      const error = await refusalOf(world.start({ redirectUri, boundToBrowser: false }))
      expect(error).toMatchObject({ code: 'invalid_request', facts: { fields: { boundToBrowser: expect.any(String) } } })
    },
  )
})

function fail(error: Error): never {
  throw error
}
