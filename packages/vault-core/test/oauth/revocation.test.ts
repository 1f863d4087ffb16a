import { describe, expect, it } from 'vitest'
import { createDiscovery } from '../../src/oauth/discovery.js'
import { revokeToken, revokeTokens } from '../../src/oauth/revocation.js'
import { Secret } from '../../src/secret.js'
import { manualClock } from '../fixtures/manual-clock.js'
import { faultyTokenEndpoint, jsonAnswer, networkFailure } from './faulty-token-endpoint.js'
import { type ConnectionOverrides, connectionOf, explicitConnection, oauthRuntime } from './oauth-runtime.js'

const tokens = { refreshToken: new Secret('rt'), accessToken: new Secret('at') }

function revoke(
  fetch: typeof globalThis.fetch,
  overrides: ConnectionOverrides = {},
  given: Partial<typeof tokens> = tokens,
): ReturnType<typeof revokeTokens> {
  const runtime = oauthRuntime(fetch)
  return revokeTokens({
    connection: explicitConnection(overrides),
    tokens: { refreshToken: given.refreshToken, accessToken: given.accessToken },
    mayRenew: true,
    discovery: createDiscovery({ runtime }),
    runtime,
  })
}

describe('revocation', () => {
  it('revokes the refresh token first, then the access token, by form posts', async () => {
    const endpoint = faultyTokenEndpoint(() => new Response(null, { status: 200 }))
    expect(await revoke(endpoint.fetch)).toEqual({ kind: 'done' })
    expect(endpoint.requests.map(({ form }) => Object.fromEntries(form))).toEqual([
      { token: 'rt', token_type_hint: 'refresh_token' },
      { token: 'at', token_type_hint: 'access_token' },
    ])
    for (const request of endpoint.requests) {
      expect(request).toMatchObject({ url: 'https://provider.example/revoke', method: 'POST', redirect: 'manual' })
      expect(request.headers.get('authorization')).toMatch(/^Basic /)
    }
  })

  it('sends nothing for a token that is not there, or where the server has no revocation', async () => {
    const endpoint = faultyTokenEndpoint(() => new Response(null, { status: 200 }))
    expect(await revoke(endpoint.fetch, {}, {})).toEqual({ kind: 'done' })
    expect(await revoke(endpoint.fetch, { revocationEndpoint: undefined })).toEqual({ kind: 'done' })
    expect(endpoint.requests).toHaveLength(0)
  })

  it.each<[string, () => Response | Promise<Response>, object]>([
    ['200 without body', () => new Response(null, { status: 200 }), { kind: 'revoked' }],
    ['200 with JSON', () => jsonAnswer(200, {}), { kind: 'revoked' }],
    ['204', () => new Response(null, { status: 204 }), { kind: 'revoked' }],
    ['200 with HTML', () => new Response('<html>'), { kind: 'revoked' }],
    ['a token that is not known any more', () => jsonAnswer(400, { error: 'invalid_token' }), { kind: 'unknown_token' }],
    ['unsupported_token_type', () => jsonAnswer(400, { error: 'unsupported_token_type' }), { kind: 'unsupported' }],
    ['invalid_request', () => jsonAnswer(400, { error: 'invalid_request' }), { kind: 'unsupported' }],
    ['404', () => new Response('no', { status: 404 }), { kind: 'unsupported' }],
    ['invalid_client', () => jsonAnswer(401, { error: 'invalid_client' }), { kind: 'retry', retryAfterMs: undefined }],
    [
      '503 with Retry-After',
      () => new Response(null, { status: 503, headers: { 'retry-after': '20' } }),
      { kind: 'retry', retryAfterMs: 20_000 },
    ],
    ['429', () => jsonAnswer(429, { error: 'slow_down' }, { 'retry-after': '5' }), { kind: 'retry', retryAfterMs: 5_000 }],
    ['500', () => new Response(null, { status: 500 }), { kind: 'retry', retryAfterMs: undefined }],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }),
      { kind: 'retry', retryAfterMs: undefined },
    ],
    ['no connection', () => Promise.reject(networkFailure('ECONNREFUSED')), { kind: 'retry', retryAfterMs: undefined }],
  ])('%s', async (_name, respond, expected) => {
    const endpoint = faultyTokenEndpoint(respond)
    const runtime = oauthRuntime(endpoint.fetch)
    const connection = explicitConnection()
    const outcome = await revokeToken({
      connection,
      authorizationServer: await createDiscovery({ runtime }).authorizationServerOf(connection),
      token: new Secret('rt'),
      tokenTypeHint: 'refresh_token',
      signal: new AbortController().signal,
      runtime,
    })
    expect(outcome).toEqual(expected)
    expect(endpoint.requests).toHaveLength(1)
  })

  it('is to be repeated when one of two requests fails', async () => {
    const endpoint = faultyTokenEndpoint(({ form }) => new Response(null, { status: form.get('token') === 'at' ? 500 : 200 }))
    expect(await revoke(endpoint.fetch)).toMatchObject({ kind: 'retry' })
  })

  it('is to be repeated when the issuer cannot be reached', async () => {
    const runtime = oauthRuntime(faultyTokenEndpoint(() => Promise.reject(networkFailure('ENOTFOUND'))).fetch)
    const connection = connectionOf({ issuer: 'https://issuer.example' })
    expect(await revokeTokens({ connection, tokens, mayRenew: true, discovery: createDiscovery({ runtime }), runtime })).toMatchObject({
      kind: 'retry',
    })
  })

  it('gives up on a server that does not answer', async () => {
    const clock = manualClock()
    const runtime = oauthRuntime(faultyTokenEndpoint(() => new Promise(() => undefined)).fetch, clock)
    const revoking = revokeTokens({
      connection: explicitConnection(),
      tokens,
      mayRenew: true,
      discovery: createDiscovery({ runtime }),
      runtime,
    })
    await clock.advance(15_000)
    expect(await revoking).toMatchObject({ kind: 'retry' })
  })
})
