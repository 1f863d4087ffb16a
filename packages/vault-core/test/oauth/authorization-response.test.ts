import { describe, expect, it } from 'vitest'
import { authorizationWorld, complete, nothingHappened, plainFlow, refusalOf } from './authorization-world.js'
import { ISSUER } from './fake-issuer.js'

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
