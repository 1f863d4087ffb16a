import { describe, expect, it } from 'vitest'
import { ALICE } from '../fixtures/vault-world.js'
import { API, faultyApi, redirectTo } from './faulty-api.js'

const HOUR = 3_600_000

/** What was sent in the token's header, in order. */
const authorizations = (sent: readonly { readonly headers: Readonly<Record<string, string>> }[]): readonly (string | undefined)[] =>
  sent.map(({ headers }) => headers.authorization)

const unauthorized = (challenge?: string): Response =>
  new Response('refused', { status: 401, ...(challenge !== undefined && { headers: { 'www-authenticate': challenge } }) })

describe('vault.fetch', () => {
  it('sends the token to an API origin, with all that the caller sends', async () => {
    const api = faultyApi()
    const vault = await api.connected()
    const response = await vault.fetch(ALICE, `${API}/files?q=a%2Fb`, {
      method: 'post',
      headers: { 'x-other': 'kept', authorization: 'Bearer mine' },
      body: 'text',
    })
    expect([response.status, await response.text()]).toEqual([200, 'fine'])
    expect(api.sent).toMatchObject([
      {
        url: `${API}/files?q=a%2Fb`,
        method: 'POST',
        headers: { authorization: 'Bearer canary-access-1', 'x-other': 'kept' },
        body: 'text',
        isGuarded: true,
      },
    ])
  })

  it('takes a URL and a Request, whose parts `init` replaces', async () => {
    const api = faultyApi()
    const vault = await api.connected()
    await vault.fetch(ALICE, new URL(`${API}/a`))
    const request = new Request(`${API}/b`, { method: 'PUT', body: 'of the request', headers: { 'x-a': '1' } })
    await vault.fetch(ALICE, request.clone())
    await vault.fetch(ALICE, request, { method: 'PATCH', body: 'of init', headers: { 'x-b': '2' } })
    expect(api.sent.map(({ url, method, body }) => [url, method, body])).toEqual([
      [`${API}/a`, 'GET', ''],
      [`${API}/b`, 'PUT', 'of the request'],
      [`${API}/b`, 'PATCH', 'of init'],
    ])
    expect(api.sent.map(({ headers }) => [headers['x-a'], headers['x-b']])).toEqual([
      [undefined, undefined],
      ['1', undefined],
      [undefined, '2'],
    ])
  })

  it('refreshes a token that has ended before it sends anything', async () => {
    const api = faultyApi()
    const vault = await api.connected()
    await api.clock.advance(2 * HOUR)
    await vault.fetch(ALICE, API)
    expect(authorizations(api.sent)).toEqual(['Bearer canary-access-2'])
  })

  it.each<[string, NonNullable<Parameters<typeof faultyApi>[1]>['apiTokenHeader'], string, string]>([
    ['another header', { name: 'X-Access-Token' }, 'x-access-token', 'canary-access-1'],
    ['another header with a word', { name: 'X-Auth', prefix: 'token' }, 'x-auth', 'token canary-access-1'],
    ['another word', { name: 'Authorization', prefix: 'Zoho-oauthtoken' }, 'authorization', 'Zoho-oauthtoken canary-access-1'],
    ['the usual header, named', { name: 'AUTHORIZATION' }, 'authorization', 'Bearer canary-access-1'],
  ])('writes the token as the API wants it: %s', async (_what, apiTokenHeader, name, value) => {
    const api = faultyApi(undefined, apiTokenHeader ? { apiTokenHeader } : {})
    const vault = await api.connected()
    await vault.fetch(ALICE, API, { headers: { [name]: 'of the caller' } })
    expect(api.sent[0]?.headers[name]).toBe(value)
    expect(JSON.stringify(api.sent[0]?.headers).match(/canary-access/g)).toHaveLength(1)
  })

  it.each(['host', 'connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'content-length'])(
    'leaves the header %s to the HTTP client',
    async (name) => {
      const api = faultyApi()
      const vault = await api.connected()
      await vault.fetch(ALICE, API, { method: 'POST', headers: { [name]: '5' }, body: 'text' })
      expect(Object.keys(api.sent[0]?.headers ?? {})).not.toContain(name)
    },
  )

  it('tells who asks, as `getCredentials` does, and throws what that throws', async () => {
    const api = faultyApi()
    const vault = await api.connected()
    const actor = { kind: 'system', id: 'job-1' } as const
    await vault.fetch({ ...ALICE, actor }, API)
    expect(api.events.at(-1)).toMatchObject({ type: 'accessed', actor, userId: 'alice' })
    await expect(vault.fetch({ ...ALICE, userId: 'nobody' }, API)).rejects.toMatchObject({ code: 'credential_not_found' })
    await expect(vault.fetch({ ...ALICE, requiredScopes: ['files.write'] }, API)).rejects.toMatchObject({
      code: 'insufficient_scope',
      facts: { missingScopes: ['files.write'] },
    })
    expect(api.sent).toHaveLength(1)
  })

  it('fails once the vault is closed', async () => {
    const api = faultyApi()
    const vault = await api.connected()
    await vault.close()
    await expect(vault.fetch(ALICE, API)).rejects.toMatchObject({ code: 'store_unavailable', facts: { reason: 'closed' } })
  })

  it('ends with its signal, before the token and while it waits', async () => {
    const api = faultyApi(() => new Response(null, { status: 429, headers: { 'retry-after': '30' } }))
    const vault = await api.connected()
    await expect(vault.fetch(ALICE, API, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
    expect(api.sent).toHaveLength(0)
    const caller = new AbortController()
    const waiting = vault.fetch({ ...ALICE, retry: { maxWaitMs: 60_000 } }, new Request(API, { signal: caller.signal }))
    waiting.catch(() => undefined)
    await api.clock.advance(1_000)
    expect(api.sent).toHaveLength(1)
    caller.abort(new Error('while waiting'))
    await expect(waiting).rejects.toThrow('while waiting')
    expect(api.sent).toHaveLength(1)
  })
})

describe('an origin that is not declared', () => {
  it.each([
    'https://api.example.evil.example/',
    'https://evil.example/https://api.example/',
    'http://api.example/',
    'https://api.example:8443/',
    'https://sub.api.example/',
    'https://127.0.0.1/',
    'https://xn--pi-wia.example/',
    '//api.example/',
    '/v1/me',
    'https://user:canary-password@api.example/',
    'https://api.example@evil.example/',
    'ftp://api.example/',
    'data:text/plain,x',
    'javascript:alert(1)',
    '',
  ])('is refused before a token is fetched: %s', async (url) => {
    const api = faultyApi()
    const vault = await api.connected()
    await api.clock.advance(2 * HOUR)
    const before = api.events.length
    const error = await vault.fetch(ALICE, url).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_request', facts: { fields: { input: expect.any(String) } } })
    expect(String(error)).not.toContain('canary')
    expect([api.sent, api.provider.refreshes(), api.events.slice(before)]).toEqual([[], 0, []])
  })

  it('is every origin, for a connection that declares none', async () => {
    const api = faultyApi(undefined, { apiOrigins: [] })
    const vault = await api.connected()
    await expect(vault.fetch(ALICE, API)).rejects.toMatchObject({ code: 'invalid_configuration', facts: { reason: 'no_api_origin' } })
    await expect(vault.fetch({ ...ALICE, connectionId: 'other' }, API)).rejects.toMatchObject({ code: 'connection_not_found' })
    expect(api.sent).toEqual([])
  })

  it('is none that differs in writing alone', async () => {
    const api = faultyApi()
    const vault = await api.connected()
    for (const url of ['HTTPS://API.EXAMPLE/a', 'https://api.example:443/a', 'https:\\\\api.example\\a', 'https:api.example/a'])
      await vault.fetch(ALICE, url)
    expect(api.sent.map(({ url }) => url)).toEqual(Array.from({ length: 4 }, () => `${API}/a`))
  })
})

describe('arguments that are wrong', () => {
  it.each<[string, Parameters<Awaited<ReturnType<ReturnType<typeof faultyApi>['connected']>>['fetch']>, string]>([
    ['a method with a line end', [ALICE, API, { method: 'GET\r\nx: canary' }], 'method'],
    ['TRACE, which brings the headers back', [ALICE, API, { method: 'trace' }], 'method'],
    ['CONNECT', [ALICE, API, { method: 'CONNECT' }], 'method'],
    ['a header with a line end', [ALICE, API, { headers: { 'x-a': 'canary-secret\r\nx-b: 1' } }], 'headers'],
    ['no patience', [{ ...ALICE, retry: { maxWaitMs: -1 } }, API], 'retry'],
    ['no user', [{ connectionId: 'drive', userId: '' }, API], 'userId'],
  ])('are refused by name, without their values: %s', async (_what, args, field) => {
    const api = faultyApi()
    const vault = await api.connected()
    const error = await vault.fetch(...args).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_request', facts: { fields: { [field]: expect.any(String) } } })
    expect(JSON.stringify([String(error), error])).not.toContain('canary')
    expect(api.sent).toEqual([])
  })
})

describe('a token that the API refuses', () => {
  it.each([
    ['no challenge', undefined],
    ['a challenge without an error', 'Bearer realm="api"'],
    ['invalid_token', 'Bearer realm="api", error="invalid_token", error_description="expired"'],
    ['invalid_token without quotes', 'Bearer error=invalid_token'],
  ])('is refreshed, and the request repeated once: %s', async (_what, challenge) => {
    const api = faultyApi(({ headers }) =>
      headers.authorization === 'Bearer canary-access-1' ? unauthorized(challenge) : new Response('fine'),
    )
    const vault = await api.connected()
    await api.clock.advance(60_000)
    const response = await vault.fetch(ALICE, API, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })
    expect([response.status, await response.text()]).toEqual([200, 'fine'])
    expect(authorizations(api.sent)).toEqual(['Bearer canary-access-1', 'Bearer canary-access-2'])
    expect(api.sent.map(({ body }) => body)).toEqual(['a=b+c', 'a=b+c'])
  })

  it.each(['insufficient_scope', 'invalid_request', 'use_dpop_nonce'])('is not, when the error is %s', async (error) => {
    const api = faultyApi(() => unauthorized(`Bearer error="${error}"`))
    const vault = await api.connected()
    await api.clock.advance(60_000)
    expect((await vault.fetch(ALICE, API)).status).toBe(401)
    expect([api.sent.length, api.provider.refreshes()]).toEqual([1, 0])
  })

  it('twice is returned', async () => {
    const api = faultyApi(() => unauthorized())
    const vault = await api.connected()
    await api.clock.advance(60_000)
    const response = await vault.fetch(ALICE, API)
    expect([response.status, await response.text()]).toEqual([401, 'refused'])
    expect(authorizations(api.sent)).toEqual(['Bearer canary-access-1', 'Bearer canary-access-2'])
  })

  it('and is a few seconds old is not refreshed for it: the answer is returned whole', async () => {
    const api = faultyApi(() => unauthorized())
    const vault = await api.connected()
    const response = await vault.fetch(ALICE, API)
    expect([response.status, await response.text()]).toEqual([401, 'refused'])
    expect([api.sent.length, api.provider.refreshes()]).toEqual([1, 0])
  })

  it('by many at once costs one refresh', async () => {
    const api = faultyApi(({ headers }) => (headers.authorization === 'Bearer canary-access-1' ? unauthorized() : new Response()))
    const vault = await api.connected()
    await api.clock.advance(60_000)
    const answers = await Promise.all(Array.from({ length: 20 }, () => vault.fetch(ALICE, API)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(api.provider.refreshes()).toBe(1)
  })

  it.each<[string, () => RequestInit]>([
    ['a stream', () => ({ body: new Blob(['streamed']).stream(), duplex: 'half' }) as RequestInit],
    ['the body of a Request', () => ({})],
  ])('is returned when the body was %s', async (_what, init) => {
    const api = faultyApi(() => unauthorized())
    const vault = await api.connected()
    await api.clock.advance(60_000)
    const input = 'body' in init() ? API : new Request(API, { method: 'POST', body: 'streamed' })
    const response = await vault.fetch(ALICE, input, { method: 'POST', ...init() })
    expect([response.status, await response.text()]).toEqual([401, 'refused'])
    expect(api.sent.map(({ body }) => body)).toEqual(['streamed'])
    expect(api.provider.refreshes()).toBe(0)
  })

  it.each<[string, () => BodyInit, string]>([
    ['text', () => 'text', 'text'],
    ['bytes', () => new TextEncoder().encode('bytes'), 'bytes'],
    ['a buffer', () => new TextEncoder().encode('buffer').buffer, 'buffer'],
    ['a Blob', () => new Blob(['blob']), 'blob'],
  ])('is sent another one with the same body: %s', async (_what, body, text) => {
    const api = faultyApi((_sent, times) => (times === 1 ? unauthorized() : new Response()))
    const vault = await api.connected()
    await api.clock.advance(60_000)
    await vault.fetch(ALICE, API, { method: 'PUT', body: body() })
    expect(api.sent.map((sent) => sent.body)).toEqual([text, text])
  })

  it('and cannot be replaced throws why', async () => {
    const api = faultyApi(() => unauthorized())
    const vault = await api.connected()
    await api.clock.advance(60_000)
    api.provider.failNext({ when: 'before', respond: () => Response.json({ error: 'invalid_grant' }, { status: 400 }) })
    await expect(vault.fetch(ALICE, API)).rejects.toMatchObject({ code: 'reauthorization_required', facts: { reason: 'revoked' } })
  })
})

describe('an API that asks to wait', () => {
  const busy = (status: number, retryAfter?: string): Response =>
    new Response('busy', { status, ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }) })

  it.each([429, 503])('is asked once more after it, if that is wanted: %i', async (status) => {
    const api = faultyApi((_sent, times) => (times === 1 ? busy(status, '7') : new Response('fine')))
    const vault = await api.connected()
    const startMs = api.clock.monotonic()
    const asking = vault.fetch({ ...ALICE, retry: { maxWaitMs: 10_000 } }, API, { method: 'POST', body: 'text' })
    await api.clock.advance(6_999)
    expect(api.sent).toHaveLength(1)
    await api.clock.advance(1)
    expect(await (await asking).text()).toBe('fine')
    expect(api.clock.monotonic() - startMs).toBe(7_000)
    expect(api.sent.map(({ body }) => body)).toEqual(['text', 'text'])
  })

  it('as a date is understood, and the token is asked for anew', async () => {
    const api = faultyApi((_sent, times) =>
      times === 1 ? busy(503, new Date(api.clock.now() + 2 * HOUR).toUTCString()) : new Response('fine'),
    )
    const vault = await api.connected()
    const asking = vault.fetch({ ...ALICE, retry: { maxWaitMs: HOUR } }, API)
    // An hour is the longest that is believed.
    await api.clock.advance(HOUR)
    expect(await (await asking).text()).toBe('fine')
    expect(authorizations(api.sent)).toEqual(['Bearer canary-access-1', 'Bearer canary-access-2'])
  })

  it.each<[string, number | undefined, Response]>([
    ['nobody wants to wait', undefined, busy(429, '1')],
    ['it asks for longer', 10_000, busy(429, '11')],
    ['it does not say how long', 10_000, busy(429)],
    ['what it says is no time', 10_000, busy(429, 'later')],
    ['the status is another', 10_000, busy(500, '1')],
  ])('is left alone when %s', async (_why, maxWaitMs, answer) => {
    const api = faultyApi(() => answer)
    const vault = await api.connected()
    const response = await vault.fetch({ ...ALICE, ...(maxWaitMs !== undefined && { retry: { maxWaitMs } }) }, API)
    expect([response.status, await response.text()]).toEqual([answer.status, 'busy'])
    expect(api.sent).toHaveLength(1)
  })

  it('again and again is believed until the patience is used up, and 0 is a second', async () => {
    const api = faultyApi(() => busy(429, '0'))
    const vault = await api.connected()
    const asking = vault.fetch({ ...ALICE, retry: { maxWaitMs: 5_500 } }, API)
    await api.clock.advance(60_000)
    expect((await asking).status).toBe(429)
    expect(api.sent).toHaveLength(6)
  })

  it('is left alone when the body was a stream', async () => {
    const api = faultyApi(() => busy(429, '1'))
    const vault = await api.connected()
    const init = { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' } as RequestInit
    expect((await vault.fetch({ ...ALICE, retry: { maxWaitMs: 10_000 } }, API, init)).status).toBe(429)
    expect(api.sent).toHaveLength(1)
  })
})

describe('an answer that sends the token back', () => {
  it('in a header comes without that header', async () => {
    const api = faultyApi(
      ({ headers }) => new Response('fine', { status: 201, headers: { 'x-echo': headers.authorization ?? '', 'x-other': 'kept' } }),
    )
    const vault = await api.connected()
    const response = await vault.fetch(ALICE, API)
    expect([response.status, await response.text()]).toEqual([201, 'fine'])
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-other': 'kept' })
    expect(response.headers.has('x-echo')).toBe(false)
  })

  it('comes whole whatever language its reason is in, and without a reason that has the token in it', async () => {
    const reasons = ['Не авторизован', (token: string) => `Bad token ${token}`]
    const api = faultyApi(({ headers }) => {
      const token = headers.authorization ?? ''
      const reason = reasons.shift() ?? ''
      const response = new Response('fine', { status: 403, headers: { 'x-echo': token } })
      return Object.defineProperty(response, 'statusText', { value: typeof reason === 'string' ? reason : reason(token) })
    })
    const vault = await api.connected()
    const [first, second] = [await vault.fetch(ALICE, API), await vault.fetch(ALICE, API)]
    expect([first.status, first.statusText, await first.text()]).toEqual([403, 'Не авторизован', 'fine'])
    expect([second.status, second.statusText]).toEqual([403, ''])
  })

  it('in a redirect is not followed', async () => {
    const api = faultyApi(({ headers }) => redirectTo(`https://elsewhere.example/?t=${headers.authorization?.slice(7)}`))
    const vault = await api.connected()
    const error = await vault.fetch(ALICE, API).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_request', facts: { reason: 'redirect_refused' } })
    expect(String(error)).not.toContain('canary')
    expect(api.sent).toHaveLength(1)
  })
})
