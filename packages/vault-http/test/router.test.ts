import { describe, expect, it } from 'vitest'
import { matchRoute, type Route } from '../src/router.js'

const route = (method: 'GET' | 'POST', path: string): Route<undefined> => ({ method, path, handle: async () => new Response() })
const routes = [
  route('GET', '/connect/{c}'),
  route('POST', '/connect/{c}'),
  route('GET', '/connect/{c}/callback'),
  route('GET', '/v1/connections/{c}/users/{u}/credentials'),
]
const match = (method: string, path: string, basePath = ''): unknown => {
  const found = matchRoute(routes, basePath, method, path)
  return found.kind === 'route' ? found.params : found.kind
}

describe('matchRoute', () => {
  it.each([
    ['GET', '/connect/google', { c: 'google' }],
    ['HEAD', '/connect/google', { c: 'google' }],
    ['POST', '/connect/google', { c: 'google' }],
    ['GET', '/v1/connections/a/users/b/credentials', { c: 'a', u: 'b' }],
    ['GET', '/v1/connections/a%2Fb/users/auth0%7C1%2F%252F/credentials', { c: 'a/b', u: 'auth0|1/%2F' }],
    ['GET', '/v1/connections/%2A/users/m%40x/credentials', { c: '*', u: 'm@x' }],
  ])('%s %s is a route, with each segment decoded once', (method, path, params) => {
    expect(match(method, path)).toEqual(params)
  })

  it.each([
    '/',
    '',
    '/connect',
    '/connect/',
    '/connect//',
    '//connect/google',
    '/connect/google/',
    '/connect/google/other',
    '/Connect/google',
    '/v1/other',
    '/api/x',
    '/v1/connections/a/users//credentials',
    '/connect/%',
    '/connect/%ff',
    '/connect/%zz',
  ])('GET %s is none', (path) => {
    expect(match('GET', path)).toBe('none')
  })

  it.each([
    ['DELETE', '/connect/google'],
    ['POST', '/connect/google/callback'],
    ['PUT', '/v1/connections/a/users/b/credentials'],
  ])('%s %s takes another method', (method, path) => {
    expect(match(method, path)).toBe('method_not_allowed')
  })

  it('keeps to its base path', () => {
    expect(match('GET', '/vault/connect/google', '/vault')).toEqual({ c: 'google' })
    for (const path of ['/connect/google', '/vaultconnect/google', '/vault', '/vault/', '/VAULT/connect/google'])
      expect(match('GET', path, '/vault')).toBe('none')
  })
})
