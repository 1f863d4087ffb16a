import { base64url, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { type AuthorizationWorld, authorizationWorld, CLIENT_SECRET, complete, type Flow, refusalOf } from './authorization-world.js'
import { ISSUER } from './fake-issuer.js'
import { jsonAnswer, networkFailure } from './faulty-token-endpoint.js'

/** Makes an ID token that is wrong in one way, from the claims of one that is right. */
type Mutation = (claims: JWTPayload, world: AuthorizationWorld) => Promise<string | undefined> | string | undefined

const signed =
  (change: (claims: JWTPayload, nowS: number) => Record<string, unknown>): Mutation =>
  (claims, world) =>
    world.issuer.sign(change(claims, world.clock.now() / 1000))

const without = (claim: string): Mutation => signed(({ [claim]: _left, ...rest }) => rest)

/** A token of any header and payload, with a signature that fits neither. */
function unsigned(header: unknown, payload: unknown, signature = 'AAAA'): string {
  const part = (value: unknown): string => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))
  return `${part(header)}.${part(payload)}.${signature}`
}

const ES256 = { alg: 'ES256', kid: 'key-1' }

/** Signs text that no JSON library would write. */
async function signedText(world: AuthorizationWorld, claims: JWTPayload, change: (text: string) => string): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1' }
  world.issuer.answers.set('/jwks', () => jsonAnswer(200, { keys: [jwk] }))
  const input = `${base64url.encode(JSON.stringify(ES256))}.${base64url.encode(change(JSON.stringify(claims)))}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new TextEncoder().encode(input))
  return `${input}.${base64url.encode(new Uint8Array(signature))}`
}

const otherKey = await generateKeyPair('ES256')
const rsaKey = await generateKeyPair('RS256')

const MUTATIONS: readonly (readonly [string, Mutation])[] = [
  // iss
  ['another issuer', signed((claims) => ({ ...claims, iss: 'https://evil.example' }))],
  ['an issuer with a slash more', signed((claims) => ({ ...claims, iss: `${ISSUER}/` }))],
  ['an issuer on http', signed((claims) => ({ ...claims, iss: 'http://issuer.example' }))],
  ['an issuer in capitals', signed((claims) => ({ ...claims, iss: ISSUER.toUpperCase() }))],
  ['an empty issuer', signed((claims) => ({ ...claims, iss: '' }))],
  ['an issuer that is a list', signed((claims) => ({ ...claims, iss: [ISSUER] }))],
  ['no issuer', without('iss')],
  // aud and azp
  ['another audience', signed((claims) => ({ ...claims, aud: 'client-2' }))],
  ['an audience that only begins right', signed((claims) => ({ ...claims, aud: 'client-1-other' }))],
  ['an audience in capitals', signed((claims) => ({ ...claims, aud: 'CLIENT-1' }))],
  ['an empty list of audiences', signed((claims) => ({ ...claims, aud: [] }))],
  ['a list of other audiences', signed((claims) => ({ ...claims, aud: ['client-2', 'client-3'] }))],
  ['more audiences and no azp', signed((claims) => ({ ...claims, aud: ['client-1', 'client-2'] }))],
  ['more audiences and another azp', signed((claims) => ({ ...claims, aud: ['client-1', 'client-2'], azp: 'client-2' }))],
  ['one audience and another azp', signed((claims) => ({ ...claims, azp: 'client-2' }))],
  ['an azp that is a number', signed((claims) => ({ ...claims, azp: 1 }))],
  ['an audience that is an object', signed((claims) => ({ ...claims, aud: { 'client-1': true } }))],
  ['an audience that is no text beside ours', signed((claims) => ({ ...claims, aud: ['client-1', 5], azp: 'client-1' }))],
  ['no audience', without('aud')],
  // exp, nbf, iat
  ['an end in the past', signed((claims, now) => ({ ...claims, exp: now - 61 }))],
  ['an end at the beginning of time', signed((claims) => ({ ...claims, exp: 0 }))],
  ['an end that is text', signed((claims) => ({ ...claims, exp: String(claims.exp) }))],
  ['an end before its issue', signed((claims, now) => ({ ...claims, iat: now + 30, exp: now + 10 }))],
  ['an end beyond all numbers', (claims, world) => signedText(world, claims, (text) => text.replace(/"exp":\d+/, '"exp":1e999'))],
  ['no end', without('exp')],
  ['a begin in the future', signed((claims, now) => ({ ...claims, nbf: now + 120 }))],
  ['a begin that is text', signed((claims) => ({ ...claims, nbf: 'now' }))],
  ['an issue in the future', signed((claims, now) => ({ ...claims, iat: now + 120 }))],
  ['an issue that is negative', signed((claims) => ({ ...claims, iat: -5 }))],
  ['an issue that is text', signed((claims) => ({ ...claims, iat: String(claims.iat) }))],
  ['an issue that is null', signed((claims) => ({ ...claims, iat: null }))],
  ['no issue', without('iat')],
  // nonce
  ['another nonce', signed((claims) => ({ ...claims, nonce: 'A'.repeat(43) }))],
  ['an empty nonce', signed((claims) => ({ ...claims, nonce: '' }))],
  ['a nonce that is a list', signed((claims) => ({ ...claims, nonce: [claims['nonce']] }))],
  ['a nonce with a blank more', signed((claims) => ({ ...claims, nonce: `${claims['nonce']} ` }))],
  ['no nonce', without('nonce')],
  // sub and others
  ['an empty subject', signed((claims) => ({ ...claims, sub: '' }))],
  ['a subject that is a number', signed((claims) => ({ ...claims, sub: 7 }))],
  ['a subject that is too long', signed((claims) => ({ ...claims, sub: 's'.repeat(256) }))],
  ['no subject', without('sub')],
  ['an auth_time that is text', signed((claims) => ({ ...claims, auth_time: 'then' }))],
  // alg and signature
  ['alg none', (claims) => unsigned({ alg: 'none' }, claims, '')],
  ['alg None', (claims) => unsigned({ alg: 'None' }, claims, '')],
  ['alg none with a signature', (claims) => unsigned({ alg: 'none', kid: 'key-1' }, claims)],
  [
    'HS256 with the client secret',
    (claims, world) => world.issuer.sign(claims, { alg: 'HS256', key: new TextEncoder().encode(CLIENT_SECRET) }),
  ],
  [
    'HS256 with the public key as secret',
    async (claims, world) => {
      const jwks = await (await world.issuer.fetch(`${ISSUER}/jwks`)).text()
      return world.issuer.sign(claims, { alg: 'HS256', key: new TextEncoder().encode(jwks) })
    },
  ],
  [
    'an algorithm that the provider does not name',
    async (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'key-1' }).sign((await generateKeyPair('EdDSA')).privateKey),
  ],
  ['RS256 where the key is of another kind', (claims, world) => world.issuer.sign(claims, { alg: 'RS256', key: rsaKey.privateKey })],
  ['no alg', (claims) => unsigned({ kid: 'key-1' }, claims)],
  ['an alg that is a list', (claims) => unsigned({ alg: ['ES256'] }, claims)],
  ['another key', (claims, world) => world.issuer.sign(claims, { key: otherKey.privateKey })],
  ['a key id that nobody has', (claims, world) => world.issuer.sign(claims, { kid: 'key-2' })],
  [
    'a key of its own in the header',
    async (claims) => {
      const jwk = await exportJWK(otherKey.publicKey)
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key-1', jwk }).sign(otherKey.privateKey)
    },
  ],
  [
    'a place for keys of its own in the header',
    async (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key-1', jku: 'https://evil.example/jwks' }).sign(otherKey.privateKey),
  ],
  ['a critical extension', (claims) => unsigned({ ...ES256, crit: ['x'], x: 1 }, claims)],
  ['no signature', (claims) => unsigned(ES256, claims, '')],
  ['a signature of nothing', (claims) => unsigned(ES256, claims, 'A'.repeat(86))],
  ['a signature that was changed', async (claims, world) => (await world.issuer.sign(claims)).replace(/.{6}$/, 'AAAAAA')],
  [
    'claims that were changed after signing',
    async (claims, world) => {
      const [header, , signature] = (await world.issuer.sign(claims)).split('.')
      return `${header}.${base64url.encode(JSON.stringify({ ...claims, sub: 'subject-2' }))}.${signature}`
    },
  ],
  // form
  ['no token', () => undefined],
  ['an empty token', () => ''],
  ['text', () => 'nonsense'],
  ['two parts', async (claims, world) => (await world.issuer.sign(claims)).split('.').slice(0, 2).join('.')],
  ['four parts', async (claims, world) => `${await world.issuer.sign(claims)}.AAAA`],
  ['an encrypted token', () => 'AAAA.AAAA.AAAA.AAAA.AAAA'],
  ['a header that is no JSON', (claims) => unsigned('nonsense', claims)],
  ['a header that is a list', (claims) => unsigned([ES256], claims)],
  ['a header that is null', (claims) => unsigned('null', claims)],
  ['claims that are no JSON', () => unsigned(ES256, 'nonsense')],
  ['claims that are a list', (claims) => unsigned(ES256, [claims])],
  ['claims that are null', () => unsigned(ES256, 'null')],
  ['characters that are not base64url', () => '!!!!.????.****'],
]

async function oidcFlow(): Promise<{ readonly world: AuthorizationWorld; readonly flow: Flow }> {
  const world = await authorizationWorld()
  return { world, flow: await world.start({ returnTo: '/files' }) }
}

describe('an ID token', () => {
  it('that is right names the subject', async () => {
    const { world, flow } = await oidcFlow()
    await world.finish(flow)
    expect(world.grants).toMatchObject([{ subject: 'subject-1' }])
    expect(world.issuer.requestsTo('/jwks')).toHaveLength(1)
  })

  it.each<[string, (claims: JWTPayload, nowS: number) => Record<string, unknown>]>([
    ['a list of one audience', (claims) => ({ ...claims, aud: ['client-1'] })],
    ['more audiences, with azp', (claims) => ({ ...claims, aud: ['client-1', 'api'], azp: 'client-1' })],
    ['a clock that is a little ahead', (claims, now) => ({ ...claims, iat: now + 50 })],
    ['an end that is just over', (claims, now) => ({ ...claims, iat: now - 300, exp: now - 30 })],
    ['claims that nobody asked for', (claims) => ({ ...claims, email: 'a@b.example', auth_time: 5, at_hash: 'x' })],
  ])('may have %s', async (_name, change) => {
    const { world, flow } = await oidcFlow()
    world.answerWith(await world.issuer.sign(change(world.claims(flow), world.clock.now() / 1000)))
    await complete(world, flow)
    expect(world.grants).toHaveLength(1)
  })

  it('is wrong in more than 40 ways', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(70)
    expect(new Set(MUTATIONS.map(([name]) => name)).size).toBe(MUTATIONS.length)
  })

  it.each(MUTATIONS)('is refused with %s, and nothing is stored', async (_name, mutate) => {
    const { world, flow } = await oidcFlow()
    world.answerWith(await mutate(world.claims(flow), world))
    const error = await refusalOf(complete(world, flow))
    expect(error).toMatchObject({
      code: 'authorization_response_invalid',
      facts: { reason: 'id_token_invalid', connectionId: 'oidc', userId: 'alice', returnTo: '/files' },
    })
    expect(error.cause).toBeUndefined()
    expect(`${error.message} ${JSON.stringify(error.facts)}`).not.toMatch(/canary|evil|subject-|eyJ/)
    expect(world.grants).toHaveLength(0)
    expect(world.issuer.requests.filter(({ url }) => url.includes('evil'))).toHaveLength(0)
  })

  it('says which claim is wrong', async () => {
    const { world, flow } = await oidcFlow()
    world.answerWith(await world.issuer.sign({ ...world.claims(flow), aud: 'client-2' }))
    expect((await refusalOf(complete(world, flow))).message).toContain('the ID token has a wrong `aud`')
  })

  it('of another flow is refused: its nonce is another', async () => {
    const { world, flow } = await oidcFlow()
    world.answerWith(await world.issuer.sign(world.claims(await world.start({ userId: 'mallory' }))))
    expect(await refusalOf(complete(world, flow))).toMatchObject({ facts: { reason: 'id_token_invalid' } })
  })

  it('is judged by the injected clock', async () => {
    const { world, flow } = await oidcFlow()
    const idToken = await world.issuer.sign(world.claims(flow))
    world.answerWith(idToken)
    world.clock.jump(400_000)
    expect((await refusalOf(complete(world, flow))).message).toContain('`exp`')
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['cannot be reached', () => Promise.reject(networkFailure('ECONNREFUSED'))],
    ['answer with 500', () => new Response(null, { status: 500 })],
    ['redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['are too large', () => new Response('x'.repeat(1_100_000))],
  ])('is not believed while the keys %s', async (_name, respond) => {
    const { world, flow } = await oidcFlow()
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    world.issuer.answers.set('/jwks', respond)
    expect(await refusalOf(complete(world, flow))).toMatchObject({
      code: 'provider_unavailable',
      facts: { reason: 'keys_unavailable', returnTo: '/files' },
    })
    expect(world.grants).toHaveLength(0)
  })

  it('is not waited for longer than 10 s when the keys do not come', async () => {
    const { world, flow } = await oidcFlow()
    world.answerWith(await world.issuer.sign(world.claims(flow)))
    let asked = (): void => undefined
    const keysAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    world.issuer.answers.set('/jwks', () => {
      asked()
      return new Promise(() => undefined)
    })
    const refused = refusalOf(complete(world, flow))
    await keysAsked
    await world.clock.advance(10_000)
    expect(await refused).toMatchObject({ code: 'provider_unavailable' })
  })

  it('has its keys fetched once for many flows', async () => {
    const world = await authorizationWorld()
    for (let count = 0; count < 5; count++) await world.finish(await world.start())
    expect(world.grants).toHaveLength(5)
    expect(world.issuer.requestsTo('/jwks')).toHaveLength(1)
  })

  it('is vouched for by TLS where the provider names no keys, but its claims are checked all the same', async () => {
    const world = await authorizationWorld()
    const { jwks_uri: _keys, ...metadata } = world.issuer.metadata
    world.issuer.metadata = metadata
    await world.finish(await world.start())
    expect(world.grants).toHaveLength(1)
    for (const mutate of [
      signed((claims) => ({ ...claims, nonce: 'x' })),
      ((claims) => unsigned({ alg: 'none' }, claims, '')) satisfies Mutation,
    ]) {
      const flow = await world.start()
      world.answerWith(await mutate(world.claims(flow), world))
      expect(await refusalOf(complete(world, flow))).toMatchObject({ facts: { reason: 'id_token_invalid' } })
    }
    expect(world.grants).toHaveLength(1)
  })

  it('is not looked at where the flow is not OpenID Connect', async () => {
    const world = await authorizationWorld()
    const flow = await world.start({ connectionId: 'plain' })
    world.answerWith('nonsense')
    await complete(world, flow)
    expect(world.grants).toHaveLength(1)
    expect(world.grants[0]).not.toHaveProperty('subject')
  })
})
