import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createVault, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createVaultHandler, type VaultHandler } from '../src/index.js'

const HOST = 'http://localhost:4000'
const NOW_S = Math.floor(Date.now() / 1000)

let vault: Vault
let handler: VaultHandler
let client: Signer
let stranger: Signer

/** A service client as an attacker or an honest caller has it: ids and the private key. */
interface Signer {
  readonly clientId: string
  readonly keyId: string
  readonly key: KeyObject
  readonly publicX: string
}

type Json = Record<string, unknown>

beforeAll(async () => {
  vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(5) }]),
    connections: [
      { connectionId: 'demo', authorizationEndpoint: 'https://p.example/a', tokenEndpoint: 'https://p.example/t', clientId: 'c' },
    ],
  })
  handler = createVaultHandler({ vault, publicUrl: HOST, identify: () => undefined })
  client = await newSigner()
  stranger = await newSigner()
})

async function newSigner(): Promise<Signer> {
  const { clientId } = await vault.serviceClients.create({ name: 'job' })
  const { accessKey, keyId } = await vault.serviceClients.createAccessKey(clientId)
  await vault.accessRecords.create({
    name: 'all',
    users: [{ userId: clientId }],
    statements: [{ roles: ['Vault:UserCredentialsViewer'], resources: [{ resourceUri: 'Vault:Connections/*/Users/*/Credentials' }] }],
  })
  const { createPrivateKey } = await import('node:crypto')
  const key = createPrivateKey({ key: Buffer.from(accessKey?.split('.')[3] ?? '', 'base64'), format: 'der', type: 'pkcs8' })
  const [verificationKey] = (await vault.serviceClients.get(clientId)).verificationKeys
  return { clientId, keyId, key, publicX: verificationKey?.publicKey.x ?? '' }
}

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const headerOf = (signer: Signer): Json => ({ alg: 'EdDSA', kid: signer.keyId, typ: 'at+jwt' })
const claimsOf = (signer: Signer): Json => ({
  iss: `${HOST}/v1/clients/${signer.clientId}`,
  sub: signer.clientId,
  client_id: signer.clientId,
  aud: `${vault.accountId}.accounts.authress.io`,
  iat: NOW_S,
  exp: NOW_S + 86_400,
  scope: 'openid',
})

/** A token with changed header and claims (undefined removes), signed all the same. */
function token(header: Json = {}, claims: Json = {}, key: KeyObject = client.key): string {
  const input = `${encode({ ...headerOf(client), ...header })}.${encode({ ...claimsOf(client), ...claims })}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

async function statusFor(authorization: string | undefined): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization }
  const response = await handler(new Request(`${HOST}/v1/connections/demo/users/alice/credentials`, { headers }), undefined)
  return response.status
}

/** Accepted: the user has no credential, which only an authenticated caller with the grant is told. */
const ACCEPTED = 404

const hmacSigned = (secret: string | Buffer, header: Json): string => {
  const input = `${encode({ ...headerOf(client), ...header })}.${encode(claimsOf(client))}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

describe('an honest token', () => {
  it.each<[string, () => string]>([
    ['as the SDK makes it', () => `Bearer ${token()}`],
    ['with the scheme doubled', () => `Bearer Bearer ${token()}`],
    ['with the scheme in lower case', () => `bearer ${token()}`],
    ['half a second ahead of the server', () => `Bearer ${token({}, { iat: NOW_S + 1 })}`],
    ['made for another name of loopback', () => `Bearer ${token({}, { iss: `http://127.0.0.1:4000/v1/clients/${client.clientId}` })}`],
    ['without client_id', () => `Bearer ${token({}, { client_id: undefined })}`],
    ['22 hours old', () => `Bearer ${token({}, { iat: NOW_S - 22 * 3_600, exp: NOW_S + 7_200 })}`],
    ['with the account as its audience', () => `Bearer ${token({}, { aud: vault.accountId })}`],
  ])('%s is accepted', async (_name, authorization) => {
    expect(await statusFor(authorization())).toBe(ACCEPTED)
  })

  it('under a base path is accepted with the base path in its issuer', async () => {
    const mounted = createVaultHandler({ vault, publicUrl: `${HOST}/vault`, identify: () => undefined })
    const authorization = `Bearer ${token({}, { iss: `${HOST}/vault/v1/clients/${client.clientId}` })}`
    const response = await mounted(
      new Request(`${HOST}/vault/v1/connections/demo/users/alice/credentials`, { headers: { authorization } }),
      undefined,
    )
    expect(response.status).toBe(ACCEPTED)
  })
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ed25519')

const hostile: readonly (readonly [string, () => string | undefined])[] = [
  ['no header at all', () => undefined],
  ['an empty header', () => ''],
  ['null, as some clients send it', () => 'null'],
  ['the scheme alone', () => 'Bearer'],
  ['the scheme and null', () => 'Bearer null'],
  ['the scheme and undefined', () => 'Bearer undefined'],
  ['another scheme', () => `Basic ${token()}`],
  ['the access key itself', () => `Bearer ${client.clientId}.${client.keyId}.acc.MC4CAQ`],
  ['two parts', () => `Bearer ${token().split('.').slice(0, 2).join('.')}`],
  ['four parts', () => `Bearer ${token()}.x`],
  ['five parts, as encrypted tokens have', () => `Bearer ${token()}.x.y`],
  ['two tokens', () => `Bearer ${token()}, Bearer ${token()}`],
  ['a token and something behind it', () => `Bearer ${token()} x`],
  ['padding behind the signature', () => `Bearer ${token()}==`],
  ['a star in the signature', () => `Bearer ${token().slice(0, -1)}*`],
  ['an empty signature', () => `Bearer ${token().replace(/[^.]+$/, '')}`],
  ['a signature of zeros', () => `Bearer ${token().replace(/[^.]+$/, encode(Buffer.alloc(64).toString('latin1')))}`],
  ['a signature with one bit changed', () => `Bearer ${flipLast(token())}`],
  ['a cut signature', () => `Bearer ${token().slice(0, -8)}`],
  ['a payload that is no JSON', () => `Bearer ${encode(headerOf(client))}.${encode('{')}.x`],
  ['a payload that is a list', () => `Bearer ${encode(headerOf(client))}.${encode([])}.x`],
  ['a header that is no JSON', () => `Bearer ${encode('{')}.${encode(claimsOf(client))}.x`],
  ['a header that is null', () => `Bearer ${encode('null')}.${encode(claimsOf(client))}.x`],
  ['a token of 100,000 characters', () => `Bearer ${token({}, { pad: 'x'.repeat(100_000) })}`],
  ['alg none', () => `Bearer ${encode({ ...headerOf(client), alg: 'none' })}.${encode(claimsOf(client))}.`],
  ['alg None', () => `Bearer ${encode({ ...headerOf(client), alg: 'None' })}.${encode(claimsOf(client))}.x`],
  ['alg none, properly signed', () => `Bearer ${token({ alg: 'none' })}`],
  ['alg HS256 with the public key as secret', () => `Bearer ${hmacSigned(client.publicX, { alg: 'HS256' })}`],
  [
    'alg HS256 with the public key’s bytes as secret',
    () => `Bearer ${hmacSigned(Buffer.from(client.publicX, 'base64url'), { alg: 'HS256' })}`,
  ],
  ['alg EdDSA over an HMAC', () => `Bearer ${hmacSigned(client.publicX, {})}`],
  ['alg HS256, signed with EdDSA', () => `Bearer ${token({ alg: 'HS256' })}`],
  ['alg RS256 with an own key', () => `Bearer ${signedBy('RS256', rsa.privateKey)}`],
  ['alg RS512 with an own key', () => `Bearer ${signedBy('RS512', rsa.privateKey)}`],
  ['alg ES256 with an own key', () => `Bearer ${signedBy('ES256', ec.privateKey)}`],
  ['alg Ed25519, a name that the client does not use', () => `Bearer ${token({ alg: 'Ed25519' })}`],
  ['alg in lower case', () => `Bearer ${token({ alg: 'eddsa' })}`],
  ['alg as a list', () => `Bearer ${token({ alg: ['EdDSA'] })}`],
  ['no alg', () => `Bearer ${token({ alg: undefined })}`],
  ['another Ed25519 key', () => `Bearer ${token({}, {}, other.privateKey)}`],
  ['another client’s key', () => `Bearer ${token({}, {}, stranger.key)}`],
  ['another client’s key under its own kid', () => `Bearer ${token({ kid: stranger.keyId }, {}, stranger.key)}`],
  ['a kid that nobody has', () => `Bearer ${token({ kid: 'nobody' })}`],
  ['a kid that is a path', () => `Bearer ${token({ kid: '../../../dev/null' })}`],
  ['a kid that is SQL', () => `Bearer ${token({ kid: "' or 1=1 --" })}`],
  ['a kid that is a number', () => `Bearer ${token({ kid: 1 })}`],
  ['a kid that is a list', () => `Bearer ${token({ kid: [client.keyId] })}`],
  ['a kid that is __proto__', () => `Bearer ${token({ kid: '__proto__' })}`],
  ['no kid', () => `Bearer ${token({ kid: undefined })}`],
  ['an embedded key', () => `Bearer ${token({ jwk: other.publicKey.export({ format: 'jwk' }) }, {}, other.privateKey)}`],
  ['a link to keys', () => `Bearer ${token({ jku: 'https://evil.example/jwks' }, {}, other.privateKey)}`],
  ['a link to a certificate', () => `Bearer ${token({ x5u: 'https://evil.example/cert' }, {}, other.privateKey)}`],
  ['a critical header that nobody knows', () => `Bearer ${token({ crit: ['x'], x: 1 })}`],
  ['an unencoded payload', () => `Bearer ${token({ b64: false, crit: ['b64'] })}`],
  ['typ JWT', () => `Bearer ${token({ typ: 'JWT' })}`],
  ['the typ of an authorization request', () => `Bearer ${token({ typ: 'oauth-authz-req+jwt' })}`],
  ['no typ', () => `Bearer ${token({ typ: undefined })}`],
  ['another client as its subject', () => `Bearer ${token({}, { sub: stranger.clientId })}`],
  ['another client as client_id', () => `Bearer ${token({}, { client_id: stranger.clientId })}`],
  ['a user as its subject', () => `Bearer ${token({}, { sub: 'alice' })}`],
  ['a subject that is no text', () => `Bearer ${token({}, { sub: { toString: 'x' } })}`],
  ['a subject that nobody is', () => `Bearer ${token({}, { sub: 'sc_nobody' })}`],
  ['a subject with a NUL', () => `Bearer ${token({}, { sub: `${client.clientId}\0` })}`],
  ['no subject', () => `Bearer ${token({}, { sub: undefined })}`],
  ['an issuer elsewhere', () => `Bearer ${token({}, { iss: `https://evil.example/v1/clients/${client.clientId}` })}`],
  ['an issuer on another port', () => `Bearer ${token({}, { iss: `http://localhost:4001/v1/clients/${client.clientId}` })}`],
  ['an issuer with https', () => `Bearer ${token({}, { iss: `https://localhost:4000/v1/clients/${client.clientId}` })}`],
  ['an issuer whose path names another client', () => `Bearer ${token({}, { iss: `${HOST}/v1/clients/${stranger.clientId}` })}`],
  ['an issuer with a slash behind it', () => `Bearer ${token({}, { iss: `${HOST}/v1/clients/${client.clientId}/` })}`],
  ['an issuer with a query', () => `Bearer ${token({}, { iss: `${HOST}/v1/clients/${client.clientId}?x` })}`],
  [
    'an issuer with a user in front',
    () => `Bearer ${token({}, { iss: `http://localhost:4000@evil.example/v1/clients/${client.clientId}` })}`,
  ],
  ['an issuer with dots in its path', () => `Bearer ${token({}, { iss: `${HOST}/v1/x/../clients/${client.clientId}` })}`],
  ['an issuer that is the origin alone', () => `Bearer ${token({}, { iss: HOST })}`],
  ['an issuer that is a list', () => `Bearer ${token({}, { iss: [`${HOST}/v1/clients/${client.clientId}`] })}`],
  ['no issuer', () => `Bearer ${token({}, { iss: undefined })}`],
  ['another audience', () => `Bearer ${token({}, { aud: 'acc_other.accounts.authress.io' })}`],
  ['an audience that begins alike', () => `Bearer ${token({}, { aud: `${vault.accountId}.accounts.authress.io.evil.example` })}`],
  ['an empty list of audiences', () => `Bearer ${token({}, { aud: [] })}`],
  ['no audience', () => `Bearer ${token({}, { aud: undefined })}`],
  ['an end in the past', () => `Bearer ${token({}, { exp: NOW_S - 60 })}`],
  ['an end that is text', () => `Bearer ${token({}, { exp: String(NOW_S + 60) })}`],
  ['an end at infinity', () => `Bearer ${tokenWithRaw('"exp":1e999')}`],
  ['no end', () => `Bearer ${token({}, { exp: undefined })}`],
  ['a beginning in the future', () => `Bearer ${token({}, { nbf: NOW_S + 600 })}`],
  ['a birth in the future', () => `Bearer ${token({}, { iat: NOW_S + 600, exp: NOW_S + 1_200 })}`],
  ['a birth long ago, and an end far off', () => `Bearer ${token({}, { iat: NOW_S - 90_000, exp: NOW_S + 900_000 })}`],
  ['a birth that is text', () => `Bearer ${token({}, { iat: 'now' })}`],
  ['no birth', () => `Bearer ${token({}, { iat: undefined })}`],
]

function flipLast(jwt: string): string {
  const signature = Buffer.from(jwt.split('.')[2] ?? '', 'base64url')
  signature[10] = (signature[10] ?? 0) ^ 1
  return `${jwt.split('.').slice(0, 2).join('.')}.${signature.toString('base64url')}`
}

function signedBy(alg: string, key: KeyObject): string {
  const input = `${encode({ ...headerOf(client), alg })}.${encode(claimsOf(client))}`
  const hash = alg.endsWith('512') ? 'sha512' : 'sha256'
  return `${input}.${sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** A token whose `exp` is written so that no JSON serializer would. */
function tokenWithRaw(claim: string): string {
  const { exp: _, ...rest } = claimsOf(client)
  const input = `${encode(headerOf(client))}.${encode(`${JSON.stringify(rest).slice(0, -1)},${claim}}`)}`
  return `${input}.${sign(null, Buffer.from(input), client.key).toString('base64url')}`
}

describe(`of ${hostile.length} hostile tokens`, () => {
  it('there are at least 60', () => {
    expect(hostile.length).toBeGreaterThanOrEqual(60)
  })

  it.each(hostile)('one with %s is refused', async (_name, authorization) => {
    expect(await statusFor(authorization())).toBe(401)
  })

  it('none is told which check it failed', async () => {
    const bodies = new Set<string>()
    for (const bad of [
      token({ kid: 'nobody' }),
      token({}, {}, other.privateKey),
      token({}, { exp: NOW_S - 60 }),
      token({}, { sub: 'sc_nobody' }),
    ]) {
      const response = await handler(
        new Request(`${HOST}/v1/connections/demo/users/alice/credentials`, { headers: { authorization: `Bearer ${bad}` } }),
        undefined,
      )
      const { errorId: _, ...body } = (await response.json()) as Json
      bodies.add(JSON.stringify(body))
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
    }
    expect(bodies.size).toBe(1)
  })

  it('a deleted key is one of them at once', async () => {
    const { clientId, keyId, key } = await newSigner()
    const own = token({ kid: keyId }, { sub: clientId, client_id: clientId, iss: `${HOST}/v1/clients/${clientId}` }, key)
    expect(await statusFor(`Bearer ${own}`)).toBe(ACCEPTED)
    await vault.serviceClients.deleteAccessKey(clientId, keyId)
    expect(await statusFor(`Bearer ${own}`)).toBe(401)
  })
})

describe('a header that names a key', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each<[string, Json]>([
    ['jku', { jku: 'https://evil.example/jwks' }],
    ['x5u', { x5u: 'https://evil.example/cert' }],
    ['jwk', { jwk: other.publicKey.export({ format: 'jwk' }) }],
    ['x5c', { x5c: ['MIIB'] }],
    ['all of them', { jku: 'file:///etc/passwd', x5u: 'http://169.254.169.254/', jwk: { kty: 'oct', k: 'AA' }, x5c: [], x5t: 'x' }],
  ])('%s is not looked at: nothing is fetched, and the client’s own key decides', async (_name, header) => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    expect(await statusFor(`Bearer ${token(header)}`)).toBe(ACCEPTED)
    expect(await statusFor(`Bearer ${token(header, {}, other.privateKey)}`)).toBe(401)
    expect(fetched).not.toHaveBeenCalled()
  })
})

describe('a token that was verified before', () => {
  afterEach(() => vi.restoreAllMocks())

  /** A handler that has verified nothing yet, with a clock of its own. */
  function fresh(nowMs: () => number = () => NOW_S * 1000): (jwt: string, path?: string) => Promise<number> {
    const own = createVaultHandler({ vault, publicUrl: HOST, identify: () => undefined, now: nowMs })
    return async (jwt, path = '/v1/connections/demo/users/alice/credentials') =>
      (await own(new Request(HOST + path, { headers: { authorization: `Bearer ${jwt}` } }), undefined)).status
  }
  const ownToken = (signer: Signer, claims: Json = {}): string =>
    token(
      { kid: signer.keyId },
      { sub: signer.clientId, client_id: signer.clientId, iss: `${HOST}/v1/clients/${signer.clientId}`, ...claims },
      signer.key,
    )

  it('is not verified again', async () => {
    const statusOf = fresh()
    const verified = vi.spyOn(crypto.subtle, 'verify')
    const jwt = token()
    expect(await statusOf(jwt)).toBe(ACCEPTED)
    expect(verified).toHaveBeenCalledTimes(1)
    for (const user of ['alice', 'bob', 'carol'])
      expect(await statusOf(jwt, `/v1/connections/demo/users/${user}/credentials`)).toBe(ACCEPTED)
    expect(verified).toHaveBeenCalledTimes(1)
  })

  it('is verified once when fifty requests bring it at the same time', async () => {
    const statusOf = fresh()
    const verified = vi.spyOn(crypto.subtle, 'verify')
    const jwt = token()
    const statuses = await Promise.all(Array.from({ length: 50 }, () => statusOf(jwt)))
    expect(statuses).toEqual(Array.from({ length: 50 }, () => ACCEPTED))
    expect(verified).toHaveBeenCalledTimes(1)
  })

  it('vouches for no other: neither with its signature on other claims, nor with its claims under another signature', async () => {
    const statusOf = fresh()
    const [header = '', claims = '', signature = ''] = token().split('.')
    expect(await statusOf([header, claims, signature].join('.'))).toBe(ACCEPTED)
    const [, otherClaims = ''] = ownToken(stranger).split('.')
    expect(await statusOf([header, otherClaims, signature].join('.'))).toBe(401)
    expect(await statusOf(flipLast([header, claims, signature].join('.')))).toBe(401)
    expect(await statusOf([header, claims, ''].join('.'))).toBe(401)
  })

  it('that failed is verified each time', async () => {
    const statusOf = fresh()
    const verified = vi.spyOn(crypto.subtle, 'verify')
    const bad = token({}, {}, other.privateKey)
    for (let time = 0; time < 3; time += 1) expect(await statusOf(bad)).toBe(401)
    expect(verified).toHaveBeenCalledTimes(3)
  })

  it('counts no longer when its key is deleted, and another key of the client goes on', async () => {
    const statusOf = fresh()
    const signer = await newSigner()
    const jwt = ownToken(signer)
    await vault.serviceClients.createAccessKey(signer.clientId)
    expect(await statusOf(jwt)).toBe(ACCEPTED)
    await vault.serviceClients.deleteAccessKey(signer.clientId, signer.keyId)
    const verified = vi.spyOn(crypto.subtle, 'verify')
    expect(await statusOf(jwt)).toBe(401)
    // The key was asked for, and not the signature.
    expect(verified).not.toHaveBeenCalled()
  })

  it('counts no longer when its client is deleted', async () => {
    const statusOf = fresh()
    const signer = await newSigner()
    const jwt = ownToken(signer)
    expect(await statusOf(jwt)).toBe(ACCEPTED)
    await vault.serviceClients.delete(signer.clientId)
    expect(await statusOf(jwt)).toBe(401)
  })

  it('counts no longer when another key stands under the same id', async () => {
    const statusOf = fresh()
    const jwt = token()
    expect(await statusOf(jwt)).toBe(ACCEPTED)
    const { x = '' } = other.publicKey.export({ format: 'jwk' })
    vi.spyOn(vault.serviceClients, 'findVerificationKey').mockImplementation(async (clientId, keyId) => {
      const found = (await vault.serviceClients.get(clientId)).verificationKeys.find((key) => key.keyId === keyId)
      return found && { ...found, publicKey: { ...found.publicKey, x } }
    })
    expect(await statusOf(jwt)).toBe(401)
  })

  it.each<[string, Json, number]>([
    ['at its end', { exp: NOW_S + 600 }, 600],
    ['at the greatest age, however late its end', { iat: NOW_S - 80_000, exp: NOW_S + 900_000 }, 6_400],
  ])('counts no longer %s, some seconds of tolerance aside', async (_name, claims, endsInS) => {
    let nowS = NOW_S
    const statusOf = fresh(() => nowS * 1000)
    const jwt = token({}, claims)
    expect(await statusOf(jwt)).toBe(ACCEPTED)
    nowS = NOW_S + endsInS - 1
    expect(await statusOf(jwt)).toBe(ACCEPTED)
    nowS = NOW_S + endsInS + 11
    expect(await statusOf(jwt)).toBe(401)
  })
})
