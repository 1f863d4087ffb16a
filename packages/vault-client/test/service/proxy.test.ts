import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vaultRouter } from '../../../vault-express/src/index.js'
import { ALICE, failure, faultyVault, URL_OF_VAULT } from './faulty-vault.js'
import { type ServiceWorld, serviceWorld } from './service-world.js'

const ofApi = (body: BodyInit | null, init: ResponseInit = {}): Response =>
  new Response(body, { ...init, headers: { ...init.headers, 'holdfast-answered-by': 'api' } })

describe('vault.proxy, against a real vault and a real provider', () => {
  let world: ServiceWorld
  let accessKey: string
  beforeAll(async () => {
    world = await serviceWorld({
      connection: ({ issuer }) => ({ apiOrigins: [issuer] }),
      build: (app, parts) => app.use(vaultRouter({ ...parts, proxy: { connections: { demo: { methods: ['GET'] } } } })),
    })
    await world.connect('alice')
    const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
    accessKey = (await world.vault.serviceClients.createAccessKey(clientId)).accessKey
    const statements = [{ roles: ['Vault:ApiCaller'], resources: [{ resourceUri: 'Vault:Connections/*/Users/*/Credentials' }] }]
    await world.vault.accessRecords.create({ name: 'calls', users: [{ userId: clientId }], statements })
  })
  afterAll(() => world.close())

  it('calls the API, and no token comes here', async () => {
    const answers: Response[] = []
    const client = world.client({
      accessKey,
      fetch: async (input, init) => {
        const response = await fetch(input, init)
        answers.push(response.clone())
        return response
      },
    })
    const response = await client.proxy(ALICE)('/api/files')
    expect([response.status, await response.json()]).toMatchObject([200, { files: expect.any(Array) }])
    expect((await client.proxy(ALICE)('/api/nothing?a=b')).status).toBe(404)
    const { accessToken } = await world.vault.getCredentials(ALICE)
    for (const answer of answers) expect((await answer.text()) + JSON.stringify([...answer.headers])).not.toContain(accessToken)
  })

  it('throws what the vault refuses', async () => {
    const api = world.client({ accessKey }).proxy(ALICE)
    await expect(api('/api/files', { method: 'POST' })).rejects.toMatchObject({ code: 'method_not_allowed', status: 405 })
    const nobody = world.client({ accessKey }).proxy({ ...ALICE, userId: 'nobody' })
    await expect(nobody('/api/files')).rejects.toMatchObject({ code: 'credential_not_found' })
    // The rights of the others of this world are to read tokens.
    await expect(world.client().proxy(ALICE)('/api/files')).rejects.toMatchObject({ code: 'permission_denied' })
  })

  it('asks by the vault’s clock where its own is wrong', async () => {
    const clock = { now: () => Date.now() - 3_600_000, sleep: async () => undefined }
    const response = await world.client({ accessKey, clock }).proxy(ALICE)('/api/files')
    expect(response.status).toBe(200)
  })
})

describe('what the vault is sent', () => {
  it('is the request as it is, with the client’s own token and no other', async () => {
    const vault = faultyVault(() => ofApi('fine', { status: 201 }))
    const api = vault.client().proxy({ connectionId: 'demo', userId: 'a/b' })
    const response = await api('/v1/x%2Fy?q=1', { method: 'PATCH', body: 'text', headers: { 'x-a': '1', authorization: 'Bearer mine' } })
    expect([response.status, await response.text()]).toEqual([201, 'fine'])
    const [request] = vault.requests
    expect([request?.method, request?.url, await request?.text()]).toEqual([
      'PATCH',
      `${URL_OF_VAULT}/v1/connections/demo/users/a%2Fb/proxy/v1/x%2Fy?q=1`,
      'text',
    ])
    expect(request?.headers.get('x-a')).toBe('1')
    expect(request?.headers.get('authorization')).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
    expect(request?.redirect).toBe('manual')
  })

  it.each([
    'x',
    '',
    '@evil.example/x',
    '.evil.example',
    ':8080/x',
    '/../credentials',
    '/../../../../../clients',
    '/%2e%2e/credentials',
    '/.%2E/%2e./users/bob/credentials',
    '/x/../../credentials',
    '/..',
    '\\..\\credentials',
    '/..\\credentials',
    '/\t../credentials',
    7,
  ])('is never a path out of the proxy: %j', async (path) => {
    const vault = faultyVault(() => ofApi('fine'))
    await expect(vault.client().proxy(ALICE)(path as string)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(vault.requests).toHaveLength(0)
  })

  it('is sent once, whatever comes of it', async () => {
    const busy = faultyVault(() => failure(503, 'provider_unavailable', { 'retry-after': '7' }))
    await expect(busy.client().proxy(ALICE)('/x')).rejects.toMatchObject({ code: 'provider_unavailable', retryAfterMs: 7_000 })
    const refused = faultyVault(() => failure(401, 'unauthenticated'))
    await expect(refused.client().proxy(ALICE)('/x')).rejects.toMatchObject({ code: 'unauthenticated' })
    const gone = faultyVault(() => {
      throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })
    })
    await expect(gone.client().proxy(ALICE)('/x')).rejects.toMatchObject({
      code: 'vault_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    expect([busy, refused, gone].map(({ requests }) => requests.length)).toEqual([1, 1, 1])
  })

  it('is ended by its signal', async () => {
    const vault = faultyVault(() => new Promise(() => undefined))
    const caller = new AbortController()
    const calling = vault.client().proxy(ALICE)('/x', { signal: caller.signal })
    await expect.poll(() => vault.requests.length).toBe(1)
    caller.abort(new Error('enough'))
    await expect(calling).rejects.toThrow('enough')
  })

  it('an answer of the API is returned, whatever it looks like', async () => {
    const vault = faultyVault(() => ofApi('{"errorCode":"unauthenticated"}', { status: 401 }))
    const response = await vault.client().proxy(ALICE)('/x')
    expect([response.status, await response.json()]).toEqual([401, { errorCode: 'unauthenticated' }])
    expect(vault.requests).toHaveLength(1)
  })
})
