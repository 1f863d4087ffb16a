import type { Log } from '@holdfast/vault-core'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { apiOperations, createVaultHandler, type RateLimiter, type RateLimitRequest, type VaultHandlerOptions } from '../src/index.js'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from './management/fixtures/management-world.js'

const CAPACITY = 100
const SHARED_CAPACITY = 1_000
const SOMEBODY = '203.0.113.7'
const ANOTHER = '203.0.113.8'

let world: ManagementWorld
let nowMs: number

beforeAll(async () => {
  world = await managementWorld()
})
beforeEach(() => {
  nowMs = Date.now()
})

interface Asked {
  /** Bearer token. */
  readonly as?: string
  /** What `clientAddress` tells. */
  readonly from?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Client {
  ask(path: string, asked?: Asked): Promise<Response>
  /** How often each status came of so many requests. */
  flood(requests: number, path: string, asked?: Asked | ((index: number) => Asked)): Promise<Readonly<Record<number, number>>>
}

/** The address is passed along as the context, as an adapter does. */
function start(options: Partial<VaultHandlerOptions<string | undefined>> = {}): Client {
  const handler = createVaultHandler<string | undefined>({
    vault: world.vault,
    publicUrl: PUBLIC_URL,
    identify: () => undefined,
    verifyUserToken: (token) => (token === 'user.alice.x' ? 'alice' : undefined),
    clientAddress: (_request, address) => address,
    now: () => nowMs,
    ...options,
  })
  const ask: Client['ask'] = (path, { as, from, method = 'GET', headers = {}, body } = {}) =>
    handler(
      new Request(PUBLIC_URL + path, {
        method,
        headers: { ...headers, ...(as !== undefined && { authorization: `Bearer ${as}` }) },
        ...(body !== undefined && { body }),
      }),
      from,
    )
  return {
    ask,
    async flood(requests, path, asked = {}) {
      const counts: Record<number, number> = {}
      for (let index = 0; index < requests; index += 1) {
        const { status } = await ask(path, typeof asked === 'function' ? asked(index) : asked)
        counts[status] = (counts[status] ?? 0) + 1
      }
      return counts
    },
  }
}

const JWKS = '/v1/clients/sc_nobody/.well-known/openid-configuration/jwks'
/** In the form of a service client's token, so that it is looked up and verified; the signature is not the client's. */
const forged = (): string => world.admin.replace(/[^.]+$/, 'A'.repeat(86))

describe('by default', () => {
  it('bad tokens are refused as such up to the limit, and then for their number', async () => {
    expect(await start().flood(CAPACITY + 50, '/v1/roles', { as: forged(), from: SOMEBODY })).toEqual({ 401: CAPACITY, 429: 50 })
  })

  it.each<[string, string, Asked]>([
    ['requests without a token', '/v1/roles', {}],
    ['tokens that are no token', '/v1/roles', { as: 'x' }],
    ['tokens of no user', '/v1/roles', { as: 'user.nobody.x' }],
  ])('%s count as bad ones', async (_name, path, asked) => {
    expect(await start().flood(CAPACITY + 5, path, { ...asked, from: SOMEBODY })).toEqual({ 401: CAPACITY, 429: 5 })
  })

  it('whoever is over the limit is told when to come back, and is let in then', async () => {
    const client = start()
    await client.flood(CAPACITY, '/v1/roles', { from: SOMEBODY })
    const response = await client.ask('/v1/roles', { from: SOMEBODY })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ errorCode: 'rate_limited' })
    nowMs += 1_000
    expect((await client.ask('/v1/roles', { from: SOMEBODY })).status).toBe(401)
  })

  it('public routes are limited, all together', async () => {
    const client = start()
    expect(await client.flood(60, JWKS, { from: SOMEBODY })).toEqual({ 404: 60 })
    expect(await client.flood(60, '/openapi.json', { from: SOMEBODY })).toEqual({ 200: 40, 429: 20 })
  })

  it('callbacks are limited, and beginning to connect, for whoever is not signed in to the application', async () => {
    const callback = '/connect/in-code/callback?code=c&state=s'
    const stranger = start()
    expect(await stranger.flood(CAPACITY + 20, callback, { from: SOMEBODY })).toEqual({ 400: CAPACITY, 429: 20 })
    const { headers } = await stranger.ask(callback, { from: SOMEBODY })
    expect([headers.get('content-type'), headers.get('retry-after'), headers.getSetCookie()]).toEqual(['text/html; charset=utf-8', '1', []])
    expect(await start().flood(CAPACITY + 20, '/connect/in-code', { from: SOMEBODY })).toEqual({ 401: CAPACITY, 429: 20 })
    const form = { method: 'POST', from: SOMEBODY, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'state=s' }
    expect(await start().flood(CAPACITY + 20, '/connect/in-code/callback', form)).toEqual({ 303: CAPACITY, 429: 20 })
    const signedIn = start({ identify: () => 'alice' })
    expect(await signedIn.flood(CAPACITY + 20, callback, { from: SOMEBODY })).toEqual({ 400: CAPACITY + 20 })
    expect(await signedIn.flood(CAPACITY + 20, '/connect/in-code', { from: SOMEBODY })).toEqual({ 303: CAPACITY + 20 })
  })

  it('health checks are not', async () => {
    const client = start()
    await client.flood(CAPACITY + 1, JWKS, { from: SOMEBODY })
    expect(await client.flood(2_000, '/v1/health', { from: SOMEBODY })).toEqual({ 200: 2_000 })
  })

  it('valid tokens cost nothing', async () => {
    const client = start()
    expect(await client.flood(500, '/v1/roles', { as: world.admin, from: SOMEBODY })).toEqual({ 200: 500 })
    expect(await client.flood(500, '/v1/roles', { as: 'user.alice.x', from: SOMEBODY })).toEqual({ 403: 500 })
    expect(await client.flood(CAPACITY + 1, '/v1/roles', { as: forged(), from: SOMEBODY })).toEqual({ 401: CAPACITY, 429: 1 })
  })

  it('a flood of bad tokens keeps out neither another address nor a valid token from the same one, were it never seen before', async () => {
    const client = start()
    await client.flood(CAPACITY * 3, '/v1/roles', { as: forged(), from: SOMEBODY })
    expect((await client.ask('/v1/roles', { as: forged(), from: SOMEBODY })).status).toBe(429)
    expect((await client.ask('/v1/roles', { as: forged(), from: ANOTHER })).status).toBe(401)
    expect((await client.ask(JWKS, { from: ANOTHER })).status).toBe(404)
    expect((await client.ask('/v1/roles', { as: world.admin, from: SOMEBODY })).status).toBe(200)
    const { token } = await world.client()
    expect((await client.ask('/v1/roles', { as: token, from: SOMEBODY })).status).toBe(403)
    expect((await client.ask('/v1/roles', { as: 'user.alice.x', from: SOMEBODY })).status).toBe(403)
  })

  it('bad subject tokens of an exchange count, and good ones do not', async () => {
    const client = start()
    const exchange = (subject: string): Asked => ({
      from: SOMEBODY,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        subject_token: subject,
        connection: 'in-code',
      }).toString(),
    })
    expect(await client.flood(CAPACITY + 20, '/oauth/token', exchange(world.admin))).toEqual({ 400: CAPACITY + 20 })
    expect(await client.flood(CAPACITY + 20, '/oauth/token', exchange(forged()))).toEqual({ 400: CAPACITY, 429: 20 })
    expect(await client.flood(1, '/oauth/token', exchange(world.admin))).toEqual({ 400: 1 })
  })

  it('is off when told so', async () => {
    expect(await start({ rateLimit: false }).flood(SHARED_CAPACITY + 100, '/v1/roles')).toEqual({ 401: SHARED_CAPACITY + 100 })
  })
})

describe('a client’s address', () => {
  const rotate = (addressAt: (index: number) => string) => (index: number) => ({ from: addressAt(index) })

  it('in a /64 is one with all others there: rotating gains nothing', async () => {
    const client = start()
    const counts = await client.flood(
      300,
      '/v1/roles',
      rotate((index) => `2001:db8:1:2:${index.toString(16)}:${(index * 7).toString(16)}::${index.toString(16)}`),
    )
    expect(counts).toEqual({ 401: CAPACITY, 429: 200 })
    expect((await client.ask('/v1/roles', { from: '2001:db8:1:3::1' })).status).toBe(401)
  })

  it('is the same however it is written', async () => {
    const ways = [SOMEBODY, `::ffff:${SOMEBODY}`, '::ffff:cb00:7107', `0:0:0:0:0:FFFF:${SOMEBODY}`]
    const counts = await start().flood(
      CAPACITY + 20,
      '/v1/roles',
      rotate((index) => ways[index % ways.length] ?? ''),
    )
    expect(counts).toEqual({ 401: CAPACITY, 429: 20 })
  })

  it('that is none is in one larger bucket with all of these, apart from those that are known', async () => {
    const client = start()
    const garbage = ['', 'unknown', '1.2.3.4:99', '[::1]', 'evil']
    const counts = await client.flood(SHARED_CAPACITY + 30, '/v1/roles', (index) =>
      index % 6 === 0 ? {} : { from: `${garbage[index % 5]}${index % 7 === 0 ? index : ''}` },
    )
    expect(counts).toEqual({ 401: SHARED_CAPACITY, 429: 30 })
    expect((await client.ask('/v1/roles', { from: SOMEBODY })).status).toBe(401)
  })

  it.each<[string, Partial<VaultHandlerOptions<string | undefined>>]>([
    ['when the host tells it', {}],
    ['when the host tells none', { clientAddress: () => undefined }],
  ])('is never read from a header that the client can set, %s', async (_name, options) => {
    const client = start(options)
    const capacity = options.clientAddress ? SHARED_CAPACITY : CAPACITY
    const counts = await client.flood(capacity + 25, '/v1/roles', (index) => {
      const address = `198.51.${index >> 8}.${index & 255}`
      const names = ['x-forwarded-for', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip', 'fly-client-ip']
      const headers = { ...Object.fromEntries(names.map((name) => [name, address])), forwarded: `for=${address}` }
      return { headers, from: SOMEBODY }
    })
    expect(counts).toEqual({ 401: capacity, 429: 25 })
  })

  it('is unknown when the host’s function throws, or tells what is no text', async () => {
    const { log, lines } = loggingTo()
    const throwing = start({
      log,
      clientAddress: () => {
        throw new Error('no socket')
      },
    })
    expect(await throwing.flood(CAPACITY + 1, '/v1/roles')).toEqual({ 401: CAPACITY + 1 })
    expect(lines.filter((line) => line.includes('clientAddress'))).toHaveLength(CAPACITY + 1)
    const telling = start({ clientAddress: () => 7 as unknown as string })
    expect(await telling.flood(SHARED_CAPACITY + 1, '/v1/roles')).toEqual({ 401: SHARED_CAPACITY, 429: 1 })
  })
})

function loggingTo(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = []
  const write = (_fields: object, message: string): void => void lines.push(message)
  return { lines, log: { debug: write, info: write, warn: write, error: write } }
}

describe('a limiter of the host', () => {
  const listening = (): { readonly rateLimit: RateLimiter; readonly asked: RateLimitRequest[] } => {
    const asked: RateLimitRequest[] = []
    return {
      asked,
      rateLimit: (request) => {
        asked.push(request)
        return { allowed: true }
      },
    }
  }

  it('is asked about everybody once, by who he proved to be, or else by his address', async () => {
    const { rateLimit, asked } = listening()
    const client = start({ rateLimit })
    const { clientId, token } = await world.client()
    await client.ask('/v1/roles/reader', { as: token, from: SOMEBODY })
    await client.ask('/v1/roles', { as: 'user.alice.x', from: SOMEBODY })
    await client.ask('/v1/roles', { as: forged(), from: SOMEBODY })
    await client.ask('/v1/roles', { from: '2001:db8::9' })
    await client.ask(JWKS, { as: token })
    expect(asked.map(({ key, route }) => [key, route])).toEqual([
      [`client:${clientId}`, 'GET /v1/roles/{roleId}'],
      ['user:alice', 'GET /v1/roles'],
      [`address:${SOMEBODY}`, 'GET /v1/roles'],
      ['address:2001:db8:0:0::/64', 'GET /v1/roles'],
      ['address:unknown', 'GET /v1/clients/{clientId}/.well-known/openid-configuration/jwks'],
    ])
    expect(asked.map(({ request }) => request.url)).toContain(`${PUBLIC_URL}/v1/roles/reader`)
  })

  it('is asked about what browsers do to connect', async () => {
    const { rateLimit, asked } = listening()
    const [stranger, alice] = [start({ rateLimit }), start({ rateLimit, identify: () => 'alice' })]
    for (const client of [stranger, alice]) {
      await client.ask('/connect/in-code', { from: SOMEBODY })
      await client.ask('/connect/in-code', { from: SOMEBODY, method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
      await client.ask('/connect/in-code/callback?state=s', { from: SOMEBODY })
    }
    const routes = ['GET /connect/{connectionId}', 'POST /connect/{connectionId}', 'GET /connect/{connectionId}/callback']
    expect(asked.map(({ key, route }) => [key, route])).toEqual(
      [`address:${SOMEBODY}`, 'user:alice'].flatMap((key) => routes.map((route) => [key, route])),
    )
  })

  it('is not asked about health checks, nor about what no operation is', async () => {
    const { rateLimit, asked } = listening()
    const client = start({ rateLimit })
    await client.ask('/v1/health')
    await client.ask('/v1/nothing')
    await client.ask('/v1/roles', { method: 'DELETE' })
    expect(asked).toEqual([])
  })

  it('is asked about every other operation', async () => {
    const { rateLimit, asked } = listening()
    const client = start({ rateLimit })
    const limited = apiOperations.filter(({ unlimited }) => !unlimited)
    for (const { method, path } of limited) await client.ask(path.replace(/\{\w+\}/g, 'x'), { method, as: world.admin })
    expect(asked.map(({ route }) => route)).toEqual(limited.map(({ method, path }) => `${method} ${path}`))
    expect(apiOperations.filter(({ unlimited }) => unlimited).map(({ operationId }) => operationId)).toEqual([
      'exchangeToken',
      'checkHealth',
    ])
  })

  it.each([
    [1, '1'],
    [1_000, '1'],
    [1_001, '2'],
    [90_000, '90'],
  ])('that refuses for %i ms gives a 429 with Retry-After %s, and nothing is done', async (retryAfterMs, retryAfter) => {
    const rateLimit: RateLimiter = async ({ key }) => (key.startsWith('client:') ? { allowed: false, retryAfterMs } : { allowed: true })
    const createRole: Asked = {
      method: 'POST',
      as: world.admin,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ roleId: 'made', name: 'Made', permissions: [{ action: 'read', allow: true, grant: false, delegate: false }] }),
    }
    const response = await start({ rateLimit }).ask('/v1/roles', createRole)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe(retryAfter)
    await expect(world.vault.roles.get('made')).rejects.toMatchObject({ code: 'not_found' })
    expect((await start().ask('/v1/roles', createRole)).status).toBe(201)
    await world.vault.roles.delete('made')
  })

  it('decides before the permission is looked at', async () => {
    const isAllowed = vi.spyOn(world.vault.permissions, 'isAllowed')
    const { token } = await world.client()
    const client = start({ rateLimit: () => ({ allowed: false, retryAfterMs: 1 }) })
    expect((await client.ask('/v1/roles', { as: token })).status).toBe(429)
    expect(isAllowed).not.toHaveBeenCalled()
    isAllowed.mockRestore()
  })

  it.each<[string, RateLimiter]>([
    [
      'throws',
      () => {
        throw new Error('redis is away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('redis is away'))],
  ])('that %s lets requests through, and the log is told', async (_name, rateLimit) => {
    const { log, lines } = loggingTo()
    const client = start({ rateLimit, log })
    expect((await client.ask('/v1/roles', { as: world.admin })).status).toBe(200)
    expect((await client.ask('/v1/roles', { as: forged() })).status).toBe(401)
    expect((await client.ask(JWKS)).status).toBe(404)
    expect(lines).toEqual(Array.from({ length: 3 }, () => 'The rate limiter failed. The request was let through.'))
  })
})
