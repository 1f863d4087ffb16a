import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VaultError } from '../../src/errors.js'
import { MAX_BODY_BYTES } from '../../src/oauth/read-body.js'
import { faultyTokenEndpoint, jsonAnswer, networkFailure } from './faulty-token-endpoint.js'
import { connectionOf, explicitConnection, REFRESH_TOKEN, refreshThrough } from './oauth-runtime.js'

const tokens = { access_token: 'at', refresh_token: 'rt-2', token_type: 'Bearer', expires_in: 60 }

function text(status: number, body: string | null, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers })
}

describe('a refresh request', () => {
  it('is one form post to the token endpoint, and follows no redirect', async () => {
    const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, tokens))
    const outcome = await refreshThrough(endpoint.fetch)
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, response: { tokenType: 'Bearer', expiresInS: 60, problems: [] } })
    if (outcome.kind === 'answered') expect(outcome.response.refreshToken?.reveal()).toBe('rt-2')
    expect(endpoint.requests).toHaveLength(1)
    const [request] = endpoint.requests
    expect(request).toMatchObject({ url: 'https://provider.example/token', method: 'POST', redirect: 'manual' })
    expect(request?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
    expect(request?.headers.get('accept')).toBe('application/json')
    expect(Object.fromEntries(request?.form ?? [])).toEqual({ grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN })
  })

  it('keeps the query that the endpoint has', async () => {
    const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, tokens))
    await refreshThrough(endpoint.fetch, { connection: explicitConnection({ tokenEndpoint: 'https://provider.example/token?version=2' }) })
    expect(endpoint.requests[0]?.url).toBe('https://provider.example/token?version=2')
  })
})

describe('an answer of the token endpoint', () => {
  it.each<[string, () => Response, object]>([
    ['tokens with status 201', () => jsonAnswer(201, tokens), { kind: 'answered', status: 201 }],
    ['tokens as text/html', () => text(200, JSON.stringify(tokens), { 'content-type': 'text/html' }), { kind: 'answered' }],
    ['tokens after a byte order mark', () => text(200, `\ufeff${JSON.stringify(tokens)}`), { kind: 'answered' }],
    ['no tokens', () => jsonAnswer(200, { ok: true }), { kind: 'answered', response: { accessToken: undefined } }],
    [
      'an error inside a 200',
      () => jsonAnswer(200, { error: 'bad_verification_code' }),
      { kind: 'refused', status: 200, error: 'bad_verification_code' },
    ],
    [
      'an error inside a 200, in the manner of Slack',
      () => jsonAnswer(200, { ok: false, error: 'invalid_refresh_token' }),
      { kind: 'refused', error: 'invalid_refresh_token' },
    ],
    [
      'an error beside a token',
      () => jsonAnswer(200, { ...tokens, error: 'odd' }),
      { kind: 'answered', response: { problems: [{ field: 'body', fatal: true }] } },
    ],
    ['an empty error beside tokens', () => jsonAnswer(200, { ...tokens, error: '' }), { kind: 'answered', response: { problems: [] } }],
    [
      'invalid_grant',
      () => jsonAnswer(400, { error: 'invalid_grant' }),
      { kind: 'refused', status: 400, error: 'invalid_grant', retryAfterMs: undefined },
    ],
    [
      'invalid_client',
      () => jsonAnswer(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic' }),
      { kind: 'refused', status: 401, error: 'invalid_client' },
    ],
    ['an error with status 500', () => jsonAnswer(500, { error: 'server_error' }), { kind: 'refused', status: 500, error: 'server_error' }],
    [
      'an error that is an object',
      () => jsonAnswer(400, { error: { code: 190, message: 'canary' } }),
      { kind: 'refused', error: 'unknown_error' },
    ],
    [
      'an error with a token beside it, but refused',
      () => jsonAnswer(400, { ...tokens, error: 'invalid_grant' }),
      { kind: 'refused', error: 'invalid_grant' },
    ],
    ['429', () => jsonAnswer(429, { error: 'slow_down' }, { 'retry-after': '7' }), { kind: 'refused', status: 429, retryAfterMs: 7_000 }],
    [
      '503 as HTML',
      () => text(503, '<html>', { 'retry-after': '30' }),
      { kind: 'unusable', status: 503, reason: 'http_status', retryAfterMs: 30_000 },
    ],
    ['500 without body', () => text(500, null), { kind: 'unusable', status: 500, reason: 'http_status' }],
    ['502 as HTML', () => text(502, '<h1>Bad gateway</h1>'), { kind: 'unusable', status: 502, reason: 'http_status' }],
    ['404 as HTML', () => text(404, '<h1>Not found</h1>'), { kind: 'unusable', status: 404, reason: 'http_status' }],
    ['400 with JSON that has no error', () => jsonAnswer(400, { message: 'x' }), { kind: 'unusable', status: 400, reason: 'http_status' }],
    ['an empty body', () => text(200, ''), { kind: 'unusable', status: 200, reason: 'empty' }],
    ['white space', () => text(200, ' \n'), { kind: 'unusable', reason: 'empty' }],
    ['no body at all', () => text(204, null), { kind: 'unusable', status: 204, reason: 'empty' }],
    ['HTML with status 200', () => text(200, '<!doctype html>'), { kind: 'unusable', status: 200, reason: 'not_json' }],
    ['truncated JSON', () => text(200, '{"access_token":"at","refr'), { kind: 'unusable', reason: 'not_json' }],
    ['a list', () => jsonAnswer(200, [tokens]), { kind: 'unusable', reason: 'not_json' }],
    ['null', () => jsonAnswer(200, null), { kind: 'unusable', reason: 'not_json' }],
    ['a string', () => jsonAnswer(200, 'at'), { kind: 'unusable', reason: 'not_json' }],
    ['a form', () => text(200, 'access_token=at&token_type=bearer'), { kind: 'unusable', reason: 'not_json' }],
    ['deep nesting', () => text(200, '['.repeat(500_000)), { kind: 'unusable', reason: 'not_json' }],
    ['too much', () => text(200, `{"a":"${'x'.repeat(MAX_BODY_BYTES)}"}`), { kind: 'unusable', status: 200, reason: 'too_large' }],
    ['too much of an error', () => text(400, 'x'.repeat(MAX_BODY_BYTES + 1)), { kind: 'unusable', status: 400, reason: 'too_large' }],
    ['301', () => text(301, null, { location: 'https://evil.example' }), { kind: 'unusable', status: 301, reason: 'redirect' }],
    ['302', () => text(302, null, { location: 'https://evil.example' }), { kind: 'unusable', status: 302, reason: 'redirect' }],
    [
      '307',
      () => text(307, JSON.stringify(tokens), { location: 'https://evil.example' }),
      { kind: 'unusable', status: 307, reason: 'redirect' },
    ],
    ['308', () => text(308, null, { location: 'https://evil.example' }), { kind: 'unusable', status: 308, reason: 'redirect' }],
  ])('%s', async (_name, respond, expected) => {
    const endpoint = faultyTokenEndpoint(respond)
    expect(await refreshThrough(endpoint.fetch)).toMatchObject(expected)
    expect(endpoint.requests).toHaveLength(1)
  })

  it('of exactly the largest size is read', async () => {
    const body = JSON.stringify({ ...tokens, filler: '' })
    const endpoint = faultyTokenEndpoint(() =>
      text(200, body.replace('"filler":""', `"filler":"${'x'.repeat(MAX_BODY_BYTES - body.length)}"`)),
    )
    expect(await refreshThrough(endpoint.fetch)).toMatchObject({ kind: 'answered' })
  })

  it('that does not end is not held in memory', async () => {
    let pulled = 0
    let cancelled = false
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull(controller) {
          pulled++
          controller.enqueue(new Uint8Array(65_536))
        },
        cancel() {
          cancelled = true
        },
      })
    expect(await refreshThrough(faultyTokenEndpoint(() => new Response(endless())).fetch)).toMatchObject({
      kind: 'unusable',
      reason: 'too_large',
    })
    expect(cancelled).toBe(true)
    expect(pulled).toBeLessThanOrEqual(20)
  })

  it('whose body stops in the middle ends with the signal', async () => {
    const cap = new AbortController()
    const stalled = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"access_token":')),
      pull: () => cap.abort(),
      cancel: () => new Promise(() => undefined),
    })
    const outcome = await refreshThrough(faultyTokenEndpoint(() => new Response(stalled)).fetch, { signal: cap.signal })
    expect(outcome).toEqual({ kind: 'no_answer', notSent: false, reason: 'aborted', cause: undefined })
  })

  it.each([
    [200, { kind: 'no_answer', notSent: false, reason: 'network', cause: 'ECONNRESET' }],
    [400, { kind: 'unusable', status: 400, reason: 'http_status' }],
    [500, { kind: 'unusable', status: 500, reason: 'http_status' }],
  ])('whose body breaks off after status %i', async (status, expected) => {
    const broken = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull: (controller) => controller.error(networkFailure('ECONNRESET')),
      })
    expect(await refreshThrough(faultyTokenEndpoint(() => new Response(broken(), { status })).fetch)).toMatchObject(expected)
  })
})

describe('no answer', () => {
  it.each<[string, unknown, object]>([
    ['refused', networkFailure('ECONNREFUSED'), { notSent: true, reason: 'network', cause: 'ECONNREFUSED' }],
    ['unknown name', networkFailure('ENOTFOUND'), { notSent: true, reason: 'network', cause: 'ENOTFOUND' }],
    ['reset', networkFailure('ECONNRESET'), { notSent: false, reason: 'network', cause: 'ECONNRESET' }],
    ['no code', new TypeError('fetch failed'), { notSent: false, reason: 'network', cause: undefined }],
    ['a string', 'oops', { notSent: false, reason: 'network', cause: undefined }],
    ['undefined', undefined, { notSent: false, reason: 'network', cause: undefined }],
  ])('%s', async (_name, thrown, expected) => {
    const endpoint = faultyTokenEndpoint(() => Promise.reject(thrown))
    expect(await refreshThrough(endpoint.fetch)).toEqual({ kind: 'no_answer', ...expected })
    expect(endpoint.requests).toHaveLength(1)
  })

  it('from a fetch that throws at once', async () => {
    const outcome = await refreshThrough(() => {
      throw new Error(`canary ${REFRESH_TOKEN}`)
    })
    expect(outcome).toEqual({ kind: 'no_answer', notSent: false, reason: 'network', cause: undefined })
  })

  it('to a request that was given up before it began: nothing is sent', async () => {
    const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, tokens))
    const outcome = await refreshThrough(endpoint.fetch, { signal: AbortSignal.abort() })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: true, reason: 'aborted' })
    expect(endpoint.requests).toHaveLength(0)
  })

  it('to a request that may not leave when all else is ready: nothing is sent', async () => {
    const endpoint = faultyTokenEndpoint(() => jsonAnswer(200, tokens))
    expect(await refreshThrough(endpoint.fetch, { maySend: () => false })).toMatchObject({
      kind: 'no_answer',
      notSent: true,
      reason: 'aborted',
    })
    expect(endpoint.requests).toHaveLength(0)
    expect(await refreshThrough(endpoint.fetch, { maySend: () => true })).toMatchObject({ kind: 'answered' })
  })

  it('to a request that is given up under way, also when fetch does not heed the signal', async () => {
    const cap = new AbortController()
    const endpoint = faultyTokenEndpoint(() => {
      queueMicrotask(() => cap.abort())
      return new Promise(() => undefined)
    })
    expect(await refreshThrough(endpoint.fetch, { signal: cap.signal })).toMatchObject({
      kind: 'no_answer',
      notSent: false,
      reason: 'aborted',
    })
  })

  it('while the issuer is not reachable: nothing is sent', async () => {
    const endpoint = faultyTokenEndpoint(() => Promise.reject(networkFailure('ECONNREFUSED')))
    const outcome = await refreshThrough(endpoint.fetch, { connection: connectionOf({ issuer: 'https://issuer.example' }) })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: true, reason: 'discovery' })
    if (outcome.kind === 'no_answer') expect(outcome.cause).toBeInstanceOf(VaultError)
    expect(endpoint.requests.map(({ method }) => method)).toEqual(['GET'])
  })
})

describe('whatever the provider sends', () => {
  const secrets = ['canary-refresh-token', 'canary-client-secret']
  const part = fc.oneof(
    fc.constantFrom(...secrets, 'invalid_grant', 'Bearer', '', '\r\n\u001b[31m', '<html>'),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  const value = fc.oneof(
    part,
    part.map((text) => `x ${text} y`),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const body = fc.oneof(
    fc
      .dictionary(
        fc.constantFrom('error', 'error_description', 'error_uri', 'access_token', 'token_type', 'expires_in', '__proto__'),
        value,
      )
      .map((json) => JSON.stringify(json)),
    part,
    fc.jsonValue().map((json) => JSON.stringify(json)),
  )
  const status = fc.constantFrom(200, 201, 204, 301, 307, 400, 401, 403, 404, 418, 429, 500, 502, 503, 599)
  const header = fc.constantFrom('', '5', 'soon', '-1', 'Fri, 06 Nov 2026 08:49:37 GMT')

  it('the outcome comes, and repeats no secret and no text but a short error code', async () => {
    await fc.assert(
      fc.asyncProperty(status, body, header, async (code, content, retryAfter) => {
        const respond = (): Response => text(code, code === 204 ? null : content, retryAfter === '' ? {} : { 'retry-after': retryAfter })
        const outcome = await refreshThrough(faultyTokenEndpoint(respond).fetch)
        if (outcome.kind === 'refused') expect(outcome.error).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/)
        const { response, ...shown } = { response: undefined, ...outcome }
        for (const secret of secrets) expect(JSON.stringify([shown, response?.problems])).not.toContain(secret)
      }),
      { numRuns: 1_000 },
    )
  })

  it('a token that goes by a name of the provider’s own is not quoted', async () => {
    const connection = explicitConnection({ refreshRequest: { grantType: 'exchange', tokenParameter: 'exchange_token' } })
    const { fetch } = faultyTokenEndpoint(({ form }) => jsonAnswer(400, { error: `no ${form.get('exchange_token')}` }))
    expect(await refreshThrough(fetch, { connection })).toMatchObject({ kind: 'refused', error: 'unknown_error' })
  })

  it('the assertion of a service account is not quoted', async () => {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const connection = explicitConnection({
      clientSecret: undefined,
      privateKey: JSON.stringify(await crypto.subtle.exportKey('jwk', privateKey)),
      grant: { type: 'jwt_bearer' },
    })
    const { fetch } = faultyTokenEndpoint(({ form }) => jsonAnswer(400, { error: `bad ${form.get('assertion')?.slice(-50)}` }))
    expect(await refreshThrough(fetch, { connection })).toMatchObject({ kind: 'refused', error: 'unknown_error' })
  })

  it('random bytes are an outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        const outcome = await refreshThrough(faultyTokenEndpoint(() => new Response(new Uint8Array(bytes))).fetch)
        expect(['answered', 'refused', 'unusable']).toContain(outcome.kind)
      }),
      { numRuns: 500 },
    )
  })
})
