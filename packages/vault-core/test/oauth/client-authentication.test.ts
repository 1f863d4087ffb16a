import { exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { manualClock } from '../fixtures/manual-clock.js'
import { faultyTokenEndpoint, jsonAnswer, type SeenRequest } from './faulty-token-endpoint.js'
import { type ConnectionOverrides, explicitConnection, refreshThrough } from './oauth-runtime.js'

const NOW_MS = 1_800_000_000_000

async function requestOf(overrides: ConnectionOverrides): Promise<SeenRequest> {
  const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, { access_token: 'at', token_type: 'Bearer' }))
  const outcome = await refreshThrough(endpoint.fetch, { connection: explicitConnection(overrides), clock: manualClock(NOW_MS) })
  expect(outcome.kind).toBe('answered')
  const [request] = endpoint.requests
  if (!request) throw new Error('Nothing was sent.')
  return request
}

/** As a server reads it (RFC 6749, section 2.3.1). */
function basicOf(request: SeenRequest): readonly string[] {
  const encoded = atob((request.headers.get('authorization') ?? '').replace(/^Basic /, ''))
  return encoded.split(':').map((part) => new URLSearchParams(`x=${part}`).get('x') ?? '')
}

describe('client authentication', () => {
  it.each(['plain', 's:%+é', 'a b&c=d', '100% über-geheim!', "-_.~*'()", '😀'])(
    'by Basic carries any secret whole: %s',
    async (clientSecret) => {
      const request = await requestOf({ clientId: 'client:1/x', clientSecret })
      expect(basicOf(request)).toEqual(['client:1/x', clientSecret])
      expect([...request.form.keys()].sort()).toEqual(['grant_type', 'refresh_token'])
    },
  )

  it('by Basic leaves common characters as they are, for servers that do not decode', async () => {
    const request = await requestOf({ clientId: '123-abc_d.apps.example', clientSecret: 'GOCSPX-a_b.c' })
    expect(atob((request.headers.get('authorization') ?? '').replace('Basic ', ''))).toBe('123-abc_d.apps.example:GOCSPX-a_b.c')
  })

  it('by post puts both into the form, and nothing into the URL or the header', async () => {
    const request = await requestOf({ clientAuthentication: 'client_secret_post', clientSecret: 's:%+é' })
    expect(request.form.get('client_id')).toBe('client-1')
    expect(request.form.get('client_secret')).toBe('s:%+é')
    expect(request.headers.has('authorization')).toBe(false)
    expect(request.url).toBe('https://provider.example/token')
  })

  it('of a public client is its id alone', async () => {
    const request = await requestOf({ clientSecret: undefined })
    expect(request.form.get('client_id')).toBe('client-1')
    expect(request.form.has('client_secret')).toBe(false)
    expect(request.headers.has('authorization')).toBe(false)
  })

  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])('by a signed assertion: %s', async (algorithm) => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
    const jwk = JSON.stringify({ ...(await exportJWK(privateKey)), alg: algorithm, use: 'sig', key_ops: ['sign'], kid: 'k1' })
    const request = await requestOf({ clientSecret: undefined, privateKey: jwk })
    expect(request.form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    const { payload, protectedHeader } = await jwtVerify(request.form.get('client_assertion') ?? '', publicKey, {
      issuer: 'client-1',
      subject: 'client-1',
      audience: 'https://provider.example/token',
      currentDate: new Date(NOW_MS),
    })
    expect(protectedHeader.kid).toBe('k1')
    expect(payload.jti).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
  })

  it('by a signed assertion takes PKCS#8, and names the issuer where it is known', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const request = await requestOf({
      clientSecret: undefined,
      privateKey: await exportPKCS8(privateKey),
      issuer: 'https://provider.example',
    })
    const assertion = request.form.get('client_assertion') ?? ''
    await expect(
      jwtVerify(assertion, publicKey, { audience: 'https://provider.example', currentDate: new Date(NOW_MS) }),
    ).resolves.toMatchObject({
      payload: { sub: 'client-1' },
    })
  })

  it.each([
    [undefined, 'https://provider.example/token'],
    ['https://provider.example', 'https://provider.example'],
  ])('by an assertion under the secret signs with HS256, and sends the secret nowhere: issuer %s', async (issuer, audience) => {
    const clientSecret = 'canary-secret-of-more-than-32-bytes-é'
    const request = await requestOf({ clientAuthentication: 'client_secret_jwt', clientSecret, issuer })
    expect(request.form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    const key = new TextEncoder().encode(clientSecret)
    const { payload, protectedHeader } = await jwtVerify(request.form.get('client_assertion') ?? '', key, {
      issuer: 'client-1',
      subject: 'client-1',
      audience,
      algorithms: ['HS256'],
      currentDate: new Date(NOW_MS),
    })
    expect(protectedHeader.alg).toBe('HS256')
    expect(payload.jti).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
    expect(`${request.url} ${request.form} ${JSON.stringify([...request.headers])}`).not.toContain('canary-secret')
  })

  it('by a secret that is too short for a refresh request of its own sends nothing', async () => {
    const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, {}))
    const connection = explicitConnection({
      clientSecret: 'canary-short',
      refreshRequest: { clientAuthentication: 'client_secret_jwt' },
    })
    const outcome = await refreshThrough(endpoint.fetch, { connection })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: true, reason: 'configuration', cause: { code: 'invalid_configuration' } })
    expect(endpoint.requests).toEqual([])
    if (outcome.kind === 'no_answer') expect(`${outcome.cause} ${JSON.stringify(outcome)}`).not.toContain('canary')
  })

  it('by a key that only looks like one sends nothing, and does not show the key', async () => {
    const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, {}))
    const privateKey = '{"kty":"EC","crv":"P-256","x":"canary","y":"canary","d":"canary"}'
    const outcome = await refreshThrough(endpoint.fetch, { connection: explicitConnection({ clientSecret: undefined, privateKey }) })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: true, reason: 'configuration', cause: { code: 'invalid_configuration' } })
    expect(endpoint.requests).toEqual([])
    if (outcome.kind === 'no_answer') expect(`${outcome.cause} ${JSON.stringify(outcome)}`).not.toContain('canary')
  })
})

describe('client authentication by certificate', () => {
  const withCertificate = { clientSecret: undefined, clientAuthentication: 'tls_client_auth' } as const

  it('goes by the `fetch` that shows it, with the client id alone', async () => {
    const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, { access_token: 'at', token_type: 'Bearer' }))
    const outcome = await refreshThrough(() => Promise.reject(new TypeError('The other fetch was used.')), {
      connection: explicitConnection({ ...withCertificate, hooks: { fetchWithCertificate: endpoint.fetch } }),
    })
    expect(outcome.kind).toBe('answered')
    const [request] = endpoint.requests
    expect(request?.form.get('client_id')).toBe('client-1')
    expect([request?.headers.has('authorization'), request?.form.has('client_secret')]).toEqual([false, false])
  })

  it.each<[string, ConnectionOverrides, string]>([
    ['no such fetch', withCertificate, '`hooks` lacks `fetchWithCertificate`'],
    ['a fetch for nothing', { hooks: { fetchWithCertificate: fetch } }, '`hooks` has `fetchWithCertificate`, which only'],
    [
      'a fetch that is none',
      { ...withCertificate, hooks: { fetchWithCertificate: 'cert.pem' as unknown as typeof fetch } },
      '`hooks.fetchWithCertificate` must be a function',
    ],
    [
      'a secret besides',
      { ...withCertificate, clientSecret: 's', hooks: { fetchWithCertificate: fetch } },
      'does not use it: leave it out',
    ],
  ])('is refused with %s', (_what, overrides, problem) => {
    expect(() => explicitConnection(overrides)).toThrow(problem)
  })
})
