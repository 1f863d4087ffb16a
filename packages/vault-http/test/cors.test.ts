import { isVaultError } from '@holdfast/vault-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseAllowedOrigins } from '../src/cors.js'
import { apiOperations, createVaultHandler, type VaultHandler, type VaultHandlerOptions } from '../src/index.js'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from './management/fixtures/management-world.js'

const ALLOWED = ['https://app.example.com', 'https://admin.example.com:8443', 'http://localhost:3000', 'http://127.0.0.1:3000']
const REFUSED = [
  'https://evil.example',
  'https://app.example.com.evil.example',
  'https://evilapp.example.com',
  'https://x.app.example.com',
  'https://app.example.com:444',
  'https://app.example.com:443',
  'https://app.example.com/',
  'https://APP.example.com',
  'https://user@app.example.com',
  'http://app.example.com',
  'http://localhost:3001',
  'https://localhost:3000',
  'https://app.example.com, https://evil.example',
  'https://app.example.com https://evil.example',
  'vault.example.com',
  'https://vault.example.com',
  'file://',
  'null',
  '*',
  '',
]
const REQUESTED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', '*']

let world: ManagementWorld
let open: VaultHandler
let closed: VaultHandler

const handlerWith = (options: Partial<VaultHandlerOptions> = {}): VaultHandler =>
  createVaultHandler({ vault: world.vault, publicUrl: PUBLIC_URL, identify: () => undefined, ...options })

beforeAll(async () => {
  world = await managementWorld()
  open = handlerWith({ allowedOrigins: ALLOWED, rateLimit: false })
  closed = handlerWith({ rateLimit: false })
})

const ask = (handler: VaultHandler, method: string, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  handler(new Request(PUBLIC_URL + path, { method, headers }), undefined)

const preflight = (handler: VaultHandler, path: string, origin: string, method: string): Promise<Response> =>
  ask(handler, 'OPTIONS', path, { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' })

const corsHeadersOf = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'))

/** The API's paths, each with the methods it takes. */
function apiPaths(): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>()
  for (const { method, path } of apiOperations) {
    const plain = path.replace(/\{\w+\}/g, 'x')
    paths.set(plain, [...(paths.get(plain) ?? []), method])
  }
  return paths
}

const PAGES = ['/connect/in-code', '/connect/in-code/callback']
const NO_ROUTES = ['/', '/v1', '/v1/nothing', '/v1/connections/x/y']

describe('allowedOrigins', () => {
  it.each([[[]], [ALLOWED], [['http://[::1]:3000']], [['https://xn--bcher-kva.example']]])('%j is taken', (origins) => {
    expect([...parseAllowedOrigins(origins)]).toEqual(origins)
  })

  it('allows nobody when it is not there', () => {
    expect(parseAllowedOrigins(undefined).size).toBe(0)
  })

  it.each<[unknown]>([
    ['https://app.example.com'],
    [null],
    [5],
    [{ 0: 'https://app.example.com' }],
    [['*']],
    [['null']],
    [['']],
    [[null]],
    [[/./]],
    [['https://*.example.com']],
    [['https://app.example.com/']],
    [['https://app.example.com/path']],
    [['https://app.example.com:443']],
    [['https://App.example.com']],
    [['https://bücher.example']],
    [['https://user@app.example.com']],
    [['http://app.example.com']],
    [['http://localhost.evil.example']],
    [['app.example.com']],
    [['blob:https://app.example.com']],
    [['chrome-extension://abc']],
    [['https://app.example.com', '*']],
  ])('%j is refused, and named', (origins) => {
    let thrown: unknown
    try {
      handlerWith({ allowedOrigins: origins as string[] })
    } catch (error) {
      thrown = error
    }
    expect(isVaultError(thrown, 'invalid_configuration') && thrown.facts.fields).toMatchObject({ allowedOrigins: expect.any(String) })
  })
})

describe('a preflight', () => {
  it('there are paths and operations to ask about', () => {
    expect(apiPaths().size).toBeGreaterThan(20)
  })

  it.each(ALLOWED)('from %s is told what each path of the API takes', async (origin) => {
    for (const [path, methods] of apiPaths()) {
      for (const method of REQUESTED_METHODS) {
        const response = await preflight(open, path, origin, method)
        expect(response.status, `${method} ${path}`).toBe(204)
        expect(await response.text()).toBe('')
        const { 'access-control-allow-methods': allowed = '', ...others } = corsHeadersOf(response)
        expect(allowed.split(', ').sort(), path).toEqual([...methods].sort())
        expect(others).toEqual({
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          'access-control-allow-headers': 'content-type, authorization, x-powered-by, if-unmodified-since',
          'access-control-max-age': expect.stringMatching(/^[1-9]\d*$/),
          vary: 'Origin',
        })
      }
    }
  })

  it.each(REFUSED)('from %j is told nothing', async (origin) => {
    for (const path of apiPaths().keys()) {
      for (const method of REQUESTED_METHODS) {
        const response = await preflight(open, path, origin, method)
        expect(response.status).toBe(204)
        expect(corsHeadersOf(response), `${method} ${path}`).toEqual({ vary: 'Origin' })
      }
    }
  })

  it.each([...ALLOWED, ...REFUSED])('from %j is answered by no page and by no path that there is not', async (origin) => {
    for (const path of [...PAGES, ...NO_ROUTES]) {
      for (const method of REQUESTED_METHODS) {
        const response = await preflight(open, path, origin, method)
        expect(response.status, path).toBe(PAGES.includes(path) ? 405 : 404)
        expect(corsHeadersOf(response), path).toEqual({})
      }
    }
  })

  it.each([...ALLOWED, ...REFUSED])('from %j is a method like any other when no origin is allowed', async (origin) => {
    for (const path of [...apiPaths().keys(), ...PAGES]) {
      const response = await preflight(closed, path, origin, 'GET')
      expect(response.status, path).toBe(405)
      expect(corsHeadersOf(response), path).toEqual({})
    }
  })

  it.each([
    ['without an origin', { 'access-control-request-method': 'GET' }],
    ['without a method', { origin: 'https://app.example.com' }],
  ])('%s is none', async (_name, headers) => {
    expect((await ask(open, 'OPTIONS', '/v1/records', headers)).status).toBe(405)
  })

  it('runs nothing and needs no token', async () => {
    const limited = handlerWith({ allowedOrigins: ALLOWED, rateLimit: () => ({ allowed: false, retryAfterMs: 1_000 }) })
    expect((await preflight(limited, '/v1/records', 'https://app.example.com', 'POST')).status).toBe(204)
  })
})

describe('an answer', () => {
  const READABLE = (origin: string): Record<string, string> => ({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': expect.stringMatching(/(^|, )retry-after(,|$)/) as unknown as string,
    vary: 'Origin',
  })

  it.each(ALLOWED)('of each operation can be read from %s', async (origin) => {
    for (const { method, path, operationId } of apiOperations) {
      const response = await ask(open, method, path.replace(/\{\w+\}/g, 'x'), { origin })
      expect(corsHeadersOf(response), operationId).toEqual(READABLE(origin))
    }
  })

  it.each(REFUSED)('of each operation cannot be read from %j, and no cache mistakes it for one that can', async (origin) => {
    for (const { method, path, operationId } of apiOperations) {
      const response = await ask(open, method, path.replace(/\{\w+\}/g, 'x'), { origin })
      expect(corsHeadersOf(response), operationId).toEqual({ vary: 'Origin' })
    }
  })

  it('to whoever tells no origin varies by it as well', async () => {
    for (const { method, path, operationId } of apiOperations)
      expect(corsHeadersOf(await ask(open, method, path.replace(/\{\w+\}/g, 'x'))), operationId).toEqual({ vary: 'Origin' })
  })

  it.each<[number, string, string, Record<string, string>]>([
    [200, 'GET', '/v1/health', {}],
    [200, 'GET', '/v1/roles', { authorization: 'admin' }],
    [400, 'GET', '/v1/records?limit=x', { authorization: 'admin' }],
    [401, 'GET', '/v1/roles', {}],
    [404, 'GET', '/v1/roles/none', { authorization: 'admin' }],
    [405, 'DELETE', '/v1/roles', {}],
    [415, 'POST', '/v1/roles', { authorization: 'admin', 'content-type': 'text/plain' }],
  ])('of %i can be read as well', async (status, method, path, { authorization, ...headers }) => {
    const origin = 'https://app.example.com'
    const bearer = authorization === undefined ? {} : { authorization: `Bearer ${world.admin}` }
    const response = await ask(open, method, path, { ...headers, ...bearer, origin })
    expect(response.status).toBe(status)
    expect(corsHeadersOf(response)).toEqual(READABLE(origin))
  })

  it('of 429 can be read with its Retry-After', async () => {
    const limited = handlerWith({ allowedOrigins: ALLOWED, rateLimit: () => ({ allowed: false, retryAfterMs: 2_000 }) })
    const response = await ask(limited, 'GET', '/v1/roles', { origin: 'http://localhost:3000' })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(corsHeadersOf(response)).toEqual(READABLE('http://localhost:3000'))
  })

  it('of a page cannot be read from anywhere', async () => {
    for (const path of PAGES)
      for (const method of ['GET', 'POST', 'PUT'])
        expect(corsHeadersOf(await ask(open, method, path, { origin: 'https://app.example.com' })), `${method} ${path}`).toEqual({})
  })

  it('has no header of the kind when no origin is allowed', async () => {
    for (const { method, path, operationId } of apiOperations)
      for (const origin of ['https://app.example.com', 'https://vault.example.com', 'null'])
        expect(corsHeadersOf(await ask(closed, method, path.replace(/\{\w+\}/g, 'x'), { origin })), operationId).toEqual({})
  })
})
