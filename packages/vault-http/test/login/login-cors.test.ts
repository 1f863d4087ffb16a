import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APP, APP_URL, type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

const HOST_ALLOWED = 'https://admin.example.com'
const EXTRA = 'https://preview.example.com'

let world: LoginWorld
beforeAll(async () => {
  world = await loginWorld({
    handler: { allowedOrigins: [HOST_ALLOWED] },
    applications: [{ applicationId: APP, redirectUrls: [`${APP_URL}/home`, 'http://localhost:3000/'], origins: [EXTRA] }],
  })
})
afterAll(() => world.close())

const PATHS = {
  '/api/authentication': ['POST'],
  '/api/authentication/r1': ['PATCH'],
  '/api/authentication/r1/tokens': ['POST'],
  '/api/session': ['PATCH', 'DELETE', 'GET'],
  '/api/session/credentials': ['GET'],
  '/api/session/profile': ['GET'],
  '/api/session/identities/demo': ['DELETE'],
  '/api/session/devices': ['GET', 'POST'],
  '/api/session/devices/d1': ['DELETE'],
}
const KNOWN = [APP_URL, 'http://localhost:3000', EXTRA]
const FOREIGN = [
  'https://evil.example',
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'http://localhost:3001',
  HOST_ALLOWED,
  'null',
  '*',
]

const ask = (method: string, path: string, headers: Record<string, string>): Promise<Response> =>
  world.handler(new Request(VAULT_URL + path, { method, headers }), undefined)

const preflight = (path: string, origin: string, method: string): Promise<Response> =>
  ask('OPTIONS', path, {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization,content-type,x-powered-by',
  })

describe('CORS below /api', () => {
  it.each(Object.entries(PATHS))(
    '%s answers preflights of the applications’ pages, with credentials, and no others',
    async (path, methods) => {
      for (const origin of KNOWN) {
        for (const method of methods) {
          const { status, headers } = await preflight(path, origin, method)
          expect([status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]).toEqual([
            204,
            origin,
            'true',
          ])
          expect(headers.get('access-control-allow-methods')?.split(', ').toSorted()).toEqual(methods.toSorted())
          expect(headers.get('access-control-allow-headers')).toBe('content-type, authorization, x-powered-by, if-unmodified-since')
          expect(headers.get('vary')).toBe('Origin')
        }
      }
      for (const origin of FOREIGN) {
        const { headers } = await preflight(path, origin, methods[0] ?? '')
        expect(
          [...headers.keys()].filter((name) => name.startsWith('access-control')),
          origin,
        ).toEqual([])
      }
    },
  )

  it('lets those pages read every answer, also of errors, and never a star', async () => {
    for (const [path, methods] of Object.entries(PATHS)) {
      for (const method of [...methods, 'PUT']) {
        for (const origin of KNOWN) {
          const { headers } = await ask(method, path, { origin })
          expect([headers.get('access-control-allow-origin'), headers.get('vary')], `${method} ${path}`).toEqual([origin, 'Origin'])
        }
        for (const origin of FOREIGN) expect((await ask(method, path, { origin })).headers.get('access-control-allow-origin')).toBeNull()
      }
    }
  })
})

describe('CORS of all else', () => {
  it.each(['/v1/health', '/openapi.json', '/.well-known/openid-configuration', '/.well-known/openid-configuration/jwks'])(
    '%s is for the origins that the host allows, and not for those of applications',
    async (path) => {
      expect((await ask('GET', path, { origin: HOST_ALLOWED })).headers.get('access-control-allow-origin')).toBe(HOST_ALLOWED)
      for (const origin of KNOWN) expect((await ask('GET', path, { origin })).headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  it.each(['/login', '/logout', '/connect/demo/callback'])('%s is a page: no script of another origin reads it', async (path) => {
    for (const origin of [...KNOWN, HOST_ALLOWED]) {
      expect((await ask('GET', path, { origin })).headers.get('access-control-allow-origin')).toBeNull()
      expect((await preflight(path, origin, 'GET')).status).toBe(405)
    }
  })
})
