import { describe, expect, it } from 'vitest'
import {
  authorizationWorld,
  complete,
  nothingHappened,
  plainConnection,
  plainFlow,
  REDIRECT_URI,
  refusalOf,
} from './authorization-world.js'
import { jsonAnswer, networkFailure } from './faulty-token-endpoint.js'

describe('the end of an authorization flow', () => {
  it('exchanges the code once, with verifier and the same redirect URI, and hands the grant over', async () => {
    const world = await authorizationWorld()
    const flow = await world.start({ returnTo: '/files?tab=1' })
    const startedAtMs = world.clock.now()
    const done = await world.finish(flow)
    expect(done).toEqual({
      connectionId: 'oidc',
      userId: 'alice',
      accountId: 'subject-1',
      scope: 'openid',
      expiresAt: undefined,
      hasRefreshToken: true,
      returnTo: '/files?tab=1',
    })
    const [request, ...more] = world.issuer.requestsTo('/token')
    expect(more).toHaveLength(0)
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      grant_type: 'authorization_code',
      code: 'code-1',
      redirect_uri: REDIRECT_URI,
      code_verifier: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    })
    expect(world.grants).toMatchObject([
      {
        connectionId: 'oidc',
        userId: 'alice',
        requestedScope: 'openid offline_access',
        requestStartedAtMs: startedAtMs,
        subject: 'subject-1',
      },
    ])
    expect(world.grants[0]?.tokens.refreshToken?.reveal()).toBe('canary-refresh-token')
  })

  it('needs no refresh token, no scope and no ID token where the flow is plain OAuth', async () => {
    const { world, flow } = await plainFlow()
    world.issuer.answers.set('/token', () => jsonAnswer(200, { access_token: 'at', token_type: 'bearer' }))
    expect(await complete(world, flow)).toMatchObject({ hasRefreshToken: false, returnTo: '/files' })
    expect(world.grants[0]).not.toHaveProperty('subject')
    expect(world.grants[0]?.requestedScope).toBeUndefined()
  })

  it('hands over what the token endpoint said, also where it is odd: storing decides', async () => {
    const { world, flow } = await plainFlow()
    world.answerWith(undefined, { expires_in: 'soon', token_type: 'mac' })
    await complete(world, flow)
    expect(world.grants[0]?.tokens).toMatchObject({ expiresInS: undefined, tokenType: 'mac' })
    expect(world.grants[0]?.tokens.problems.map(({ field }) => field)).toEqual(['token_type', 'expires_in'])
  })

  it('may happen in another process over the same store', async () => {
    const { world, flow } = await plainFlow()
    expect(await world.another().complete({ callbackUrl: flow.callback(), flowBinding: flow.flowBinding, userId: 'alice' })).toMatchObject({
      userId: 'alice',
    })
  })

  it('ignores parameters that it does not know, also when they come twice', async () => {
    const { world, flow } = await plainFlow()
    await complete(world, flow, 'code=code-1&session_state=a&session_state=b&__proto__=x&scope=other')
    expect(world.grants).toHaveLength(1)
  })
})

describe('login CSRF', () => {
  it("is refused: a second browser's cookie jar does not redeem the first one's state, and the token endpoint is not called", async () => {
    const { world, flow } = await plainFlow()
    const jarB = await world.start({ connectionId: 'plain', userId: 'mallory' })
    const error = await refusalOf(world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: jarB.flowBinding }))
    expect(error).toMatchObject({ code: 'authorization_flow_invalid', facts: { reason: 'browser' } })
    nothingHappened(world)
  })

  it.each<[string, unknown]>([
    ['no cookie', undefined],
    ['an empty one', ''],
    ['null', null],
    ['an object', { toString: () => 'x' }],
    ['a truncated one', 'short'],
  ])('is refused with %s', async (_name, flowBinding) => {
    const { world, flow } = await plainFlow()
    const call = world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: flowBinding as string | undefined })
    expect(await refusalOf(call)).toMatchObject({ code: 'authorization_flow_invalid' })
    nothingHappened(world)
  })

  it('spends the state: the right browser cannot use it afterwards', async () => {
    const { world, flow } = await plainFlow()
    await refusalOf(world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: 'wrong' }))
    expect(await refusalOf(complete(world, flow))).toMatchObject({ code: 'authorization_flow_invalid', facts: { reason: 'state' } })
    nothingHappened(world)
  })

  it('tells the wrong browser nothing about the flow', async () => {
    const { world, flow } = await plainFlow()
    const error = await refusalOf(world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: 'wrong' }))
    expect(`${error.message} ${JSON.stringify(error.facts)}`).not.toMatch(/alice|files|plain/)
  })

  it('is refused when another user is signed in by now', async () => {
    const { world, flow } = await plainFlow()
    const error = await refusalOf(
      world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: flow.flowBinding, userId: 'bob' }),
    )
    expect(error).toMatchObject({ code: 'authorization_flow_invalid', facts: { reason: 'user' } })
    nothingHappened(world)
  })
})

describe('a state', () => {
  it('is good for one callback', async () => {
    const { world, flow } = await plainFlow()
    await complete(world, flow)
    expect(await refusalOf(complete(world, flow))).toMatchObject({ code: 'authorization_flow_invalid' })
    expect(world.issuer.requestsTo('/token')).toHaveLength(1)
    expect(world.grants).toHaveLength(1)
  })

  it('is good for one of 100 identical callbacks at the same time, in two processes', async () => {
    const { world, flow } = await plainFlow()
    const processes = [world.authorization, world.another()]
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        processes[index % 2]?.complete({ callbackUrl: flow.callback(), flowBinding: flow.flowBinding }),
      ),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'authorization_flow_invalid' })
    expect(world.issuer.requestsTo('/token')).toHaveLength(1)
    expect(world.grants).toHaveLength(1)
  })

  it('is good for 10 minutes', async () => {
    const { world, flow } = await plainFlow()
    await world.clock.advance(600_001)
    expect(await refusalOf(complete(world, flow))).toMatchObject({ code: 'authorization_flow_invalid' })
    nothingHappened(world)
    const other = await world.start({ connectionId: 'plain' })
    await world.clock.advance(599_000)
    expect(await complete(world, other)).toMatchObject({ userId: 'alice' })
  })

  it.each(['', 'short', 'A'.repeat(43), 'A'.repeat(10_000), '../../etc/passwd', 'ä'.repeat(43)])(
    'that was never given out is refused: %s',
    async (state) => {
      const { world, flow } = await plainFlow()
      const callbackUrl = `${REDIRECT_URI}?code=c&state=${encodeURIComponent(state)}`
      expect(await refusalOf(world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding }))).toMatchObject({
        code: 'authorization_flow_invalid',
      })
      nothingHappened(world)
    },
  )

  it('that comes twice, or not at all, is refused and not spent', async () => {
    const { world, flow } = await plainFlow()
    for (const callbackUrl of [flow.callback(`code=c&state=${flow.state}`), `${REDIRECT_URI}?code=c`, REDIRECT_URI]) {
      expect(await refusalOf(world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding }))).toMatchObject({
        code: 'authorization_flow_invalid',
      })
    }
    expect(await complete(world, flow)).toMatchObject({ userId: 'alice' })
  })

  it.each(['/connect/oidc/callback?code=c', 'nonsense', '', 5, undefined])(
    'cannot be read from what is no URL: %s',
    async (callbackUrl) => {
      const { world, flow } = await plainFlow()
      const call = world.authorization.complete({ callbackUrl: callbackUrl as string, flowBinding: flow.flowBinding })
      expect(await refusalOf(call)).toMatchObject({ code: 'invalid_request', facts: { fields: { callbackUrl: expect.any(String) } } })
    },
  )
})

describe('a code exchange that fails', () => {
  it.each<[string, () => Response | Promise<Response>, string, object]>([
    [
      'invalid_grant',
      () => jsonAnswer(400, { error: 'invalid_grant', error_description: 'canary' }),
      'authorization_response_invalid',
      { reason: 'invalid_grant' },
    ],
    ['invalid_client', () => jsonAnswer(401, { error: 'invalid_client' }), 'provider_rejected_client', { reason: 'invalid_client' }],
    [
      'unauthorized_client',
      () => jsonAnswer(400, { error: 'unauthorized_client' }),
      'provider_rejected_client',
      { reason: 'unauthorized_client' },
    ],
    [
      'an error inside a 200',
      () => jsonAnswer(200, { error: 'bad_verification_code' }),
      'authorization_response_invalid',
      { reason: 'bad_verification_code' },
    ],
    ['429', () => jsonAnswer(429, { error: 'slow_down' }, { 'retry-after': '3' }), 'provider_unavailable', { retryAfterMs: 3_000 }],
    ['503', () => new Response('<html>canary', { status: 503 }), 'provider_unavailable', { reason: 'http_503' }],
    ['HTML', () => new Response('<html>canary'), 'provider_unavailable', { reason: 'not_json' }],
    [
      'a redirect',
      () => new Response(null, { status: 307, headers: { location: 'https://canary.example' } }),
      'provider_unavailable',
      { reason: 'redirect' },
    ],
    ['refused', () => Promise.reject(networkFailure('ECONNREFUSED')), 'provider_unavailable', { reason: 'ECONNREFUSED' }],
    ['broken off', () => Promise.reject(new Error('canary code-1')), 'provider_unavailable', { reason: 'network' }],
  ])('%s', async (_name, respond, code, facts) => {
    const { world, flow } = await plainFlow()
    world.issuer.answers.set('/token', respond)
    const error = await refusalOf(complete(world, flow))
    expect(error).toMatchObject({ code, facts: { connectionId: 'plain', userId: 'alice', returnTo: '/files', ...facts } })
    expect(`${error.message} ${JSON.stringify(error.facts)} ${error.stack} ${String(error.cause)}`).not.toMatch(/canary|code-1/)
    expect(world.issuer.requestsTo('/token')).toHaveLength(1)
    expect(world.grants).toHaveLength(0)
  })

  it('is given up after 30 s', async () => {
    const { world, flow } = await plainFlow()
    world.issuer.answers.set('/token', () => new Promise(() => undefined))
    const refused = refusalOf(complete(world, flow))
    await world.clock.advance(30_000)
    expect(await refused).toMatchObject({ code: 'provider_unavailable', facts: { reason: 'aborted' } })
  })

  it('has the fault of another part pass through, with where the user wanted to go', async () => {
    const { world, flow } = await plainFlow()
    const other = world.another([{ ...plainConnection, connectionId: 'renamed' }])
    const error = await refusalOf(other.complete({ callbackUrl: flow.callback(), flowBinding: flow.flowBinding }))
    expect(error).toMatchObject({ code: 'connection_not_found', facts: { returnTo: '/files', connectionId: 'plain' } })
  })
})

describe('secrets', () => {
  it('stand in no log line and no error of all that is refused above', async () => {
    const world = await authorizationWorld()
    const shown: string[] = []
    for (const parameters of ['code=canary-code', 'error=x&error_description=canary', 'code=a&code=canary']) {
      const flow = await world.start({ connectionId: 'plain' })
      world.issuer.answers.set('/token', ({ form }) =>
        jsonAnswer(400, { error: form.get('code_verifier'), error_description: form.toString() }),
      )
      const error = await refusalOf(complete(world, flow, parameters))
      shown.push(`${error.message} ${JSON.stringify(error.facts)} ${error.stack} ${String(error.cause)}`)
    }
    const verifiers = world.issuer.requestsTo('/token').map(({ form }) => form.get('code_verifier') ?? 'none')
    expect(verifiers).toHaveLength(1)
    for (const secret of ['canary', ...verifiers]) expect(JSON.stringify([shown, world.logLines])).not.toContain(secret)
  })
})
