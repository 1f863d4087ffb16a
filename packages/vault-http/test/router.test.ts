import { describe, expect, it } from 'vitest'
import { createRouter, type Route } from '../src/router.js'

const route = (method: Route<undefined>['method'], path: string, isApi = false): Route<undefined> => ({
  method,
  path,
  isApi,
  handle: async () => ({ status: 200, headers: {} }),
})
const routes = [
  route('GET', '/connect/{c}'),
  route('POST', '/connect/{c}'),
  route('GET', '/connect/{c}/callback'),
  route('GET', '/v1/connections/{c}/users/{u}/credentials'),
  route('GET', '/v1/records', true),
  route('POST', '/v1/records', true),
  route('PUT', '/v1/records/{r}', true),
]
const match = (method: string, path: string, basePath = ''): unknown => {
  const found = createRouter(routes, basePath)(method, path)
  return found.kind === 'route' ? found.params : found.kind
}

describe('createRouter', () => {
  it.each([
    ['GET', '/connect/google', { c: 'google' }],
    ['HEAD', '/connect/google', { c: 'google' }],
    ['POST', '/connect/google', { c: 'google' }],
    ['GET', '/v1/connections/a/users/b/credentials', { c: 'a', u: 'b' }],
    ['GET', '/v1/connections/a%2Fb/users/auth0%7C1%2F%252F/credentials', { c: 'a/b', u: 'auth0|1/%2F' }],
    ['GET', '/v1/connections/%2A/users/m%40x/credentials', { c: '*', u: 'm@x' }],
    ['GET', '/v1/records', {}],
    ['POST', '/v1/records/', {}],
    ['PUT', '/v1/records/__proto__', { r: '__proto__' }],
    ['PUT', '/v1/records/a%2F', { r: 'a/' }],
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
    '/v1/connections/a/users/b/credentials/',
    '/v1/records//',
    '/v1/records/a/b',
    '/v1',
    '/v1/',
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
    ['DELETE', '/v1/records/'],
    ['GET', '/v1/records/a'],
  ])('%s %s takes another method', (method, path) => {
    expect(match(method, path)).toBe('method_not_allowed')
  })

  it('tells which methods a path takes, and whether it is the API’s', () => {
    const found = createRouter(routes, '')
    expect(found('DELETE', '/v1/records')).toEqual({ kind: 'method_not_allowed', allow: ['GET', 'POST'], isApi: true })
    expect(found('DELETE', '/connect/google')).toEqual({ kind: 'method_not_allowed', allow: ['GET', 'POST'], isApi: false })
  })

  it('keeps to its base path', () => {
    expect(match('GET', '/vault/connect/google', '/vault')).toEqual({ c: 'google' })
    for (const path of ['/connect/google', '/vaultconnect/google', '/vault', '/vault/', '/VAULT/connect/google'])
      expect(match('GET', path, '/vault')).toBe('none')
  })
})
