import { consentByHttp } from '@holdfast/demo-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requireCredentials, vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld, type Browser } from './fixtures/app-world.js'
import { bearerOf } from './fixtures/bearer.js'
import { navigate } from './fixtures/navigate.js'

// Two accounts of one user at a real provider, in an ordinary Express application.
let world: AppWorld
let service: string
let users = 0
let ada: string
let browser: Browser

beforeAll(async () => {
  world = await appWorld({
    scope: 'openid offline_access email files.read',
    build: (app, { vault, ...rest }) => {
      const allowedScopes = { demo: ['profile'] }
      app.use(vaultRouter({ vault, ...rest, allowedScopes, verifyUserToken: (token) => /^user\.(\w+)\.x$/.exec(token)?.[1] }))
      const ask = (accessToken: string | undefined, method: string): Promise<Response> =>
        fetch(new URL('files?name=New.txt', world.provider.apiUrl), { method, headers: { authorization: `Bearer ${accessToken}` } })
      app.get('/files', requireCredentials({ vault, connectionId: 'demo' }), async (req, res) => {
        res.json({ account: req.credentials?.accountId, ...(await (await ask(req.credentials?.accessToken, 'GET')).json()) })
      })
      app.get(
        '/new-file',
        requireCredentials({
          vault,
          connectionId: 'demo',
          requiredScopes: ['files.write'],
          accountId: (req) => (typeof req.query.account === 'string' ? req.query.account : undefined),
        }),
        async (req, res) => void res.status((await ask(req.credentials?.accessToken, 'POST')).status).end(),
      )
    },
  })
  const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
  const { accessKey } = await world.vault.serviceClients.createAccessKey(clientId)
  const statements = [
    { roles: ['Vault:UserCredentialsViewer'], resources: [{ resourceUri: 'Vault:Connections/*/Users/*/Credentials' }] },
    { roles: ['Vault:Viewer'], resources: [{ resourceUri: 'Vault:Credentials' }] },
  ]
  await world.vault.accessRecords.create({ name: 'grant', users: [{ userId: clientId }], statements })
  service = bearerOf(accessKey, world.origin)
})
afterAll(() => world.close())
beforeEach(() => {
  users += 1
  ada = `ada${users}`
  browser = world.browser(ada)
})

/** Goes to this start URL and through the provider's pages, and back as far as the callback. */
async function connect(start: string, as: string, scopes?: readonly string[]): Promise<Response> {
  const started = await browser(start)
  return browser(await consentByHttp(started.headers.get('location') ?? '', { login: as, ...(scopes && { scopes }) }))
}

interface Shown {
  readonly accountId: string
  readonly label: string
  readonly isDefault: boolean
  readonly status: string
  readonly scope: string
}

async function credentials(query = `userId=${ada}`, authorization = `Bearer user.${ada}.x`): Promise<readonly Shown[]> {
  const answer = await browser(`/v1/credentials?${query}`, { headers: { authorization } })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { credentials: readonly Shown[] }).credentials
}

const tokenOf = async (accountId?: string): Promise<string> =>
  (await world.vault.getCredentials({ connectionId: 'demo', userId: ada, ...(accountId !== undefined && { accountId }) })).accessToken
const askProvider = async (accessToken: string): Promise<number> =>
  (await fetch(new URL('files', world.provider.apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })).status

it('connects two accounts, lets one of them do more, and disconnects the other', async () => {
  const sent = await navigate(world.origin, '/files', ada)
  expect((await connect(sent.location ?? '', 'alice')).headers.get('location')).toBe(`${world.origin}/files`)
  expect((await connect('/connect/demo', 'bob')).status).toBe(200)
  expect(await credentials()).toMatchObject([
    { accountId: 'bob', label: 'bob@example.com', isDefault: false, status: 'active' },
    { accountId: 'alice', label: 'alice@example.com', isDefault: true, status: 'active' },
  ])
  expect(await (await browser('/files')).json()).toMatchObject({ account: 'alice', owner: 'Alice Alvarez' })

  const lacking = await navigate(world.origin, '/new-file?account=bob', ada)
  expect([lacking.status, lacking.location]).toEqual([
    303,
    '/connect/demo?return_to=%2Fnew-file%3Faccount%3Dbob&account=bob&scope=files.write',
  ])
  const started = new URL((await browser(lacking.location ?? '')).headers.get('location') ?? '')
  expect(started.searchParams.get('scope')).toBe('openid offline_access email files.read files.write')
  const back = await connect(lacking.location ?? '', 'bob')
  expect(back.headers.get('location')).toBe(`${world.origin}/new-file?account=bob`)
  expect((await browser('/new-file?account=bob')).status).toBe(201)
  expect((await browser('/new-file')).status).toBe(401)
  const [bob, alice] = await credentials()
  expect([bob?.scope.includes('files.write'), alice?.scope.includes('files.write')]).toEqual([true, false])

  const token = await tokenOf('alice')
  const disconnected = await browser(`/v1/connections/demo/users/${ada}/credentials?accountId=alice`, {
    method: 'DELETE',
    headers: { authorization: `Bearer user.${ada}.x` },
  })
  expect(disconnected.status).toBe(204)
  expect(await credentials()).toMatchObject([{ accountId: 'bob', isDefault: true }])
  await expect.poll(() => askProvider(token)).toBe(401)
  expect(await askProvider(await tokenOf('bob'))).toBe(200)
  expect(await (await browser('/files')).json()).toMatchObject({ account: 'bob', owner: 'Bob Brandt' })
  expect(world.events.filter((event) => 'userId' in event && event.userId === ada).map(({ type }) => type)).toEqual(
    expect.arrayContaining(['connected', 'scope_changed', 'disconnected']),
  )
})

describe('a scope that is lacking', () => {
  it('is asked for again when the user did not grant it, and what he granted before stays', async () => {
    await connect('/connect/demo', 'alice')
    const { location = '' } = await navigate(world.origin, '/new-file', ada)
    expect(location).toContain('account=alice&scope=files.write')
    await connect(location, 'alice', ['email', 'files.read'])
    expect(await navigate(world.origin, '/new-file', ada)).toEqual({ status: 303, location })
    expect(await (await browser('/files')).json()).toMatchObject({ account: 'alice' })
  })

  it('is told to a script with where to go', async () => {
    await connect('/connect/demo', 'alice')
    const answer = await browser('/new-file')
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({
      errorCode: 'insufficient_scope',
      missingScopes: ['files.write'],
      grantedScopes: ['openid', 'offline_access', 'email', 'files.read'],
      startUrl: `${world.origin}/connect/demo?account=alice&scope=files.write`,
    })
  })

  it('is asked for from the start by the user who has not connected', async () => {
    const { location } = await navigate(world.origin, '/new-file', ada)
    expect(location).toBe('/connect/demo?return_to=%2Fnew-file&scope=files.write')
    await connect(location ?? '', 'carol')
    expect((await browser('/new-file')).status).toBe(201)
  })

  it('stays granted when the account connects again', async () => {
    await connect('/connect/demo?scope=files.write', 'bob')
    await connect('/connect/demo?account=bob', 'bob')
    expect((await browser('/new-file')).status).toBe(201)
  })
})

describe('/connect/{connectionId}', () => {
  it('refuses the user who signs in with another account than the one that is named, and says so', async () => {
    await connect('/connect/demo', 'alice')
    const shown = await connect('/connect/demo?account=alice', 'bob')
    expect([shown.status, await shown.text()]).toEqual([
      400,
      expect.stringContaining('another account than the one that is to be connected'),
    ])
    const back = await connect('/connect/demo?account=alice&return_to=/files', 'bob')
    expect(back.headers.get('location')).toBe(
      `${world.origin}/files?connect_error=authorization_response_invalid&connect_reason=other_account`,
    )
    expect(await credentials()).toMatchObject([{ accountId: 'alice' }])
  })

  it('adds an account while the default one waits for its consent, when that is meant', async () => {
    await connect('/connect/demo', 'alice')
    await world.provider.revokeGrantsOf('alice')
    await expect(world.vault.getCredentials({ connectionId: 'demo', userId: ada }, { forceRefresh: true })).rejects.toMatchObject({
      code: 'reauthorization_required',
    })
    expect((await connect('/connect/demo', 'carol')).status).toBe(400)
    expect((await connect('/connect/demo?add_account=true', 'carol')).status).toBe(200)
    expect(await credentials(`userId=${ada}&status=reauthorization_required`)).toMatchObject([
      { accountId: 'alice', isDefault: true, message: expect.stringContaining('Connect again') },
    ])
    expect(await credentials(`userId=${ada}&status=active`)).toMatchObject([{ accountId: 'carol' }])
  })

  it.each([
    ['a scope that the application does not need', 'scope=admin', 'scope'],
    ['one such scope among others', 'scope=profile+admin', 'scope'],
    ['a scope of all', 'scope=*', 'scope'],
    ['scopes with a parameter in them', 'scope=profile%26prompt%3Dnone', 'scope'],
    ['scopes twice', 'scope=profile&scope=profile', 'scope'],
    ['no account', 'account=', 'account'],
    ['an account of no store', `account=${'x'.repeat(256)}`, 'accountId'],
    ['two accounts', 'account=a&account=b', 'account'],
    ['an account to add that is named', 'account=a&add_account=true', 'add_account'],
    ['another word', 'add_account=1', 'add_account'],
  ])('refuses %s', async (_what, query, field) => {
    const answer = await browser(`/connect/demo?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errorCode: 'invalid_request', fields: { [field]: expect.any(String) } })
  })

  it('asks for scopes that the application allows besides', async () => {
    const started = new URL((await browser('/connect/demo?scope=profile')).headers.get('location') ?? '')
    expect(started.searchParams.get('scope')).toBe('openid offline_access email files.read profile')
  })

  it('looks at no account but those of who is signed in', async () => {
    await connect('/connect/demo?scope=files.write', 'alice')
    const other = world.browser(`${ada}x`)
    const started = new URL((await other('/connect/demo?account=alice&scope=profile')).headers.get('location') ?? '')
    expect(started.searchParams.get('scope')).toBe('openid offline_access email files.read profile')
  })
})

describe('the API', () => {
  it('hands a service client the token of the account that it names, and of the default one', async () => {
    await connect('/connect/demo', 'alice')
    await connect('/connect/demo', 'bob')
    const ask = (query: string): Promise<Response> =>
      browser(`/v1/connections/demo/users/${ada}/credentials${query}`, { headers: { authorization: service } })
    for (const [query, accountId] of [
      ['', 'alice'],
      ['?accountId=default', 'alice'],
      ['?accountId=alice', 'alice'],
      ['?accountId=bob', 'bob'],
      ['?accountId=bob&other=parameter', 'bob'],
    ] as const) {
      expect(await (await ask(query)).json(), query).toMatchObject({ accountId, accessToken: await tokenOf(accountId) })
    }
    expect((await ask('?accountId=carol')).status).toBe(404)
    for (const query of ['?accountId=', '?accountId=a&accountId=b', `?accountId=${'x'.repeat(256)}`])
      expect((await ask(query)).status).toBe(400)
  })

  it('lists by user, connection and status, in pages, and never a token', async () => {
    await connect('/connect/demo', 'alice')
    await connect('/connect/demo', 'bob')
    const accounts: string[] = []
    let next = `/v1/credentials?userId=${ada}&connectionId=demo&status=active&limit=1`
    for (let page = 0; next !== ''; page += 1) {
      const answer = await browser(next, { headers: { authorization: service } })
      const text = await answer.text()
      expect(text).not.toContain(await tokenOf())
      const { credentials: shown, links } = JSON.parse(text)
      accounts.push(...shown.map(({ accountId }: Shown) => accountId))
      next = links.next?.href ?? ''
      if (page > 5) throw new Error('The listing does not end.')
    }
    expect(accounts).toEqual(['bob', 'alice'])
    expect(await credentials(`userId=${ada}&status=quarantined`, service)).toEqual([])
    expect(await credentials(`userId=${ada}&connectionId=other`, service)).toEqual([])
    expect((await credentials('limit=1000', service)).length).toBeGreaterThan(2)
    for (const query of ['status=dead', 'limit=0', 'userId=', 'userId=a%00', 'connectionId=%00', 'unknown=1', 'cursor='])
      expect((await browser(`/v1/credentials?${query}`, { headers: { authorization: service } })).status, query).toBe(400)
  })

  it('shows and ends for a user his own, and nobody else’s', async () => {
    await connect('/connect/demo', 'alice')
    const mallory = { authorization: 'Bearer user.mallory.x' }
    const answers = await Promise.all([
      browser(`/v1/credentials?userId=${ada}`, { headers: mallory }),
      browser('/v1/credentials', { headers: mallory }),
      browser(`/v1/connections/demo/users/${ada}/credentials`, { method: 'DELETE', headers: mallory }),
      browser(`/v1/connections/demo/users/${ada}/credentials`, { method: 'DELETE', headers: { authorization: service } }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect(await credentials('userId=mallory', mallory.authorization)).toEqual([])
    expect(await credentials()).toHaveLength(1)
    const own = { method: 'DELETE', headers: { authorization: `Bearer user.${ada}.x` } }
    for (let call = 0; call < 2; call += 1) expect((await browser(`/v1/connections/demo/users/${ada}/credentials`, own)).status).toBe(204)
    expect(await credentials()).toEqual([])
  })
})
