import { exportJWK, exportPKCS8, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { isVaultError, type VaultError } from '../../src/errors.js'
import { parseConnection } from '../../src/model/parse-connection.js'

const minimal = { connectionId: 'google', issuer: 'https://accounts.google.com', clientId: 'client-1', clientSecret: 's3cret' }
const explicit = {
  connectionId: 'github',
  authorizationEndpoint: 'https://github.com/login/oauth/authorize',
  tokenEndpoint: 'https://github.com/login/oauth/access_token',
  clientId: 'client-1',
  clientSecret: 's3cret',
}

function refusal(input: unknown): VaultError {
  try {
    parseConnection(input)
  } catch (error) {
    if (isVaultError(error, 'invalid_configuration')) return error
    throw error
  }
  throw new Error('The connection was taken.')
}

function fieldsOf(input: unknown): readonly string[] {
  return Object.keys(refusal(input).facts.fields ?? {}).sort()
}

describe('a connection that is right', () => {
  it('gets its defaults filled in', () => {
    const connection = parseConnection(minimal)
    expect(connection).toMatchObject({
      connectionId: 'google',
      name: 'google',
      issuer: 'https://accounts.google.com',
      clientId: 'client-1',
      clientAuthentication: 'client_secret_basic',
      defaultConnectionProperties: {},
      incrementalConnectionProperties: {},
      scopeSeparator: ' ',
      rotation: { kind: 'strict' },
      allowInsecureRequests: false,
    })
    expect(connection.clientSecret?.reveal()).toBe('s3cret')
    expect(connection.endpoints).toEqual({
      authorization: undefined,
      token: undefined,
      revocation: undefined,
      userinfo: undefined,
      jwks: undefined,
    })
  })

  it('keeps what is given', () => {
    const connection = parseConnection({
      ...explicit,
      name: 'GitHub',
      revocationEndpoint: 'https://github.com/revoke?app=1',
      userinfoEndpoint: 'https://api.github.com/user',
      jwksUri: 'https://github.com/keys',
      clientAuthentication: 'client_secret_post',
      defaultConnectionProperties: { scope: 'repo', prompt: 'consent' },
      rotation: { kind: 'grace', seconds: 60 },
      defaultLifetimeS: 28_800,
      minValidityMs: 0,
      allowInsecureRequests: true,
    })
    expect(connection).toMatchObject({
      name: 'GitHub',
      clientAuthentication: 'client_secret_post',
      defaultConnectionProperties: { scope: 'repo', prompt: 'consent' },
      rotation: { kind: 'grace', seconds: 60 },
      defaultLifetimeS: 28_800,
      minValidityMs: 0,
      allowInsecureRequests: true,
    })
    expect(connection.endpoints.revocation).toBe('https://github.com/revoke?app=1')
  })

  it('cannot be changed afterwards, neither through the result nor through the input', () => {
    const input = { ...minimal, defaultConnectionProperties: { scope: 'a' } }
    const connection = parseConnection(input)
    input.defaultConnectionProperties.scope = 'b'
    expect(connection.defaultConnectionProperties).toEqual({ scope: 'a' })
    expect(
      Object.isFrozen(connection) && Object.isFrozen(connection.endpoints) && Object.isFrozen(connection.defaultConnectionProperties),
    ).toBe(true)
  })

  it.each([
    ['none', { ...explicit, clientSecret: undefined, clientAuthentication: 'none' }, 'none'],
    ['no secret', { connectionId: 'a', issuer: 'https://a.example', clientId: 'c' }, 'none'],
    ['secret', minimal, 'client_secret_basic'],
    ['32 bytes', { ...minimal, clientSecret: 'é'.repeat(16), clientAuthentication: 'client_secret_jwt' }, 'client_secret_jwt'],
  ])('authenticates by what it has: %s', (_name, input, expected) => {
    expect(parseConnection(input).clientAuthentication).toBe(expected)
  })

  it.each(['http://localhost:8080', 'http://127.0.0.1:3000/op', 'http://[::1]:3000', 'http://127.1.2.3'])(
    'may have an http issuer on loopback: %s',
    (issuer) => {
      expect(parseConnection({ ...minimal, issuer }).issuer).toBe(issuer)
    },
  )

  it('may use http elsewhere when that is asked for', () => {
    expect(parseConnection({ ...minimal, issuer: 'http://idp.test', allowInsecureRequests: true }).issuer).toBe('http://idp.test')
  })
})

describe('a connection that is wrong', () => {
  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['no id', { ...minimal, connectionId: undefined }, ['connectionId', 'name']],
    ['an empty id', { ...minimal, connectionId: '' }, ['connectionId', 'name']],
    ['a slash in the id', { ...minimal, connectionId: 'a/b' }, ['connectionId']],
    ['a star in the id', { ...minimal, connectionId: '*' }, ['connectionId']],
    ['dots alone as id', { ...minimal, connectionId: '..' }, ['connectionId']],
    ['a long id', { ...minimal, connectionId: 'a'.repeat(65) }, ['connectionId']],
    ['an id of another script', { ...minimal, connectionId: 'größe' }, ['connectionId']],
    ['a number as id', { ...minimal, connectionId: 7 }, ['connectionId', 'name']],
    ['a blank name', { ...minimal, name: ' ' }, ['name']],
    ['no client id', { ...explicit, clientId: undefined }, ['clientId']],
    ['a client id with a line end', { ...minimal, clientId: 'a\nb' }, ['clientId']],
    ['no issuer and no endpoints', { connectionId: 'a', clientId: 'c' }, ['issuer']],
    ['only one endpoint', { ...explicit, tokenEndpoint: undefined }, ['tokenEndpoint']],
    ['only the other endpoint', { ...explicit, authorizationEndpoint: undefined }, ['authorizationEndpoint']],
    ['http', { ...minimal, issuer: 'http://accounts.google.com' }, ['issuer']],
    ['http on a name that only looks like loopback', { ...minimal, issuer: 'http://localhost.evil.example' }, ['issuer']],
    ['http on an address that only looks like loopback', { ...minimal, issuer: 'http://127.0.0.1.evil.example' }, ['issuer']],
    ['another scheme', { ...minimal, issuer: 'ftp://a.example' }, ['issuer']],
    ['a relative URL', { ...explicit, tokenEndpoint: '/token' }, ['tokenEndpoint']],
    ['a fragment', { ...explicit, authorizationEndpoint: 'https://a.example/auth#x' }, ['authorizationEndpoint']],
    ['an empty fragment', { ...explicit, authorizationEndpoint: 'https://a.example/auth#' }, ['authorizationEndpoint']],
    ['user and password in the URL', { ...explicit, tokenEndpoint: 'https://u:p@a.example/token' }, ['tokenEndpoint']],
    ['a query in the issuer', { ...minimal, issuer: 'https://a.example?x=1' }, ['issuer']],
    ['white space in a URL', { ...minimal, issuer: ' https://a.example' }, ['issuer']],
    ['a tab in a URL', { ...minimal, issuer: 'https://a.exa\tmple' }, ['issuer']],
    ['an object as URL', { ...minimal, issuer: {} }, ['issuer']],
    ['an empty secret', { ...minimal, clientSecret: '' }, ['clientSecret']],
    ['a secret that is not set', { ...minimal, clientSecret: undefined }, ['clientSecret']],
    ['a secret with a line end', { ...minimal, clientSecret: 'abc\n' }, ['clientSecret']],
    ['no refresh a second', { ...minimal, maxRefreshesPerSecond: 0 }, ['maxRefreshesPerSecond']],
    ['half a refresh a second', { ...minimal, maxRefreshesPerSecond: 0.5 }, ['maxRefreshesPerSecond']],
    ['a word for refreshAhead', { ...minimal, refreshAhead: 'yes' }, ['refreshAhead']],
    ['a number as secret', { ...minimal, clientSecret: 5 }, ['clientSecret']],
    ['basic without secret', { ...minimal, clientSecret: undefined, clientAuthentication: 'client_secret_basic' }, ['clientSecret']],
    ['none with secret', { ...minimal, clientAuthentication: 'none' }, ['clientSecret']],
    ['a key wanted but not given', { ...minimal, clientAuthentication: 'private_key_jwt' }, ['clientSecret', 'privateKey']],
    ['an unknown method', { ...minimal, clientAuthentication: 'client_secret_digest' }, ['clientAuthentication']],
    [
      'a secret of 31 bytes for HS256',
      { ...minimal, clientSecret: 's'.repeat(31), clientAuthentication: 'client_secret_jwt' },
      ['clientSecret'],
    ],
    ['HS256 without secret', { ...minimal, clientSecret: undefined, clientAuthentication: 'client_secret_jwt' }, ['clientSecret']],
    [
      'a key that is none',
      { ...minimal, clientSecret: undefined, privateKey: 'abc', clientAuthentication: 'private_key_jwt' },
      ['privateKey'],
    ],
    ['properties that are a list', { ...minimal, defaultConnectionProperties: ['a'] }, ['defaultConnectionProperties']],
    ['a property that is no string', { ...minimal, defaultConnectionProperties: { max_age: 5 } }, ['defaultConnectionProperties.max_age']],
    ['a property with a strange name', { ...minimal, defaultConnectionProperties: { 'a b': 'c' } }, ['defaultConnectionProperties']],
    [
      'a property with a line end',
      { ...minimal, defaultConnectionProperties: { prompt: 'a\r\nb' } },
      ['defaultConnectionProperties.prompt'],
    ],
    ['an unknown rotation', { ...minimal, rotation: { kind: 'sometimes' } }, ['rotation']],
    ['a rotation that is a string', { ...minimal, rotation: 'strict' }, ['rotation']],
    ['grace without seconds', { ...minimal, rotation: { kind: 'grace' } }, ['rotation']],
    ['grace of no time', { ...minimal, rotation: { kind: 'grace', seconds: 0 } }, ['rotation']],
    ['grace of more than a day', { ...minimal, rotation: { kind: 'grace', seconds: 86_401 } }, ['rotation']],
    ['strict with seconds', { ...minimal, rotation: { kind: 'strict', seconds: 5 } }, ['rotation']],
    ['a lifetime of no time', { ...minimal, defaultLifetimeS: 0 }, ['defaultLifetimeS']],
    ['a lifetime that is no number', { ...minimal, defaultLifetimeS: Number.NaN }, ['defaultLifetimeS']],
    ['a lifetime as text', { ...minimal, defaultLifetimeS: '3600' }, ['defaultLifetimeS']],
    ['a negative validity', { ...minimal, minValidityMs: -1 }, ['minValidityMs']],
    ['a validity without end', { ...minimal, minValidityMs: Number.POSITIVE_INFINITY }, ['minValidityMs']],
    ['a truthy permission', { ...minimal, allowInsecureRequests: 'yes' }, ['allowInsecureRequests']],
  ])('is refused for %s', (_name, input, fields) => {
    expect(fieldsOf(input)).toEqual(fields)
  })

  it.each([null, undefined, 'google', 5, [], () => 1])('is refused when it is no object: %s', (input) => {
    expect(fieldsOf(input)).toEqual(['connection'])
  })

  it('names every bad field in one readable message', () => {
    const error = refusal({ connectionId: 'a b', tokenEndpoint: 'http://x.example', minValidityMs: -5, clientid: 'c' })
    expect(Object.keys(error.facts.fields ?? {}).sort()).toEqual(
      ['authorizationEndpoint', 'clientId', 'clientid', 'connectionId', 'minValidityMs', 'tokenEndpoint'].sort(),
    )
    expect(error.message).toMatch(/^The connection is wrong: .*`connectionId` must be .*; .*\.$/)
    for (const field of Object.keys(error.facts.fields ?? {})) expect(error.message).toContain(`\`${field}\``)
  })

  it.each([
    ['client_id', 'clientId'],
    ['clientID', 'clientId'],
    ['secret', undefined],
    ['clientSecrets', 'clientSecret'],
    ['tokenEndpont', 'tokenEndpoint'],
    ['jwks_uri', 'jwksUri'],
    ['issuer_', 'issuer'],
    ['frobnicate', undefined],
  ])('says what an unknown field was meant to be: %s', (field, meant) => {
    const hint = refusal({ ...minimal, [field]: 'x' }).facts.fields?.[field]
    expect(hint).toBe(meant === undefined ? 'is unknown' : `is unknown; did you mean \`${meant}\`?`)
  })

  it('says where scopes go', () => {
    expect(refusal({ ...minimal, scopes: ['a'] }).facts.fields?.['scopes']).toContain('defaultConnectionProperties')
  })

  it.each([
    'client_id',
    'client_secret',
    'redirect_uri',
    'state',
    'State',
    'response_type',
    'response_mode',
    'code_challenge',
    'code_challenge_method',
    'nonce',
    'request',
    'request_uri',
  ])('may not set the reserved property %s', (name) => {
    expect(fieldsOf({ ...minimal, defaultConnectionProperties: { [name]: 'x' } })).toEqual([`defaultConnectionProperties.${name}`])
  })

  it('never repeats a value, in whichever field a secret was put', () => {
    const canary = 'canary-9f2b-secret'
    const fields = [
      'connectionId',
      'name',
      'issuer',
      'authorizationEndpoint',
      'tokenEndpoint',
      'revocationEndpoint',
      'userinfoEndpoint',
      'jwksUri',
      'clientId',
      'clientSecret',
      'privateKey',
      'clientAuthentication',
      'defaultConnectionProperties',
      'rotation',
      'defaultLifetimeS',
      'minValidityMs',
      'allowInsecureRequests',
      'unknownField',
      canary,
    ]
    for (const field of fields) {
      for (const value of [canary, `https://${canary}@a.example/${canary}`, { [canary]: canary }, { kind: canary }, { scope: [canary] }]) {
        const error = refusal({ ...minimal, minValidityMs: -1, [field]: value })
        expect(`${error.message} ${JSON.stringify(error.facts)} ${error.stack} ${String(error.cause)}`, field).not.toContain(canary)
      }
    }
  })
})

describe('the private key of a connection', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])('may be PKCS#8 or JWK: %s', async (algorithm) => {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
    const base = { connectionId: 'a', issuer: 'https://a.example', clientId: 'c' }
    expect(parseConnection({ ...base, privateKey: await exportPKCS8(privateKey) }).clientAuthentication).toBe('private_key_jwt')
    const jwk = JSON.stringify({ ...(await exportJWK(privateKey)), alg: algorithm, kid: 'k1' })
    const connection = parseConnection({ ...base, privateKey: jwk })
    expect(connection.privateKey?.reveal()).toBe(jwk)
    expect(JSON.stringify(connection)).not.toContain('"d"')
  })

  it.each([
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', /openssl pkcs8/],
    ['-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----', /passphrase/],
    ['-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----', /no private key/],
    ['-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----', /damaged/],
    ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', /damaged/],
    ['-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----', /unsupported/],
    ['{"kty":"oct","k":"AAAA"}', /symmetric/],
    ['{"kty":"EC","crv":"P-256","x":"a","y":"b"}', /public/],
    ['{"kty":"EC","crv":"secp256k1","d":"a"}', /unsupported/],
    ['{"kty":"RSA","alg":"RSA-OAEP","d":"a"}', /unsupported/],
    ['{"kty":"RSA","alg":256,"d":"a"}', /unsupported/],
    ['{"kty":', /damaged JSON/],
    ['', /must be a string/],
  ])('is refused with what to do: %s', (privateKey, problem) => {
    const error = refusal({
      connectionId: 'a',
      issuer: 'https://a.example',
      clientId: 'c',
      clientAuthentication: 'private_key_jwt',
      privateKey,
    })
    expect(error.facts.fields?.['privateKey']).toMatch(problem)
  })

  it('needs the method said when there is a secret too', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    expect(fieldsOf({ ...minimal, privateKey: await exportPKCS8(privateKey) })).toEqual(['clientAuthentication'])
  })
})
