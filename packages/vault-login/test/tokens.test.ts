import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import type { LoginOptions } from '../src/index.js'
import { interceptedStore } from './fixtures/intercepted-store.js'
import { APP, HOUR, ISSUER, idTokenOf, loginWorld, MINUTE } from './fixtures/login-world.js'

const ACCOUNT = 'acc_default'

/** Ada, signed in, with her tokens. */
async function signedIn(options: Partial<LoginOptions> = {}) {
  const world = loginWorld()
  const { vault, login } = world.process(options)
  const claims = { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true, picture: 'https://example.com/ada.png' }
  const userId = await login.identities.resolve(idTokenOf('google', 's1', claims))
  const { session } = await login.sessions.start({ userId, applicationId: APP, connectionId: 'google' })
  const request = { userId, applicationId: APP, connectionId: 'google', sessionId: session.sessionId }
  return { world, vault, login, userId, session, request, issued: await login.tokens.issue(request) }
}

describe('the tokens of a user', () => {
  it('say who he is, for whom they are and until when', async () => {
    const { world, login, userId, session, issued } = await signedIn()
    const nowS = world.clock.now() / 1_000
    const { keys } = await login.tokens.jwks()
    const common = { iss: ISSUER, sub: userId, sid: session.sessionId, iat: nowS, exp: nowS + 3_600 }
    expect(decodeProtectedHeader(issued.accessToken)).toEqual({ alg: 'EdDSA', kid: keys[0]?.kid, typ: 'at+jwt' })
    expect(decodeJwt(issued.accessToken)).toEqual({
      ...common,
      aud: [ACCOUNT],
      azp: 'google',
      client_id: APP,
      scope: 'openid profile email',
      jti: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    })
    expect(decodeProtectedHeader(issued.idToken)).toEqual({ alg: 'EdDSA', kid: keys[0]?.kid, typ: 'JWT' })
    expect(decodeJwt(issued.idToken)).toEqual({
      ...common,
      aud: APP,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      email_verified: true,
      picture: 'https://example.com/ada.png',
    })
    expect(issued.expiresInS).toBe(3_600)
  })

  it('are verified by any service with the public keys alone', async () => {
    const { world, login, userId, issued } = await signedIn()
    const keys = createLocalJWKSet(await login.tokens.jwks())
    for (const token of [issued.accessToken, issued.idToken]) {
      const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, currentDate: new Date(world.clock.now()) })
      expect(payload.sub).toBe(userId)
    }
  })

  it('carry the scope that was asked for', async () => {
    const { login, request } = await signedIn()
    const { accessToken } = await login.tokens.issue({ ...request, scope: 'openid files:read' })
    expect((await login.tokens.verify(accessToken))?.scope).toBe('openid files:read')
  })

  it('live as long as the application says, and no longer than the session', async () => {
    const applications = [
      { applicationId: APP, redirectUrls: ['https://app.example.com'], accessTokenLifetimeS: 600, sessionLifetimeS: 1_800 },
    ]
    const { world, login, request, issued } = await signedIn({ applications })
    expect(issued.expiresInS).toBe(600)
    world.clock.advance(25 * MINUTE)
    expect((await login.tokens.issue(request)).expiresInS).toBe(300)
    world.clock.advance(5 * MINUTE)
    await expect(login.tokens.issue(request)).rejects.toMatchObject({ code: 'unauthenticated', facts: { reason: 'session_ended' } })
  })

  it.each<[string, object, string]>([
    ['an unknown application', { applicationId: 'nobody' }, 'invalid_request'],
    ['a scope with two spaces', { scope: 'openid  email' }, 'invalid_request'],
    ['a scope with a quote', { scope: 'a"b' }, 'invalid_request'],
    ['an empty scope', { scope: '' }, 'invalid_request'],
    ['no connection', { connectionId: '' }, 'invalid_request'],
    ['the session of another user', { userId: 'bob' }, 'unauthenticated'],
    ['no such session', { sessionId: 'A'.repeat(22) }, 'unauthenticated'],
  ])('are not issued for %s', async (_what, wrong, code) => {
    const { login, request } = await signedIn()
    await expect(login.tokens.issue({ ...request, ...wrong })).rejects.toMatchObject({ code })
  })
})

describe('an access token', () => {
  it('is verified in every process', async () => {
    const { world, userId, session, issued } = await signedIn()
    expect(await world.process().login.tokens.verify(issued.accessToken)).toEqual({
      userId,
      applicationId: APP,
      connectionId: 'google',
      sessionId: session.sessionId,
      scope: 'openid profile email',
      expiresAtMs: world.clock.now() + HOUR,
    })
  })

  it('is good until its end, give or take 5 s, whether or not it was seen before', async () => {
    for (const isSeen of [true, false]) {
      const { world, login, issued } = await signedIn()
      if (isSeen) expect(await login.tokens.verify(issued.accessToken)).toBeDefined()
      world.clock.advance(HOUR + 4_000)
      expect(await login.tokens.verify(issued.accessToken)).toBeDefined()
      world.clock.advance(1_000)
      expect(await login.tokens.verify(issued.accessToken)).toBeUndefined()
    }
  })

  it.each<[string, (signed: Awaited<ReturnType<typeof signedIn>>) => Promise<void>]>([
    ['its session is ended', ({ login, userId, session }) => login.sessions.end(userId, session.sessionId)],
    ['all sessions are ended', ({ login, userId }) => login.sessions.endAll(userId)],
    ['another process ends the session', ({ world, userId, session }) => world.process().login.sessions.end(userId, session.sessionId)],
    ['the user is forgotten', ({ vault, userId }) => vault.forgetUser(userId)],
  ])('is good no more once %s', async (_what, end) => {
    const signed = await signedIn()
    const { login, issued } = signed
    expect(await login.tokens.verify(issued.accessToken)).toBeDefined()
    await end(signed)
    expect(await login.tokens.verify(issued.accessToken)).toBeUndefined()
  })

  it('is good no more once its application is gone', async () => {
    const { world, issued } = await signedIn()
    const applications = [{ applicationId: 'other', redirectUrls: ['https://app.example.com'] }]
    expect(await world.process({ applications }).login.tokens.verify(issued.accessToken)).toBeUndefined()
  })

  it('is checked for its signature once', async () => {
    const { login, issued } = await signedIn()
    const verified = vi.spyOn(crypto.subtle, 'verify')
    for (let time = 0; time < 3; time += 1) expect(await login.tokens.verify(issued.accessToken)).toBeDefined()
    expect(verified).toHaveBeenCalledTimes(1)
    verified.mockRestore()
  })

  it('cannot be judged while the store is away, which is an error and no refusal', async () => {
    const { world, issued } = await signedIn()
    let isDown = false
    const store = interceptedStore(world.store, (_call, work) => (isDown ? Promise.reject(new Error('The store is down.')) : work()))
    const { login } = world.process({}, { store })
    isDown = true
    await expect(login.tokens.verify(issued.accessToken)).rejects.toThrow('The store is down.')
    isDown = false
    expect(await login.tokens.verify(issued.accessToken)).toBeDefined()
    isDown = true
    await expect(login.tokens.verify(issued.accessToken)).rejects.toThrow('The store is down.')
  })
})

type Json = Readonly<Record<string, unknown>>
type Signed = Awaited<ReturnType<typeof signedIn>>

const stranger = generateKeyPairSync('ed25519')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** The header and the claims of the right token, changed (undefined removes), signed by a key of the attacker's. */
function forged(
  { issued }: Signed,
  header: Json,
  claims: Json = {},
  signWith: (input: string) => Buffer = bySign(stranger.privateKey),
): string {
  const right = { header: decodeProtectedHeader(issued.accessToken), claims: decodeJwt(issued.accessToken) }
  const input = `${encode({ ...right.header, ...header })}.${encode({ ...right.claims, ...claims })}`
  return `${input}.${signWith(input).toString('base64url')}`
}

function bySign(key: KeyObject, hash: string | null = null): (input: string) => Buffer {
  return (input) => sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}

async function publicKeyTexts({ login }: Signed): Promise<{ x: Buffer; text: string; jwk: Json }> {
  const [jwk] = (await login.tokens.jwks()).keys
  return { x: Buffer.from(jwk?.x ?? '', 'base64url'), text: jwk?.x ?? '', jwk: { ...jwk } }
}

function byHmac(secret: string | Buffer): (input: string) => Buffer {
  return (input) => createHmac('sha256', secret).update(input).digest()
}

/** Signed by the right key: what only a vault whose code was wrong would have issued. */
async function misissued(signed: Signed, header: Json, claims: Json): Promise<string> {
  const key = await privateKeyOf(signed)
  return forged(signed, header, claims, bySign(key))
}

/** Reads the secret half of the signing key from the store, as the vault itself does. */
async function privateKeyOf({ world, vault }: Signed): Promise<KeyObject> {
  const { createPrivateKey } = await import('node:crypto')
  const { extensionOf } = await import('@holdfast/vault-core')
  const { items } = await world.store.documents.list({ tenant: 'default', kind: 'signing-key', limit: 1 })
  const row = items[0]
  const { sealed } = JSON.parse(row?.data ?? '{}')
  const context = { userId: '', connectionId: '', accountId: '', field: `signing_key/${row?.id}`, epoch: 0, secretRev: 0 }
  const opened = await extensionOf(vault).sealer.open(context, Buffer.from(sealed, 'base64url'))
  return createPrivateKey({ key: JSON.parse(new TextDecoder().decode(opened)).privateJwk, format: 'jwk' })
}

const hostile: readonly (readonly [string, (signed: Signed) => string | Promise<string>])[] = [
  ['nothing', () => ''],
  ['no token', () => 'null'],
  ['two dots', () => '..'],
  ['a part too few', ({ issued }) => issued.accessToken.split('.').slice(0, 2).join('.')],
  ['a part too many', ({ issued }) => `${issued.accessToken}.x`],
  ['its signature left out', ({ issued }) => `${issued.accessToken.split('.').slice(0, 2).join('.')}.`],
  ['one bit of its signature changed', ({ issued }) => flipped(issued.accessToken)],
  ['padding', ({ issued }) => `${issued.accessToken}=`],
  ['white space', ({ issued }) => ` ${issued.accessToken}`],
  ['a megabyte behind it', ({ issued }) => issued.accessToken + 'A'.repeat(1_000_000)],
  ['the ID token in its place', ({ issued }) => issued.idToken],
  ['alg none', (signed) => forged(signed, { alg: 'none' }, {}, () => Buffer.from(''))],
  ['alg None', (signed) => forged(signed, { alg: 'None' }, {}, () => Buffer.from(''))],
  ['alg left out', (signed) => forged(signed, { alg: undefined })],
  ['HS256 with the public key', async (signed) => forged(signed, { alg: 'HS256' }, {}, byHmac((await publicKeyTexts(signed)).x))],
  [
    'HS256 with the public key as text',
    async (signed) => forged(signed, { alg: 'HS256' }, {}, byHmac((await publicKeyTexts(signed)).text)),
  ],
  [
    'HS256 with the JWK',
    async (signed) => forged(signed, { alg: 'HS256' }, {}, byHmac(JSON.stringify((await publicKeyTexts(signed)).jwk))),
  ],
  ['HS256 with nothing', (signed) => forged(signed, { alg: 'HS256' }, {}, byHmac(''))],
  ['RS256', (signed) => forged(signed, { alg: 'RS256' }, {}, bySign(rsa.privateKey, 'sha256'))],
  ['ES256', (signed) => forged(signed, { alg: 'ES256' }, {}, bySign(ec.privateKey, 'sha256'))],
  ['Ed25519 as its alg', async (signed) => misissued(signed, { alg: 'Ed25519' }, {})],
  ['a stranger’s key', (signed) => forged(signed, {})],
  ['a stranger’s key under a name of its own', (signed) => forged(signed, { kid: 'A'.repeat(22) })],
  ['no kid', (signed) => forged(signed, { kid: undefined })],
  ['a kid that is a path', (signed) => forged(signed, { kid: '../../signing-key' })],
  ['a kid that is a number', (signed) => forged(signed, { kid: 7 })],
  ['a kid that is a list', (signed) => forged(signed, { kid: [] })],
  ['a key of its own in the header', (signed) => forged(signed, { jwk: stranger.publicKey.export({ format: 'jwk' }) })],
  ['an address of a key in the header', (signed) => forged(signed, { jku: 'https://evil.example/jwks', x5u: 'https://evil.example' })],
  ['a critical header', (signed) => misissued(signed, { crit: ['x'], x: 1 }, {})],
  ['an unencoded payload', (signed) => misissued(signed, { crit: ['b64'], b64: false }, {})],
  ['no typ', (signed) => misissued(signed, { typ: undefined }, {})],
  ['typ JWT', (signed) => misissued(signed, { typ: 'JWT' }, {})],
  ['typ application/at+jwt', (signed) => misissued(signed, { typ: 'application/at+jwt' }, {})],
  ['typ AT+JWT', (signed) => misissued(signed, { typ: 'AT+JWT' }, {})],
  ['another issuer', (signed) => misissued(signed, {}, { iss: 'https://evil.example' })],
  ['an issuer with a slash', (signed) => misissued(signed, {}, { iss: `${ISSUER}/` })],
  ['the issuer of a service client', (signed) => misissued(signed, {}, { iss: `${ISSUER}/v1/clients/sc_1`, sub: 'sc_1' })],
  ['an issuer that is a list', (signed) => misissued(signed, {}, { iss: [ISSUER] })],
  ['no issuer', (signed) => misissued(signed, {}, { iss: undefined })],
  ['another audience', (signed) => misissued(signed, {}, { aud: 'acc_other' })],
  ['the audience of service clients', (signed) => misissued(signed, {}, { aud: `${ACCOUNT}.accounts.authress.io` })],
  ['the application as its audience', (signed) => misissued(signed, {}, { aud: APP })],
  ['no audience', (signed) => misissued(signed, {}, { aud: undefined })],
  ['an end in the past', ({ world, ...rest }) => misissued({ world, ...rest }, {}, { exp: world.clock.now() / 1_000 - 6 })],
  ['an end that is text', (signed) => misissued(signed, {}, { exp: '1900000000' })],
  ['no end', (signed) => misissued(signed, {}, { exp: undefined })],
  ['a beginning in the future', (signed) => misissued(signed, {}, { nbf: signed.world.clock.now() / 1_000 + 6 })],
  ['a birth in the future', (signed) => misissued(signed, {}, { iat: signed.world.clock.now() / 1_000 + 6 })],
  ['a birth of long ago', (signed) => misissued(signed, {}, { iat: signed.world.clock.now() / 1_000 - 86_410 })],
  ['no birth', (signed) => misissued(signed, {}, { iat: undefined })],
  ['no id of its own', (signed) => misissued(signed, {}, { jti: undefined })],
  ['no user', (signed) => misissued(signed, {}, { sub: undefined })],
  ['another user', (signed) => misissued(signed, {}, { sub: 'bob' })],
  ['a user that is a number', (signed) => misissued(signed, {}, { sub: 7 })],
  ['no session', (signed) => misissued(signed, {}, { sid: undefined })],
  ['another session', (signed) => misissued(signed, {}, { sid: 'A'.repeat(22) })],
  ['a session that is a path', (signed) => misissued(signed, {}, { sid: '../x' })],
  ['no application', (signed) => misissued(signed, {}, { client_id: undefined })],
  ['another application', (signed) => misissued(signed, {}, { client_id: 'nobody' })],
  ['no connection', (signed) => misissued(signed, {}, { azp: undefined })],
  ['no scope', (signed) => misissued(signed, {}, { scope: undefined })],
]

function flipped(jwt: string): string {
  const [header = '', claims = '', signature = ''] = jwt.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes[10] = (bytes[10] ?? 0) ^ 1
  return `${header}.${claims}.${bytes.toString('base64url')}`
}

describe(`of ${hostile.length} hostile tokens`, () => {
  it.each(hostile)('one with %s is refused', async (_what, make) => {
    const signed = await signedIn()
    expect(await signed.login.tokens.verify(await make(signed))).toBeUndefined()
    expect(await signed.login.tokens.verify(signed.issued.accessToken)).toBeDefined()
  })

  it('those signed by the right key are refused for what is wrong with them: unchanged it is accepted', async () => {
    const signed = await signedIn()
    expect(await signed.login.tokens.verify(await misissued(signed, {}, {}))).toBeDefined()
  })

  it('a token of another login over the same store is one: its issuer is another', async () => {
    const { world, issued } = await signedIn()
    const other = world.process({ publicUrl: 'https://other.example.com' }).login
    expect(await other.tokens.verify(issued.accessToken)).toBeUndefined()
  })

  it('a token of another tenant is one', async () => {
    const { world, issued } = await signedIn()
    const other = world.process({}, { tenant: 'other', accountId: ACCOUNT }).login
    expect(await other.tokens.verify(issued.accessToken)).toBeUndefined()
  })
})
