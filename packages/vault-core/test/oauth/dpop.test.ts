import { memoryStore } from '@holdfast/vault-store-memory'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, type JWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { type ConnectionInput, createVault, isVaultError, localKeyring, type Vault } from '../../src/index.js'
import { createDpopKeys } from '../../src/oauth/dpop-key.js'
import { manualClock } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'
import { explicitConnection, oauthRuntime, refreshThrough } from './oauth-runtime.js'

const API = 'https://api.example'
const TOKENS = { token_type: 'DPoP', expires_in: 3600, refresh_token: 'canary-refresh' }

interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly form: URLSearchParams
}

/** Provider and API behind an injected `fetch`, which do what `answers` says: they check no proof, the tests do. A real server is in the demo provider’s. */
function faultyBoundWorld(overrides: Partial<ConnectionInput> = {}) {
  const sent: Sent[] = []
  const answers: (Response | undefined)[] = []
  const world = vaultWorld({ dpop: true, apiOrigins: [API], ...overrides })
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { body, method = 'GET', headers } = init ?? {}
    const text = typeof body === 'string' || body instanceof URLSearchParams ? String(body) : ''
    sent.push({ url: String(input), method, headers: new Headers(headers), form: new URLSearchParams(text) })
    const own = answers.shift()
    if (own) return own
    return String(input).startsWith(API) ? new Response('fine') : Response.json({ ...TOKENS, access_token: `canary-access-${sent.length}` })
  }
  return {
    ...world,
    sent,
    answers,
    async connected(): Promise<Vault> {
      const vault = world.vault({ fetch })
      await world.connect(vault)
      sent.length = 0
      return vault
    },
  }
}

const wantsNonce = (nonce: string): Response =>
  Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': nonce } })
const apiWantsNonce = (nonce: string): Response =>
  new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"', 'dpop-nonce': nonce } })

/** The claims of a proof whose signature is right, and the thumbprint of the key in it. */
async function proofOf({ headers }: Pick<Sent, 'headers'>, now: Date) {
  const proof = headers.get('dpop') ?? ''
  const { payload } = await jwtVerify<{ nonce?: string; htu?: string }>(proof, EmbeddedJWK, { typ: 'dpop+jwt', currentDate: now })
  const { jwk, alg } = decodeProtectedHeader(proof)
  return { ...payload, alg, jkt: await calculateJwkThumbprint(jwk as JWK), isPrivate: 'd' in (jwk ?? {}) }
}

/** A connection of its own. */
const ROBOT = {
  connectionId: 'robot',
  tokenEndpoint: 'https://provider.example/token',
  clientId: 'robot',
  clientSecret: 'canary-client-secret',
  grant: { type: 'client_credentials' },
} as const

describe('a connection whose tokens are bound', () => {
  it('proves possession with every request, of one key for each credential', async () => {
    const { connected, sent, clock } = faultyBoundWorld()
    const vault = await connected()
    await vault.getCredentials(ALICE, { forceRefresh: true })
    await vault.fetch(ALICE, `${API}/files?q=1#part`, { method: 'POST', body: 'x', headers: { dpop: 'of the caller' } })
    const [refresh, call] = sent
    if (!refresh || !call) throw new TypeError('Nothing was sent.')
    const now = new Date(clock.now())
    const [ofRefresh, ofCall] = [await proofOf(refresh, now), await proofOf(call, now)]
    expect(ofRefresh).toMatchObject({ alg: 'ES256', htm: 'POST', htu: 'https://provider.example/token', isPrivate: false })
    expect(ofRefresh).not.toHaveProperty('ath')
    expect(ofRefresh.iat).toBe(Math.floor(clock.now() / 1000))
    const { accessToken } = await vault.getCredentials(ALICE)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken)))
    const ath = btoa(String.fromCharCode(...digest))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=/g, '')
    expect(ofCall).toMatchObject({ htm: 'POST', htu: `${API}/files`, ath, jkt: ofRefresh.jkt })
    expect(ofCall.jti).not.toBe(ofRefresh.jti)
    expect(call.headers.get('authorization')).toBe(`DPoP ${accessToken}`)
  })

  it('asks once more with the nonce that the provider wants, and uses it from then on', async () => {
    const { connected, sent, answers, clock, events } = faultyBoundWorld()
    const vault = await connected()
    answers.push(wantsNonce('nonce-1'))
    await vault.getCredentials(ALICE, { forceRefresh: true })
    await clock.advance(60_000)
    await vault.getCredentials(ALICE, { forceRefresh: true })
    const nonces = await Promise.all(sent.map(async (request) => (await proofOf(request, new Date(clock.now()))).nonce))
    expect(nonces).toEqual([undefined, 'nonce-1', 'nonce-1'])
    expect(events.filter(({ type }) => type === 'refresh_failed')).toEqual([])
  })

  it('asks no third time, and keeps the credential', async () => {
    const { connected, sent, answers, clock } = faultyBoundWorld()
    const vault = await connected()
    answers.push(wantsNonce('nonce-1'), wantsNonce('nonce-2'))
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(sent).toHaveLength(2)
    await clock.advance(3_600_000)
    expect((await vault.getCredentials(ALICE)).tokenType).toBe('DPoP')
  })

  it('sends nothing more once the lease is gone', async () => {
    const key = createDpopKeys(oauthRuntime(fetch))
    const dpopKey = await key.open(await key.generate(), 'drive')
    let isHeld = true
    let requests = 0
    const outcome = await refreshThrough(
      async () => {
        requests++
        isHeld = false
        return wantsNonce('nonce-1')
      },
      { connection: explicitConnection(), maySend: () => isHeld, dpopKey },
    )
    expect(requests).toBe(1)
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: true, reason: 'aborted' })
  })

  it.each([
    ['Bearer', { token_type: 'Bearer' }],
    ['no type', { token_type: undefined }],
  ])('takes no token that is not bound: %s', async (_what, change) => {
    const world = faultyBoundWorld()
    const vault = await world.connected()
    world.answers.push(Response.json({ ...TOKENS, ...change, access_token: 'canary-access-9' }))
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'provider_unavailable' })
    // The new refresh token is safe, and the old access token still lives.
    const { accessToken, tokenType } = await vault.getCredentials(ALICE)
    expect([accessToken, tokenType]).toEqual(['canary-access-1', 'DPoP'])
  })

  it('takes no bound token where it has no key', async () => {
    const { connected, answers } = faultyBoundWorld({ dpop: false })
    answers.push(Response.json({ ...TOKENS, access_token: 'canary-access-1' }))
    await expect(connected()).rejects.toMatchObject({ code: 'authorization_response_invalid' })
  })

  it('goes on as it began when the setting changes', async () => {
    const world = faultyBoundWorld()
    await world.connected()
    const { dpop: _dpop, ...connection } = world.connection
    const sent: Headers[] = []
    const later = world.vault({
      connections: [{ ...connection, apiTokenHeader: { name: 'X-Token' } }],
      fetch: async (input, init) => {
        sent.push(new Headers(init?.headers))
        return String(input).startsWith(API) ? new Response('fine') : Response.json({ ...TOKENS, access_token: 'canary-access-7' })
      },
    })
    await later.getCredentials(ALICE, { forceRefresh: true })
    await later.fetch(ALICE, API)
    expect(sent.map((headers) => headers.has('dpop'))).toEqual([true, true])
    expect(sent[1]?.get('authorization')).toBe('DPoP canary-access-7')
  })

  it('keeps the key sealed, and shows it nowhere', async () => {
    const { connected, store, clock } = faultyBoundWorld()
    const vault = await connected()
    const credentials = await vault.getCredentials(ALICE)
    const proof = await credentials.dpopProof({ method: 'GET', url: API })
    const { x } = decodeProtectedHeader(proof).jwk as JWK
    const row = await store.credentials.get({ tenant: 'default', accountId: 'default', ...ALICE })
    expect(row?.data).toContain('"sealedDpopKey":"')
    expect(row?.data).not.toContain(String(x))
    expect(JSON.stringify(credentials)).not.toContain('dpopKey')
    expect((await proofOf({ headers: new Headers({ dpop: proof }) }, new Date(clock.now()))).htu).toBe(`${API}/`)
  })

  it('is bound for a connection of its own, too', async () => {
    const clock = manualClock()
    const sent: Sent[] = []
    const vault = createVault({
      store: memoryStore({ clock: () => clock.now() }),
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: [{ ...ROBOT, dpop: true, apiOrigins: [API] }],
      clock,
      background: false,
      fetch: async (input, init) => {
        sent.push({ url: String(input), method: init?.method ?? 'GET', headers: new Headers(init?.headers), form: new URLSearchParams() })
        const { refresh_token: _refreshToken, ...tokens } = TOKENS
        return String(input).startsWith(API) ? new Response('fine') : Response.json({ ...tokens, access_token: 'canary-access-1' })
      },
    })
    await vault.fetch({ connectionId: 'robot' }, API)
    const [ofToken, ofCall] = await Promise.all(sent.map((request) => proofOf(request, new Date(clock.now()))))
    expect(ofCall?.jkt).toBe(ofToken?.jkt)
    await vault.close()
  })

  it('begins once a connection of its own says so, and is given up if the provider knows nothing of it', async () => {
    const store = memoryStore()
    const sent: Headers[] = []
    const typesOf = async (dpop: boolean, knowsDpop: boolean): Promise<unknown> => {
      const vault = createVault({
        store,
        keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
        connections: [{ ...ROBOT, dpop }],
        background: false,
        fetch: async (_input, init) => {
          sent.push(new Headers(init?.headers))
          const tokenType = knowsDpop && sent.at(-1)?.has('dpop') ? 'DPoP' : 'Bearer'
          return Response.json({ access_token: 'canary-access-1', token_type: tokenType, expires_in: 3600 })
        },
      })
      const asked = (): Promise<unknown> => vault.getCredentials({ connectionId: 'robot' }).then(({ tokenType }) => tokenType)
      return [await asked().catch(String), await asked().catch(String)]
    }
    expect(await typesOf(false, true)).toEqual(['Bearer', 'Bearer'])
    expect(await typesOf(true, false)).toEqual([expect.stringContaining('cannot be used'), expect.any(String)])
    expect(await typesOf(false, false)).toEqual(['Bearer', 'Bearer'])
    expect(await typesOf(true, true)).toEqual(['DPoP', 'DPoP'])
    // That other processes have it off still is no reason to begin again and again.
    expect(await typesOf(false, true)).toEqual(['DPoP', 'DPoP'])
    expect(sent).toHaveLength(4)
  })

  it.each<[string, Partial<ConnectionInput>]>([
    ['must be true or false', { dpop: 'yes' as unknown as boolean }],
    ['`apiTokenHeader`', { dpop: true, apiTokenHeader: { name: 'X-Token' } }],
    ['asks for no token', { dpop: true, grant: { type: 'api_key' } }],
  ])('refuses what does not go with it: %s', (problem, input) => {
    expect(() => explicitConnection(input)).toThrow(problem)
  })
})

describe('vault.fetch with a bound token', () => {
  it('sends a request once more with the nonce that the API wants, and uses it from then on', async () => {
    const { connected, sent, answers, clock } = faultyBoundWorld()
    const vault = await connected()
    answers.push(apiWantsNonce('nonce-1'))
    expect((await vault.fetch(ALICE, API, { method: 'POST', body: 'again' })).status).toBe(200)
    answers.push(new Response('fine', { headers: { 'dpop-nonce': 'nonce-2' } }))
    await vault.fetch(ALICE, API)
    await vault.fetch(ALICE, API)
    const nonces = await Promise.all(sent.map(async (request) => (await proofOf(request, new Date(clock.now()))).nonce))
    expect(nonces).toEqual([undefined, 'nonce-1', 'nonce-1', 'nonce-2'])
  })

  it('returns the second refusal, and does not refresh for it', async () => {
    const { connected, sent, answers } = faultyBoundWorld()
    const vault = await connected()
    answers.push(apiWantsNonce('nonce-1'), apiWantsNonce('nonce-2'))
    expect((await vault.fetch(ALICE, API)).status).toBe(401)
    expect(sent.map(({ url }) => new URL(url).origin)).toEqual([API, API])
  })

  it('does not send a stream twice', async () => {
    const { connected, sent, answers } = faultyBoundWorld()
    const vault = await connected()
    answers.push(apiWantsNonce('nonce-1'))
    const body = new Response('streamed').body
    expect((await vault.fetch(ALICE, API, { method: 'POST', body })).status).toBe(401)
    expect(sent).toHaveLength(1)
  })

  it('makes a proof for each hop within the API, and sends none elsewhere', async () => {
    const { connected, sent, answers, clock } = faultyBoundWorld()
    const vault = await connected()
    answers.push(
      new Response(null, { status: 307, headers: { location: `${API}/second` } }),
      new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/third' } }),
      new Response('fine'),
    )
    await vault.fetch(ALICE, `${API}/first`, { headers: { dpop: 'of the caller' } })
    const [first, second, third] = sent
    if (!first || !second || !third) throw new TypeError('Too little was sent.')
    const now = new Date(clock.now())
    expect([(await proofOf(first, now)).htu, (await proofOf(second, now)).htu]).toEqual([`${API}/first`, `${API}/second`])
    expect([third.headers.has('dpop'), third.headers.has('authorization')]).toEqual([false, false])
  })

  it('refreshes a bound token that the API refuses', async () => {
    const { connected, sent, answers, clock } = faultyBoundWorld()
    const vault = await connected()
    await clock.advance(60_000)
    answers.push(new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' } }))
    expect((await vault.fetch(ALICE, API)).status).toBe(200)
    expect(sent.map(({ url }) => new URL(url).origin)).toEqual([API, 'https://provider.example', API])
  })
})

describe('credentials with a bound token', () => {
  it('are refused to who can make no proof', async () => {
    const vault = await faultyBoundWorld().connected()
    await expect(vault.getCredentials(ALICE, { bearerOnly: true })).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { reason: 'token_bound_to_key' },
    })
  })

  it.each<[string, Record<string, unknown>]>([
    ['url', { method: 'GET', url: '/files' }],
    ['url', { method: 'GET', url: 'ftp://api.example' }],
    ['method', { method: 'GET it', url: API }],
    ['method', { url: API }],
  ])('make no proof for a wrong %s', async (field, request) => {
    const credentials = await (await faultyBoundWorld().connected()).getCredentials(ALICE)
    const refused = await credentials.dpopProof(request as never).catch((error: unknown) => error)
    expect(isVaultError(refused, 'invalid_request') && Object.keys(refused.facts.fields ?? {})).toEqual([field])
  })

  it('make no proof for a bearer token', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    await world.connect(vault)
    await expect((await vault.getCredentials(ALICE, { bearerOnly: true })).dpopProof({ method: 'GET', url: API })).rejects.toThrow(
      '`tokenType` is not `DPoP`',
    )
  })

  it('take no nonce into a header that can be none', async () => {
    const { connected, clock } = faultyBoundWorld()
    const credentials = await (await connected()).getCredentials(ALICE)
    const dpop = await credentials.dpopProof({ method: 'GET', url: API, nonce: 'a "quoted" one' })
    expect((await proofOf({ headers: new Headers({ dpop }) }, new Date(clock.now()))).nonce).toBeUndefined()
  })
})
