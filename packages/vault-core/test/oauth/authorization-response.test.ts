import { generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { type AuthorizationWorld, authorizationWorld, complete, nothingHappened, plainFlow, refusalOf } from './authorization-world.js'
import { ISSUER } from './fake-issuer.js'

const { privateKey: FOREIGN_KEY } = await generateKeyPair('ES256')

describe('a mixed-up provider', () => {
  const slash = `${ISSUER}/`
  it.each<[string, string | undefined, boolean, string | undefined]>([
    ['right', ISSUER, true, undefined],
    ['right', ISSUER, false, undefined],
    ['missing', undefined, true, 'issuer_missing'],
    ['missing', undefined, false, undefined],
    ['empty', '', true, 'issuer_missing'],
    ['wrong', 'https://evil.example', true, 'issuer_mismatch'],
    ['wrong', 'https://evil.example', false, 'issuer_mismatch'],
    ['with a slash more', slash, true, 'issuer_mismatch'],
    ['with a slash more', slash, false, 'issuer_mismatch'],
    ['in capitals', 'https://ISSUER.example', true, 'issuer_mismatch'],
    ['with its default port', `${ISSUER}:443`, false, 'issuer_mismatch'],
  ])('iss is %s (%s), advertised: %s', async (_name, iss, advertised, reason) => {
    const world = await authorizationWorld()
    world.issuer.metadata = { ...world.issuer.metadata, authorization_response_iss_parameter_supported: advertised }
    const flow = await world.start()
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    const call = complete(world, flow, { code: 'c', ...(iss === undefined ? {} : { iss }) })
    if (reason === undefined) {
      expect(await call).toMatchObject({ connectionId: 'oidc' })
    } else {
      expect(await refusalOf(call)).toMatchObject({
        code: 'authorization_response_invalid',
        facts: { reason, connectionId: 'oidc', userId: 'alice' },
      })
      nothingHappened(world)
    }
  })

  it('is refused also when it answers with an error', async () => {
    const world = await authorizationWorld()
    const flow = await world.start()
    const error = await refusalOf(complete(world, flow, { error: 'access_denied', iss: 'https://evil.example' }))
    expect(error).toMatchObject({ code: 'authorization_response_invalid', facts: { reason: 'issuer_mismatch' } })
  })

  it('is not judged where no issuer is configured', async () => {
    const { world, flow } = await plainFlow()
    expect(await complete(world, flow, { code: 'c', iss: 'https://whoever.example' })).toMatchObject({ connectionId: 'plain' })
  })

  it("is refused at another connection's redirect URI", async () => {
    const { world, flow } = await plainFlow()
    const callbackUrl = flow.callback().replace('/connect/oidc/', '/connect/other/')
    expect(await refusalOf(world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding }))).toMatchObject({
      code: 'authorization_response_invalid',
      facts: { reason: 'redirect_uri_mismatch' },
    })
    nothingHappened(world)
  })
})

describe('an authorization response', () => {
  it.each<[string, string, string]>([
    ['access_denied', 'authorization_denied', 'access_denied'],
    ['login_required', 'authorization_response_invalid', 'login_required'],
    ['invalid_scope', 'authorization_response_invalid', 'invalid_scope'],
    ['server_error', 'authorization_response_invalid', 'server_error'],
    ['<script>alert("canary")</script>', 'authorization_response_invalid', 'unknown_error'],
    ['canary\r\nSet-Cookie: a=b', 'authorization_response_invalid', 'unknown_error'],
    ['x'.repeat(65), 'authorization_response_invalid', 'unknown_error'],
  ])('with the error %s', async (error, code, reason) => {
    const { world, flow } = await plainFlow()
    const refusal = await refusalOf(
      complete(world, flow, { error, error_description: 'canary description', error_uri: 'https://canary.example' }),
    )
    expect(refusal).toMatchObject({ code, facts: { reason, returnTo: '/files', connectionId: 'plain', userId: 'alice' } })
    expect(`${refusal.message} ${JSON.stringify(refusal.facts)} ${refusal.stack}`).not.toContain('canary')
    nothingHappened(world)
  })

  it.each(['code=a&code=b', 'code=a&iss=x&iss=y', 'error=a&error=b', 'code=a&error_description=a&error_description=b', 'code=a&code=a'])(
    'with a parameter that comes twice is refused: %s',
    async (parameters) => {
      const { world, flow } = await plainFlow()
      expect(await refusalOf(complete(world, flow, parameters))).toMatchObject({
        code: 'authorization_response_invalid',
        facts: { reason: 'repeated_parameter', returnTo: '/files' },
      })
      nothingHappened(world)
    },
  )

  it.each([
    ['', 'code_missing'],
    ['code=', 'code_missing'],
    ['code=c&id_token=x', 'response_type_mismatch'],
    ['token=x', 'response_type_mismatch'],
    ['response=jwt', 'response_type_mismatch'],
  ])('that is no code is refused: %s', async (parameters, reason) => {
    const { world, flow } = await plainFlow()
    expect(await refusalOf(complete(world, flow, parameters))).toMatchObject({ code: 'authorization_response_invalid', facts: { reason } })
    nothingHappened(world)
  })
})

describe('an answer that the provider has to sign', () => {
  const signed = { responseMode: 'query.jwt' } as const
  const nowS = (world: AuthorizationWorld): number => Math.floor(world.clock.now() / 1000)
  type Signing = Parameters<AuthorizationWorld['issuer']['sign']>[1]

  async function begun(changes: object = {}, options: Signing = {}) {
    const world = await authorizationWorld(signed)
    world.issuer.metadata.authorization_signing_alg_values_supported = ['ES256', 'HS256', 'none']
    const flow = await world.start()
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    const claims = { iss: ISSUER, aud: 'client-1', exp: nowS(world) + 600, code: 'c', state: flow.state, ...changes }
    const response = await world.issuer.sign(claims, options)
    const callbackUrl = `${flow.callback().split('?')[0]}?response=${response}`
    return { world, flow, callbackUrl, done: () => world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding }) }
  }

  it('is asked for, opened, and good once', async () => {
    const { flow, done } = await begun()
    expect(new URL(flow.authorizationUrl).searchParams.get('response_mode')).toBe('query.jwt')
    expect(await done()).toMatchObject({ connectionId: 'oidc' })
    expect(await refusalOf(done())).toMatchObject({ code: 'authorization_flow_invalid' })
  })

  it.each<[string, object, Signing, string]>([
    ['of another issuer', { iss: 'https://evil.example' }, {}, 'signature_invalid'],
    ['for another application', { aud: 'other' }, {}, 'signature_invalid'],
    ['too old', { exp: 1 }, {}, 'signature_invalid'],
    ['without an end', { exp: undefined }, {}, 'signature_invalid'],
    ['by a key that is not its own', {}, { key: FOREIGN_KEY }, 'signature_invalid'],
    ['by a shared secret', {}, { alg: 'HS256', key: new TextEncoder().encode('x'.repeat(32)) }, 'signature_invalid'],
    ['without a code', { code: undefined }, {}, 'code_missing'],
    ['with an error', { code: undefined, error: 'server_error' }, {}, 'server_error'],
  ])('is refused when it is %s', async (_what, changes, options, reason) => {
    const { world, done } = await begun(changes, options)
    expect(await refusalOf(done())).toMatchObject({ code: 'authorization_response_invalid', facts: { reason } })
    nothingHappened(world)
  })

  it('says that the user said no', async () => {
    const { done } = await begun({ code: undefined, error: 'access_denied' })
    expect(await refusalOf(done())).toMatchObject({ code: 'authorization_denied' })
  })

  it('is refused when it is not signed, whatever else is right', async () => {
    const world = await authorizationWorld(signed)
    const flow = await world.start()
    expect(await refusalOf(complete(world, flow, { code: 'c', iss: ISSUER }))).toMatchObject({ facts: { reason: 'not_signed' } })
    nothingHappened(world)
  })

  it('is not judged without the keys', async () => {
    const { world, done } = await begun()
    world.issuer.answers.set('/jwks', () => new Response(null, { status: 503 }))
    expect(await refusalOf(done())).toMatchObject({ code: 'provider_unavailable', facts: { reason: 'keys_unavailable' } })
    nothingHappened(world)
  })

  it('is no answer where none of the kind was asked for', async () => {
    const { world, flow } = await plainFlow()
    const response = await world.issuer.sign({ iss: ISSUER, aud: 'client-1', exp: nowS(world) + 600, code: 'c', state: flow.state })
    const callbackUrl = `${flow.callback().split('?')[0]}?response=${response}`
    const call = world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })
    expect(await refusalOf(call)).toMatchObject({ code: 'authorization_response_invalid' })
    nothingHappened(world)
  })
})
