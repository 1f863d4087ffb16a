import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consentByHttp, type DemoProvider, startDemoProvider } from '../src/index.js'

const REDIRECT_URI = 'http://127.0.0.1:4321/connect/demo/callback'
let provider: DemoProvider

beforeAll(async () => {
  provider = await startDemoProvider()
})
afterAll(() => provider.close())

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token?: string
  readonly expires_in: number
  readonly scope?: string
  readonly error?: string
}

const basic = (): string => `Basic ${Buffer.from(`${provider.clientId}:${provider.clientSecret}`).toString('base64')}`
const post = (path: string, form: Record<string, string>): Promise<Response> =>
  fetch(provider.issuer + path, { method: 'POST', headers: { authorization: basic() }, body: new URLSearchParams(form) })
const refresh = async (refreshToken: string): Promise<Tokens> =>
  (await (await post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken })).json()) as Tokens
const askApi = (accessToken: string, path = 'files'): Promise<Response> =>
  fetch(new URL(path, provider.apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })

const addFile = (accessToken: string): Promise<Response> =>
  fetch(new URL('files?name=Notes.txt', provider.apiUrl), { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } })

function authorizationUrl(verifier: string, change: Record<string, string | undefined> = {}): string {
  const url = new URL('/auth', provider.issuer)
  const parameters = {
    client_id: provider.clientId,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid offline_access files.read',
    prompt: 'consent',
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...change,
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

async function connect(login: string, change: Record<string, string | undefined> = {}, scopes?: readonly string[]): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url')
  const callback = new URL(await consentByHttp(authorizationUrl(verifier, change), { login, ...(scopes && { scopes }) }))
  const code = callback.searchParams.get('code') ?? ''
  return (await (
    await post('/token', { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier })
  ).json()) as Tokens
}

describe('the demo provider', () => {
  it('gives a token for consent, and the API answers with that person’s files', async () => {
    const tokens = await connect('bob')
    expect(tokens.expires_in).toBe(60)
    expect(await (await askApi(tokens.access_token)).json()).toMatchObject({ owner: 'Bob Brandt', files: [{ id: 'b1' }, { id: 'b2' }] })
    expect(await (await askApi(tokens.access_token, 'me')).json()).toMatchObject({ sub: 'bob', email: 'bob@example.com' })
  })

  it('says who answered (RFC 9207), and sends state back', async () => {
    const callback = new URL(await consentByHttp(authorizationUrl('v'.repeat(43))))
    expect(callback.searchParams.get('iss')).toBe(provider.issuer)
    expect(callback.searchParams.get('state')).toBe('s')
    expect(callback.origin + callback.pathname).toBe(REDIRECT_URI)
  })

  it('answers a no with access_denied', async () => {
    const callback = new URL(await consentByHttp(authorizationUrl('v'.repeat(43)), { deny: true }))
    expect(callback.searchParams.get('error')).toBe('access_denied')
    expect(callback.searchParams.has('code')).toBe(false)
  })

  it('wants PKCE, with S256', async () => {
    for (const change of [{ code_challenge: undefined, code_challenge_method: undefined }, { code_challenge_method: 'plain' }]) {
      const callback = new URL(await consentByHttp(authorizationUrl('v'.repeat(43), change)))
      expect(callback.searchParams.get('error')).toBe('invalid_request')
    }
  })

  it('gives what the person allows of what was asked for, and says so', async () => {
    const narrow = await connect('alice', { scope: 'openid offline_access files.read files.write' }, ['files.read'])
    expect(narrow.scope?.split(' ').sort()).toEqual(['files.read', 'offline_access', 'openid'])
    expect((await addFile(narrow.access_token)).status).toBe(403)
    const whole = await connect('alice', { scope: 'openid offline_access files.read files.write' })
    const added = await addFile(whole.access_token)
    expect([added.status, JSON.stringify(await added.json())]).toEqual([201, expect.stringContaining('Notes.txt')])
  })

  it('keeps what the person allowed before, when that is asked for', async () => {
    const all = 'openid offline_access files.read files.write'
    await connect('carol', { scope: all })
    const alone = await connect('carol', { scope: 'openid files.read' })
    expect(alone.scope).toBe('openid files.read')
    const together = await connect('carol', { scope: 'openid files.read', include_granted_scopes: 'true' })
    expect(together.scope?.split(' ').sort()).toEqual(all.split(' ').sort())
    await provider.revokeGrantsOf('carol')
    expect((await connect('carol', { scope: 'openid files.read', include_granted_scopes: 'true' })).scope).toBe('openid files.read')
  })

  it('says at the userinfo endpoint who the person is', async () => {
    const { access_token } = await connect('bob', { scope: 'openid profile email' })
    const answer = await fetch(new URL('/me', provider.issuer), { headers: { authorization: `Bearer ${access_token}` } })
    expect(await answer.json()).toEqual({ sub: 'bob', name: 'Bob Brandt', email: 'bob@example.com' })
  })

  it('rotates refresh tokens; the old one, used again, ends the whole grant with its successors', async () => {
    const first = await connect('alice')
    const second = await refresh(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await askApi(second.access_token)).status).toBe(200)
    expect(await refresh(first.refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect(await refresh(second.refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect((await askApi(second.access_token)).status).toBe(401)
  })

  it('ends a grant by revocation, and all of a person’s on request', async () => {
    const revoked = await connect('alice')
    expect((await post('/token/revocation', { token: revoked.refresh_token })).status).toBe(200)
    expect((await askApi(revoked.access_token)).status).toBe(401)
    const others = await connect('carol')
    await provider.revokeGrantsOf('carol')
    expect((await askApi(others.access_token)).status).toBe(401)
    expect(await refresh(others.refresh_token)).toMatchObject({ error: 'invalid_grant' })
  })

  it('tells whether a grant still stands: after a rotation it does, after reuse it does not', async () => {
    const first = await connect('alice')
    const second = await refresh(first.refresh_token)
    expect(await provider.isGrantAlive(second.refresh_token)).toBe(true)
    await refresh(first.refresh_token)
    expect(await provider.isGrantAlive(second.refresh_token)).toBe(false)
    expect(await provider.isGrantAlive('nonsense')).toBe(false)
  })

  it('can hold back an answer after the tokens have rotated: who gives up has lost the grant', async () => {
    const { refresh_token: refreshToken } = await connect('alice')
    provider.delayTokenResponses(60_000)
    const before = provider.tokenRequests.length
    const impatient = new AbortController()
    const lost = fetch(`${provider.issuer}/token`, {
      method: 'POST',
      headers: { authorization: basic() },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
      signal: impatient.signal,
    })
    const given = expect(lost).rejects.toThrow()
    await expect.poll(() => provider.tokenRequests.length).toBe(before + 1)
    impatient.abort()
    await given
    provider.delayTokenResponses(0)
    expect(await refresh(refreshToken)).toMatchObject({ error: 'invalid_grant' })
  })

  it('lets somebody who is signed in use another account', async () => {
    const cookies = new Map<string, string>()
    const visit = async (url: string, form?: Record<string, string>): Promise<Response> => {
      const response = await fetch(new URL(url, provider.issuer), {
        redirect: 'manual',
        headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      })
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
        cookies.set(name, value)
      }
      const location = response.headers.get('location')
      return location?.startsWith('http://127.0.0.1:4321/') === false || location?.startsWith('/') ? visit(location) : response
    }
    const login = await (await visit(authorizationUrl('v'.repeat(43)))).text()
    const consent = await (await visit(/action="([^"]+login)"/.exec(login)?.[1] ?? '', { login: 'alice' })).text()
    expect(consent).toContain('Alice Alvarez')
    const again = await (await visit(/action="([^"]+switch)"/.exec(consent)?.[1] ?? '', {})).text()
    const other = await (await visit(/action="([^"]+login)"/.exec(again)?.[1] ?? '', { login: 'bob' })).text()
    expect(other).toContain('Bob Brandt')
  })

  it('says in the ID token who it is, as far as was asked', async () => {
    const claimsOf = async (scope: string): Promise<unknown> => {
      const { id_token: idToken = '' } = await connect('carol', { scope })
      return JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
    }
    expect(await claimsOf('openid profile email')).toMatchObject({ sub: 'carol', name: 'Carol Castell', email: 'carol@example.com' })
    expect(Object.keys((await claimsOf('openid')) as object)).not.toEqual(expect.arrayContaining(['name']))
  })

  it('lets scripts of any page ask the API with a token', async () => {
    const headers = {
      origin: 'https://app.example.com',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    const preflight = await fetch(new URL('files', provider.apiUrl), { method: 'OPTIONS', headers })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization'])
    const { access_token: accessToken } = await connect('bob')
    for (const answer of [preflight, await askApi(accessToken), await askApi('nonsense')]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    }
  })

  it('issues tokens with the lifetime that is set, and the API refuses them after it', async () => {
    provider.setAccessTokenTtl(1)
    const { access_token: accessToken, expires_in: expiresIn } = await connect('alice')
    provider.setAccessTokenTtl(60)
    expect(expiresIn).toBe(1)
    await expect.poll(async () => (await askApi(accessToken)).status).toBe(401)
  })

  it('gives no refresh token without offline_access, and no files without files.read', async () => {
    const tokens = await connect('alice', { scope: 'openid' })
    expect(tokens.refresh_token).toBeUndefined()
    expect((await askApi(tokens.access_token)).status).toBe(403)
  })

  it.each([
    ['no token', ''],
    ['another scheme', 'Basic abc'],
    ['garbage', 'Bearer not-a-token'],
    ['an empty token', 'Bearer '],
  ])('refuses %s at the API with invalid_token', async (_name, authorization) => {
    const answer = await fetch(new URL('files', provider.apiUrl), { headers: authorization ? { authorization } : {} })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
  })

  it('notes down each token request without anything secret', async () => {
    const before = provider.tokenRequests.length
    const { refresh_token: refreshToken } = await connect('alice')
    await refresh(refreshToken)
    await refresh('nonsense')
    expect(provider.tokenRequests.slice(before)).toMatchObject([
      { grantType: 'authorization_code', ok: true },
      { grantType: 'refresh_token', ok: true },
      { grantType: 'refresh_token', ok: false, error: 'invalid_grant' },
    ])
    expect(JSON.stringify(provider.tokenRequests)).not.toContain(refreshToken)
  })

  it('shows pages that load nothing from elsewhere', async () => {
    const entry = await fetch(authorizationUrl('v'.repeat(43)), { redirect: 'manual' })
    const cookie = entry.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const page = await fetch(new URL(entry.headers.get('location') ?? '', provider.issuer), { headers: { cookie } })
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).not.toMatch(/(?:src|href)=/)
  })
})
