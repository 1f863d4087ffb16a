import { consentByHttp } from '@holdfast/demo-provider'
import express, { type Express, type RequestHandler } from 'express'
import express4 from 'express4'
import { afterEach, describe, expect, it } from 'vitest'
import { requireCredentials, type VaultRouterOptions, vaultRouter } from '../src/index.js'
import { type AppWorld, type AppWorldOptions, appWorld } from './fixtures/app-world.js'
import { navigate, rawGet } from './fixtures/navigate.js'

const open: AppWorld[] = []
const world = async (options: AppWorldOptions): Promise<AppWorld> => {
  const made = await appWorld(options)
  open.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close()))
})

const versions: readonly (readonly [string, () => Express])[] = [
  ['5', express],
  ['4', express4],
]
const jsonFirst: RequestHandler[] = [express.json(), express.urlencoded()]

describe.each(versions)('on Express %s', (_version, createApp) => {
  it.each([
    ['before', true],
    ['after', false],
  ])('the vault answers its routes with the application’s own body parsers %s it, and passes on all others', async (_name, before) => {
    const made = await world({
      createApp,
      build: (app, parts) => {
        if (before) app.use(...jsonFirst)
        app.use(vaultRouter(parts))
        if (!before) app.use(...jsonFirst)
        app.get('/v1/other', (_req, res) => void res.json({ host: 'v1' }))
        app.get('/api/session', (_req, res) => void res.json({ host: 'api' }))
        app.get('/connect', (_req, res) => void res.json({ host: 'connect' }))
        app.post('/echo', (req, res) => void res.json(req.body))
        app.use((_req, res) => void res.status(418).json({ host: 'last' }))
      },
    })
    const browser = made.browser('alice')
    for (const path of ['/v1/other', '/api/session', '/connect'])
      expect(await (await browser(path)).json()).toMatchObject({ host: expect.any(String) })
    for (const path of ['/', '/v1', '/v1/', '/connect/demo/', '/connect/demo/else', '/v1/connections/a/users/b', '/oauth/tokens']) {
      expect((await browser(path)).status, path).toBe(418)
    }
    const echoed = await browser('/echo', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' })
    expect(await echoed.json()).toEqual({ a: 1 })
    expect((await browser('/v1/health', { headers: { 'content-type': 'application/json' } })).status).toBe(200)
    const begun = await browser('/connect/demo', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    })
    expect(begun.status).toBe(303)
    const wrongMethod = await browser('/v1/health', { method: 'DELETE' })
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'GET'])
    expect((await browser('/v1/health', { method: 'HEAD' })).status).toBe(200)
  })

  it('the whole way: not connected, sent to consent, back, and the API is called', async () => {
    const made = await world({
      createApp,
      build: (app, { vault, ...rest }) => {
        app.use(vaultRouter({ vault, ...rest }))
        app.get('/files', requireCredentials({ vault, connectionId: 'demo' }), async (req, res) => {
          const answer = await fetch(new URL('files', made.provider.apiUrl), {
            headers: { authorization: `Bearer ${req.credentials?.accessToken}` },
          })
          res.status(answer.status).json(await answer.json())
        })
      },
    })
    const browser = made.browser('alice')
    const sent = await navigate(made.origin, '/files?page=2', 'alice')
    expect([sent.status, sent.location]).toEqual([303, '/connect/demo?return_to=%2Ffiles%3Fpage%3D2'])
    const started = await browser(sent.location ?? '')
    const back = await browser(await consentByHttp(started.headers.get('location') ?? '', { login: 'bob' }))
    expect(back.headers.get('location')).toBe(`${made.origin}/files?page=2`)
    const files = await browser('/files')
    expect(await files.json()).toMatchObject({ owner: 'Bob Brandt' })
  })

  it('a user who has to consent first comes back to a page whose path has a slash or a percent sign in a name', async () => {
    const made = await world({
      createApp,
      build: (app, { vault, ...rest }) => {
        app.use(vaultRouter({ vault, ...rest }))
        app.get('/files/:name', requireCredentials({ vault, connectionId: 'demo' }), (req, res) => void res.json(req.params['name']))
      },
    })
    for (const [userId, path, name] of [
      ['alice', '/files/reports%2Fq1.pdf', 'reports/q1.pdf'],
      ['bob', '/files/100%25', '100%'],
    ] as const) {
      const browser = made.browser(userId)
      const sent = await navigate(made.origin, path, userId)
      const started = await browser(sent.location ?? '')
      expect([path, started.status]).toEqual([path, 303])
      const back = await browser(await consentByHttp(started.headers.get('location') ?? '', { login: 'bob' }))
      expect(back.headers.get('location')).toBe(made.origin + path)
      expect(await (await browser(path)).json()).toBe(name)
    }
  })

  it('mounted under a path, and behind a proxy whose headers a client can forge', async () => {
    const made = await world({
      createApp,
      mountPath: '/vault',
      build: (app, parts) => {
        app.set('trust proxy', true)
        app.use('/vault', vaultRouter(parts))
        app.use((_req, res) => void res.status(418).end())
      },
    })
    const forged = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      host: 'evil.example',
      forwarded: 'host=evil.example',
    }
    const browser = made.browser('alice')
    const started = await browser('/vault/connect/demo?return_to=/x', { headers: forged })
    const redirectUri = new URL(started.headers.get('location') ?? '').searchParams.get('redirect_uri')
    expect(redirectUri).toBe(`${made.origin}/vault/connect/demo/callback`)
    expect((await browser('/connect/demo')).status).toBe(418)
    await made.connect('carol')
    expect((await made.vault.getCredentials({ connectionId: 'demo', userId: 'carol' })).tokenType).toMatch(/bearer/i)
  })

  it('mounted under a path, it serves the routes of the application beside it', async () => {
    const made = await world({
      createApp,
      mountPath: '/vault',
      build: (app, { vault, ...rest }) => {
        app.get(
          '/files',
          requireCredentials({ vault, connectionId: 'demo' }),
          (req, res) => void res.json({ scope: req.credentials?.scope }),
        )
        app.use('/vault', vaultRouter({ vault, ...rest }))
      },
    })
    const sent = await navigate(made.origin, '/files', 'alice')
    expect([sent.status, sent.location]).toEqual([303, '/vault/connect/demo?return_to=%2Ffiles'])
    const refused = await made.browser('alice')('/files')
    expect(await refused.json()).toMatchObject({ errorCode: 'credential_not_found', startUrl: `${made.origin}/vault/connect/demo` })
    const browser = await made.connect('alice')
    expect((await browser('/files')).status).toBe(200)
  })

  it.each([
    ['/vault', undefined],
    ['/vault', '/auth'],
  ])('mounted under %s while its public URL ends in %s, it says so wherever it would have answered', async (place, mountPath) => {
    const made = await world({
      createApp,
      ...(mountPath !== undefined && { mountPath }),
      build: (app, parts) => {
        app.use(place, vaultRouter(parts))
        app.use((_req, res) => void res.status(418).end())
        const onError: express.ErrorRequestHandler = (error, _req, res, _next) => void res.status(500).json(error.facts)
        app.use(onError)
      },
    })
    const browser = made.browser('alice')
    for (const path of ['/connect/demo?return_to=/x', '/v1/health', '/openapi.json']) {
      const told = await browser(place + path)
      expect([path, told.status, await told.json()]).toEqual([path, 500, { fields: { publicUrl: expect.stringContaining('"/vault"') } }])
    }
    for (const path of [`${place}/else`, '/connect/demo', '/v1/health', place]) expect((await browser(path)).status, path).toBe(418)
  })

  it('mounted under a path, it leaves requests that write it in other letters to the application', async () => {
    const made = await world({
      createApp,
      mountPath: '/vault',
      build: (app, parts) => {
        app.use('/vault', vaultRouter(parts))
        app.use((_req, res) => void res.status(418).end())
      },
    })
    expect((await made.browser('alice')('/VAULT/v1/health')).status).toBe(418)
  })

  it('of several routers of one vault, a route is served by the one that its request came through', async () => {
    const made = await world({
      createApp,
      build: (app, { vault, publicUrl, identify }) => {
        const files = requireCredentials({ vault, connectionId: 'demo' })
        const routerAt = (path: string) => vaultRouter({ vault, publicUrl: publicUrl + path, identify })
        const inner = express.Router()
        inner.use(routerAt('/a'))
        inner.get('/files', files)
        app.use('/a', inner)
        app.use('/b', routerAt('/b'))
        app.get('/files', files)
        const onError: express.ErrorRequestHandler = (error, _req, res, _next) => void res.status(500).json({ seen: String(error.message) })
        app.use(onError)
      },
    })
    expect((await navigate(made.origin, '/a/files', 'alice')).location).toBe('/a/connect/demo?return_to=%2Fa%2Ffiles')
    const unclear = await made.browser('alice')('/files')
    expect([unclear.status, await unclear.json()]).toEqual([500, { seen: expect.stringContaining('came through none') }])
  })

  it('an error in identify goes to the application’s own error handler', async () => {
    const made = await world({
      createApp,
      build: (app, { vault, publicUrl }) => {
        const identify = (): never => {
          throw new Error('the session store is away')
        }
        app.use(vaultRouter({ vault, publicUrl, identify }))
        app.get('/files', requireCredentials({ vault, connectionId: 'demo' }), (_req, res) => void res.end())
        const onError: express.ErrorRequestHandler = (error, _req, res, _next) => void res.status(500).json({ seen: String(error.message) })
        app.use(onError)
      },
    })
    for (const path of ['/connect/demo', '/files']) {
      const answer = await made.browser('alice')(path)
      expect([answer.status, await answer.json()], path).toEqual([500, { seen: 'the session store is away' }])
    }
  })
})

describe('requireCredentials', () => {
  const app = (options: Partial<Parameters<typeof requireCredentials>[0]> = {}): Promise<AppWorld> =>
    world({
      build: (host, { vault, ...rest }) => {
        host.use(vaultRouter({ vault, ...rest }))
        host.get(
          '/files',
          requireCredentials({ vault, connectionId: 'demo', ...options }),
          (req, res) => void res.json({ scope: req.credentials?.scope }),
        )
      },
    })

  it('answers an API caller who is not connected with 401, a code, and where to begin', async () => {
    const made = await app()
    const answer = await made.browser('alice')('/files', { headers: { accept: 'application/json' } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toMatchObject({
      errorCode: 'credential_not_found',
      startUrl: `${made.origin}/connect/demo`,
      title: expect.any(String),
    })
  })

  it('answers a script of the page like an API caller, though browsers accept HTML', async () => {
    const made = await app()
    const answer = await made.browser('alice')('/files', { headers: { accept: 'text/html,*/*', 'sec-fetch-mode': 'cors' } })
    expect(answer.status).toBe(401)
  })

  it('answers 401 when nobody is signed in, without a way to connect', async () => {
    const made = await app()
    const answer = await made.browser()('/files')
    const body = (await answer.json()) as object
    expect([answer.status, 'startUrl' in body]).toEqual([401, false])
    expect(body).toMatchObject({ errorCode: 'unauthenticated' })
  })

  it('asks for consent again when a scope is missing', async () => {
    const made = await app({ requiredScopes: ['files.write'] })
    const browser = await made.connect('alice')
    const answer = await browser('/files')
    expect([answer.status, await answer.json()]).toMatchObject([401, { errorCode: 'insufficient_scope', missingScopes: ['files.write'] }])
  })

  it('hands the credentials on', async () => {
    const made = await app()
    const browser = await made.connect('alice')
    expect(await (await browser('/files')).json()).toEqual({ scope: expect.stringContaining('files.read') })
  })

  it('answers 503 with Retry-After while the provider does not answer', async () => {
    const made = await app({ minValidityMs: 10_000_000 })
    const browser = await made.connect('alice')
    await made.provider.close()
    expect((await browser('/files')).status, 'the token still lives').toBe(200)
    const dead = await world({
      build: (host, { vault, ...rest }) => {
        host.use(vaultRouter({ vault, ...rest }))
        host.get('/files', requireCredentials({ vault, connectionId: 'demo' }), (_req, res) => void res.end())
      },
      accessTokenTtlS: 1,
    })
    const other = await dead.connect('alice')
    await dead.provider.close()
    await expect.poll(async () => (await other('/files')).status).toBe(503)
    const answer = await other('/files')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    const body = (await answer.json()) as { errorId: string }
    expect(body).toMatchObject({ errorCode: 'provider_unavailable', errorId: expect.any(String) })
    // Under this id the log has what the answer does not tell.
    const line = { errorId: body.errorId, route: 'requireCredentials', err: expect.objectContaining({ code: 'provider_unavailable' }) }
    expect(dead.logLines).toContainEqual([expect.any(String), line])
  })

  it('without a router before it says what to do', async () => {
    const made = await world({
      build: (host, { vault }) => {
        host.get('/files', requireCredentials({ vault, connectionId: 'demo' }), (_req, res) => void res.end())
        const onError: express.ErrorRequestHandler = (error, _req, res, _next) => void res.status(500).json({ seen: String(error.message) })
        host.use(onError)
      },
    })
    expect(await (await made.browser('alice')('/files')).json()).toEqual({ seen: expect.stringContaining('app.use(vaultRouter(') })
  })
})

describe('vaultRouter', () => {
  it.each(['', 'app.example.com', 'http://app.example.com', 'https://app.example.com/?x', 'https://user@app.example.com', 'javascript:x'])(
    'refuses %j as its public URL',
    async (publicUrl) => {
      const made = await world({})
      expect(() => vaultRouter({ vault: made.vault, publicUrl, identify: () => undefined })).toThrow(
        expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { publicUrl: expect.any(String) } } }),
      )
    },
  )

  it.each([undefined, 'alice'])('refuses %j for `identify`, and does not wait for the first request', async (identify) => {
    const made = await world({})
    const options = { vault: made.vault, publicUrl: 'https://app.example.com', identify } as unknown as VaultRouterOptions
    expect(() => vaultRouter(options)).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { identify: expect.any(String) } } }),
    )
  })

  it('leaves raw paths that no URL can have to the application', async () => {
    const made = await world({
      build: (app, parts) => {
        app.use(vaultRouter(parts))
        app.use((_req, res) => void res.status(418).end())
      },
    })
    for (const path of ['//connect/demo', '//evil.example/connect/demo', '/connect/%', '/connect/%zz'])
      expect((await rawGet(made.origin, path)).status, path).toBe(418)
  })
})
