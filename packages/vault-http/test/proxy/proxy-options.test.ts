import { isVaultError } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { parseProxyOptions } from '../../src/proxy/proxy-options.js'

function problemsOf(options: unknown): Readonly<Record<string, string>> {
  try {
    parseProxyOptions(options as Parameters<typeof parseProxyOptions>[0])
  } catch (error) {
    if (isVaultError(error, 'invalid_configuration')) return error.facts.fields ?? {}
    throw error
  }
  return {}
}

describe('what is proxied', () => {
  it('is what is named, with headers in any case', () => {
    const { connections, methods } = parseProxyOptions({
      connections: {
        github: {
          methods: ['POST', 'GET'],
          origin: 'https://api.github.com',
          headers: ['X-GitHub-Api-Version'],
          answerHeaders: ['X-OAuth-Scopes'],
        },
        google: { methods: ['GET', 'DELETE'] },
      },
    })
    expect(methods).toEqual(['GET', 'POST', 'DELETE'])
    expect(connections.get('github')).toEqual({
      methods: ['POST', 'GET'],
      origin: 'https://api.github.com',
      headers: ['x-github-api-version'],
      answerHeaders: ['x-oauth-scopes'],
    })
    expect(connections.get('google')).toEqual({ methods: ['GET', 'DELETE'], origin: undefined, headers: [], answerHeaders: [] })
  })

  it.each<[unknown, string]>([
    [undefined, ''],
    [null, ''],
    [{}, '.methods'],
    [{ methods: [] }, '.methods'],
    [{ methods: ['get'] }, '.methods'],
    [{ methods: ['TRACE'] }, '.methods'],
    [{ methods: 'GET' }, '.methods'],
    [{ methods: ['GET'], origin: 'https://api.example/v1' }, '.origin'],
    [{ methods: ['GET'], origin: 'api.example' }, '.origin'],
    [{ methods: ['GET'], headers: 'x' }, '.headers'],
    [{ methods: ['GET'], headers: ['a b'] }, '.headers'],
    [{ methods: ['GET'], paths: ['/'] }, '.paths'],
  ])('is not %j', (given, field) => {
    expect(Object.keys(problemsOf({ connections: { c: given } }))).toEqual([`proxy.connections.c${field}`])
    expect(Object.keys(problemsOf({ connections: undefined }))).toEqual(['proxy.connections'])
  })

  it.each([
    'Authorization',
    'cookie',
    'Host',
    'connection',
    'Transfer-Encoding',
    'content-length',
    'te',
    'trailer',
    'upgrade',
    'expect',
    'via',
    'forwarded',
    'X-Forwarded-Host',
    'x-real-ip',
    'proxy-authorization',
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'origin',
    'referer',
    'sec-fetch-site',
    'holdfast-account-id',
  ])('never sends the caller’s %s on', (name) => {
    expect(Object.keys(problemsOf({ connections: { c: { methods: ['GET'], headers: [name] } } }))).toEqual(['proxy.connections.c.headers'])
  })

  it.each([
    'Set-Cookie',
    'set-cookie2',
    'content-encoding',
    'content-length',
    'transfer-encoding',
    'connection',
    'access-control-allow-origin',
    'Access-Control-Allow-Credentials',
    'cache-control',
    'pragma',
    'x-content-type-options',
    'referrer-policy',
    'content-security-policy',
    'content-security-policy-report-only',
    'cross-origin-opener-policy',
    'strict-transport-security',
    'clear-site-data',
    'service-worker-allowed',
    'refresh',
    'location',
    'x-accel-redirect',
    'x-sendfile',
    'alt-svc',
    'holdfast-answered-by',
  ])('never sends the API’s %s back as it is', (name) => {
    expect(Object.keys(problemsOf({ connections: { c: { methods: ['GET'], answerHeaders: [name] } } }))).toEqual([
      'proxy.connections.c.answerHeaders',
    ])
  })
})
