import { apiOperations } from '@holdfast/vault-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'
import { bearerOf } from './fixtures/bearer.js'

// Who gets what of whom: every operation, asked by every kind of caller, over real HTTP. What is expected is written out by hand.

/** The columns of the table. */
const CALLERS = [
  'nobody',
  'the user himself (Alice)',
  'another user (Bob)',
  'a client without grant',
  'a client with the grant, for another one of the kind',
  'a client with every other action on this one',
  'a client with exactly the grant',
  'the administrator',
] as const

type Caller = (typeof CALLERS)[number]
type Statuses = readonly [number, number, number, number, number, number, number, number]
type Action = 'create' | 'read' | 'update' | 'delete'

/** What one request is about. Made anew for each, so that none finds what another left. */
interface Target {
  readonly path: string
  /** The same for what does not exist. Absent where nothing in the path has to. */
  readonly missingPath?: string
  readonly body?: object
  /** What the grant is on, and what the grant of a neighbour is on. */
  readonly resourceUri: string
  readonly neighbourUri: string
  /** What must be as before when the request was refused. */
  readonly state?: () => Promise<unknown>
}

interface Row {
  readonly operation: string
  readonly action: Action
  readonly expected: Statuses
  readonly target: (id: string) => Promise<Target> | Target
  /** Further grants that the operation needs: role and resource. */
  readonly more?: readonly (readonly [string, string])[]
}

//                                    nobody Alice  Bob  none  near other exact admin
const FOR_GRANTED: (ok: number) => Statuses = (ok) => [401, 403, 403, 403, 403, 403, ok, ok]
const PUBLIC: Statuses = [200, 200, 200, 200, 200, 200, 200, 200]

/** What their admins may do without a grant. */
const JUDGED_BY_ADMINS: readonly string[] = ['PUT /v1/records/{recordId}', 'PUT /v1/groups/{groupId}']

let world: AppWorld
let administrator: string
let made = 0

const oauth = { authenticationUrl: 'https://p.example/authorize', tokenUrl: 'https://p.example/token', clientId: 'c' }
const statements = [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: '/idor/documents' }] }]

/** All but when their keys were last used, which whoever asks changes by asking. */
async function allClients(): Promise<unknown> {
  const { items } = await world.vault.serviceClients.list({ limit: 1_000 })
  return items.map((client) => ({ ...client, verificationKeys: client.verificationKeys.map(({ lastUsed: _lastUsed, ...key }) => key) }))
}

const inCollection = (collection: string, body?: object, state?: Target['state']): Target => ({
  path: `/v1/${PATHS[collection]}`,
  ...(body && { body }),
  resourceUri: `Vault:${collection}`,
  neighbourUri: `Vault:${collection}/another`,
  ...(state && { state }),
})
const PATHS: Readonly<Record<string, string>> = {
  Connections: 'connections',
  ServiceClients: 'clients',
  AccessRecords: 'records',
  Roles: 'roles',
  Groups: 'groups',
  Users: 'users',
  Tenants: 'tenants',
}
const oneOf = (collection: string, id: string, body: object | undefined, state: Target['state']): Target => ({
  path: `/v1/${PATHS[collection]}/${id}`,
  missingPath: `/v1/${PATHS[collection]}/${id}-missing`,
  ...(body && { body }),
  resourceUri: `Vault:${collection}/${id}`,
  neighbourUri: `Vault:${collection}/another`,
  ...(state && { state }),
})
const ofAlice = (rest: string): Target => ({
  path: `/v1/users/alice/resources${rest}`,
  missingPath: `/v1/users/unknown/resources${rest}`,
  resourceUri: 'Vault:UserPermissions/alice',
  neighbourUri: 'Vault:UserPermissions/bob',
})

async function connection(id: string, body?: object): Promise<Target> {
  await world.vault.connections.create({ connectionId: id, issuer: 'https://p.example', clientId: 'c', clientSecret: 's' })
  return oneOf('Connections', id, body, () => world.vault.connections.describe(id))
}
async function client(_id: string, body?: object): Promise<Target> {
  const { clientId } = await world.vault.serviceClients.create({ name: 'target' })
  return oneOf('ServiceClients', clientId, body, () => world.vault.serviceClients.get(clientId))
}
async function accessKey(_id: string): Promise<Target> {
  const { clientId } = await world.vault.serviceClients.create({ name: 'target' })
  const { keyId } = await world.vault.serviceClients.createAccessKey(clientId)
  return {
    path: `/v1/clients/${clientId}/access-keys/${keyId}`,
    missingPath: `/v1/clients/${clientId}/access-keys/missing`,
    resourceUri: `Vault:ServiceClients/${clientId}/access-keys/${keyId}`,
    neighbourUri: `Vault:ServiceClients/${clientId}/access-keys/another`,
    state: () => world.vault.serviceClients.get(clientId),
  }
}
async function record(recordId: string, body?: object): Promise<Target> {
  await world.vault.accessRecords.create({ recordId, name: 'target', users: [{ userId: 'alice' }], statements })
  return oneOf('AccessRecords', recordId, body, () => world.vault.accessRecords.get(recordId))
}
async function role(roleId: string, body?: object): Promise<Target> {
  await world.vault.roles.create({ roleId, name: 'target', permissions: [{ action: 'x', allow: true, grant: false, delegate: false }] })
  return oneOf('Roles', roleId, body, () => world.vault.roles.get(roleId))
}
async function group(id: string, body?: object): Promise<Target> {
  const groupId = `grp_${id}`
  await world.vault.groups.create({ groupId, name: 'target', users: [{ userId: 'alice' }] })
  return oneOf('Groups', groupId, body, () => world.vault.groups.get(groupId))
}
async function user(userId: string, body?: object): Promise<Target> {
  await world.vault.users.put({ userId, name: 'target' })
  return oneOf('Users', userId, body, () => world.vault.users.get(userId))
}
async function tenant(tenantId: string, body?: object): Promise<Target> {
  await world.vault.tenants.create({ tenantId })
  return oneOf('Tenants', tenantId, body, () => world.vault.tenants.get(tenantId))
}

/** Whose caller stands in a form: it has a table of its own below. */
const TOKEN_EXCHANGE = 'POST /oauth/token'

const TABLE: readonly Row[] = [
  {
    operation: 'GET /openapi.json',
    action: 'read',
    expected: PUBLIC,
    target: () => ({ path: '/openapi.json', resourceUri: '/x', neighbourUri: '/y' }),
  },
  {
    operation: 'GET /v1/health',
    action: 'read',
    expected: PUBLIC,
    target: () => ({ path: '/v1/health', resourceUri: '/x', neighbourUri: '/y' }),
  },
  {
    operation: 'GET /v1/clients/{clientId}/.well-known/openid-configuration/jwks',
    action: 'read',
    expected: PUBLIC,
    target: async (id) => {
      const { path, resourceUri, neighbourUri } = await client(id)
      return { path: `${path}/.well-known/openid-configuration/jwks`, resourceUri, neighbourUri }
    },
  },
  {
    operation: 'GET /v1/connections/{connectionId}/users/{userId}/credentials',
    action: 'read',
    expected: [401, 200, 403, 403, 403, 403, 200, 200],
    target: () => ({
      path: '/v1/connections/demo/users/alice/credentials',
      missingPath: '/v1/connections/demo/users/unknown/credentials',
      resourceUri: 'Vault:Connections/demo/Users/alice/Credentials',
      neighbourUri: 'Vault:Connections/demo/Users/bob/Credentials',
    }),
  },
  {
    operation: 'DELETE /v1/connections/{connectionId}/users/{userId}/credentials',
    action: 'update',
    expected: [401, 204, 403, 403, 403, 403, 204, 204],
    target: (connectionId) => ({
      path: `/v1/connections/${connectionId}/users/alice/credentials`,
      missingPath: `/v1/connections/${connectionId}/users/unknown/credentials`,
      resourceUri: `Vault:Connections/${connectionId}/Users/alice/Credentials`,
      neighbourUri: `Vault:Connections/${connectionId}/Users/bob/Credentials`,
    }),
  },
  {
    operation: 'GET /v1/credentials',
    action: 'read',
    expected: FOR_GRANTED(200),
    target: () => ({ path: '/v1/credentials', resourceUri: 'Vault:Credentials', neighbourUri: 'Vault:Credentials/another' }),
  },
  {
    operation: 'GET /v1/credentials',
    action: 'read',
    expected: [401, 200, 403, 403, 403, 403, 200, 200],
    target: () => ({ path: '/v1/credentials?userId=alice', resourceUri: 'Vault:Credentials', neighbourUri: 'Vault:Credentials/another' }),
  },

  { operation: 'GET /v1/connections', action: 'read', expected: FOR_GRANTED(200), target: () => inCollection('Connections') },
  {
    operation: 'POST /v1/connections',
    action: 'create',
    expected: FOR_GRANTED(201),
    target: (connectionId) =>
      inCollection('Connections', { ...oauth, connectionId }, () => world.vault.connections.describeAll({ limit: 1_000 })),
  },
  { operation: 'GET /v1/connections/{connectionId}', action: 'read', expected: FOR_GRANTED(200), target: (id) => connection(id) },
  {
    operation: 'PUT /v1/connections/{connectionId}',
    action: 'update',
    expected: FOR_GRANTED(200),
    target: (id) => connection(id, { ...oauth, clientSecret: 'n' }),
  },
  { operation: 'DELETE /v1/connections/{connectionId}', action: 'update', expected: FOR_GRANTED(204), target: (id) => connection(id) },

  { operation: 'GET /v1/clients', action: 'read', expected: FOR_GRANTED(200), target: () => inCollection('ServiceClients') },
  {
    operation: 'POST /v1/clients',
    action: 'create',
    expected: FOR_GRANTED(201),
    target: () => inCollection('ServiceClients', { name: 'new' }, allClients),
  },
  { operation: 'GET /v1/clients/{clientId}', action: 'read', expected: FOR_GRANTED(200), target: (id) => client(id) },
  {
    operation: 'PUT /v1/clients/{clientId}',
    action: 'update',
    expected: FOR_GRANTED(200),
    target: (id) => client(id, { name: 'changed' }),
  },
  { operation: 'DELETE /v1/clients/{clientId}', action: 'update', expected: FOR_GRANTED(204), target: (id) => client(id) },
  {
    operation: 'POST /v1/clients/{clientId}/access-keys',
    action: 'update',
    expected: FOR_GRANTED(201),
    target: async (id) => {
      const { path, missingPath, resourceUri, ...rest } = await client(id)
      return { ...rest, path: `${path}/access-keys`, missingPath: `${missingPath}/access-keys`, resourceUri: `${resourceUri}/access-keys` }
    },
  },
  {
    operation: 'DELETE /v1/clients/{clientId}/access-keys/{keyId}',
    action: 'update',
    expected: FOR_GRANTED(204),
    target: (id) => accessKey(id),
  },

  { operation: 'GET /v1/records', action: 'read', expected: FOR_GRANTED(200), target: () => inCollection('AccessRecords') },
  {
    operation: 'POST /v1/records',
    action: 'create',
    expected: FOR_GRANTED(201),
    more: [['Vault:Granter', '/idor/documents']],
    target: (recordId) =>
      inCollection('AccessRecords', { recordId, name: 'new', users: [{ userId: 'eve' }], statements }, () =>
        world.vault.permissions.isAllowed({ subject: 'eve', permission: 'read', resource: `/idor/documents/${recordId}` }),
      ),
  },
  { operation: 'GET /v1/records/{recordId}', action: 'read', expected: FOR_GRANTED(200), target: (id) => record(id) },
  {
    operation: 'PUT /v1/records/{recordId}',
    action: 'update',
    expected: FOR_GRANTED(200),
    target: (id) => record(id, { name: 'changed', users: [{ userId: 'alice' }], statements }),
  },
  { operation: 'DELETE /v1/records/{recordId}', action: 'update', expected: FOR_GRANTED(204), target: (id) => record(id) },

  { operation: 'GET /v1/roles', action: 'read', expected: FOR_GRANTED(200), target: () => inCollection('Roles') },
  {
    operation: 'POST /v1/roles',
    action: 'create',
    expected: FOR_GRANTED(201),
    target: (roleId) =>
      inCollection('Roles', { roleId, name: 'new', permissions: [{ action: 'x', allow: true }] }, () => world.vault.roles.list()),
  },
  { operation: 'GET /v1/roles/{roleId}', action: 'read', expected: FOR_GRANTED(200), target: (id) => role(id) },
  {
    operation: 'PUT /v1/roles/{roleId}',
    action: 'update',
    expected: FOR_GRANTED(200),
    target: (id) => role(id, { name: 'changed', permissions: [{ action: 'y', allow: true }] }),
  },
  { operation: 'DELETE /v1/roles/{roleId}', action: 'update', expected: FOR_GRANTED(204), target: (id) => role(id) },

  { operation: 'GET /v1/groups', action: 'read', expected: FOR_GRANTED(200), target: () => inCollection('Groups') },
  {
    operation: 'POST /v1/groups',
    action: 'create',
    expected: FOR_GRANTED(201),
    target: () => inCollection('Groups', { name: 'new', users: [] }, () => world.vault.groups.list({ limit: 1_000 })),
  },
  { operation: 'GET /v1/groups/{groupId}', action: 'read', expected: FOR_GRANTED(200), target: (id) => group(id) },
  {
    operation: 'PUT /v1/groups/{groupId}',
    action: 'update',
    expected: FOR_GRANTED(200),
    target: (id) => group(id, { name: 'changed', users: [] }),
  },
  { operation: 'DELETE /v1/groups/{groupId}', action: 'update', expected: FOR_GRANTED(204), target: (id) => group(id) },

  { operation: 'GET /v1/users', action: 'read', expected: FOR_GRANTED(200), target: () => inCollection('Users') },
  { operation: 'GET /v1/users/{userId}', action: 'read', expected: [401, 200, 403, 403, 403, 403, 200, 200], target: () => user('alice') },
  { operation: 'PUT /v1/users/{userId}', action: 'update', expected: FOR_GRANTED(200), target: () => user('alice', { name: 'changed' }) },
  { operation: 'DELETE /v1/users/{userId}', action: 'update', expected: FOR_GRANTED(202), target: (id) => user(id) },

  { operation: 'GET /v1/tenants', action: 'read', expected: FOR_GRANTED(200), target: () => inCollection('Tenants') },
  {
    operation: 'POST /v1/tenants',
    action: 'create',
    expected: FOR_GRANTED(201),
    target: (tenantId) => inCollection('Tenants', { tenantId }, () => world.vault.tenants.list({ limit: 1_000 })),
  },
  { operation: 'GET /v1/tenants/{tenantId}', action: 'read', expected: FOR_GRANTED(200), target: (id) => tenant(id) },
  {
    operation: 'PUT /v1/tenants/{tenantId}',
    action: 'update',
    expected: FOR_GRANTED(200),
    target: (id) => tenant(id, { data: { name: 'changed' } }),
  },
  { operation: 'DELETE /v1/tenants/{tenantId}', action: 'update', expected: FOR_GRANTED(204), target: (id) => tenant(id) },

  // Alice may read /idor/documents, and nothing else: 404 is the answer that she may not.
  {
    operation: 'GET /v1/users/{userId}/resources/{resourceUri}/permissions/{permission}',
    action: 'read',
    expected: [401, 200, 403, 403, 403, 403, 200, 200],
    target: () => ofAlice('/idor%2Fdocuments/permissions/read'),
  },
  {
    operation: 'GET /v1/users/{userId}/resources/{resourceUri}/permissions/{permission}',
    action: 'read',
    expected: [401, 404, 403, 403, 403, 403, 404, 404],
    target: () => ofAlice('/idor%2Fdocuments/permissions/write'),
  },
  {
    operation: 'GET /v1/users/{userId}/resources/{resourceUri}/permissions/{permission}/explanation',
    action: 'read',
    expected: [401, 200, 403, 403, 403, 403, 200, 200],
    target: () => ofAlice('/idor%2Fdocuments/permissions/write/explanation'),
  },
  {
    operation: 'GET /v1/users/{userId}/resources/{resourceUri}/permissions',
    action: 'read',
    expected: [401, 200, 403, 403, 403, 403, 200, 200],
    target: () => ofAlice('/idor%2Fdocuments/permissions'),
  },
  {
    operation: 'GET /v1/users/{userId}/resources/{resourceUri}/roles',
    action: 'read',
    expected: [401, 200, 403, 403, 403, 403, 200, 200],
    target: () => ofAlice('/idor%2Fdocuments/roles'),
  },
  {
    operation: 'GET /v1/users/{userId}/resources',
    action: 'read',
    expected: [401, 200, 403, 403, 403, 403, 200, 200],
    target: () => ofAlice('?resourceUri=idor'),
  },
]

beforeAll(async () => {
  world = await appWorld({
    build: (app, parts) => app.use(vaultRouter({ ...parts, verifyUserToken: (token) => /^user\.(alice|bob)\.x$/.exec(token)?.[1] })),
  })
  administrator = tokenOf((await world.vault.bootstrapAdministrator())?.accessKey)
  const actions: readonly Action[] = ['create', 'read', 'update', 'delete']
  const permissionOf = (action: Action) => ({ action, allow: true, grant: false, delegate: false })
  for (const action of actions) {
    await world.vault.roles.create({ roleId: `only-${action}`, name: action, permissions: [permissionOf(action)] })
    const others = actions.filter((other) => other !== action).map(permissionOf)
    await world.vault.roles.create({ roleId: `all-but-${action}`, name: `not ${action}`, permissions: others })
  }
  await world.vault.accessRecords.create({ name: 'Of Alice', users: [{ userId: 'alice' }], statements })
  await world.connect('alice')
})
afterAll(() => world.close())

function tokenOf(accessKey: string | undefined): string {
  return bearerOf(accessKey ?? '', world.origin).replace('Bearer ', '')
}

async function clientWith(grants: readonly (readonly [role: string, resourceUri: string])[]): Promise<string> {
  const { clientId } = await world.vault.serviceClients.create({ name: 'caller' })
  const { accessKey } = await world.vault.serviceClients.createAccessKey(clientId)
  if (grants.length > 0) {
    const given = grants.map(([roleId, resourceUri]) => ({ roles: [roleId], resources: [{ resourceUri }] }))
    await world.vault.accessRecords.create({ name: 'caller', users: [{ userId: clientId }], statements: given })
  }
  return tokenOf(accessKey)
}

async function tokenFor(caller: Caller, { action, more = [] }: Row, { resourceUri, neighbourUri }: Target): Promise<string | undefined> {
  switch (caller) {
    case 'nobody':
      return undefined
    case 'the user himself (Alice)':
      return 'user.alice.x'
    case 'another user (Bob)':
      return 'user.bob.x'
    case 'a client without grant':
      return clientWith([])
    case 'a client with the grant, for another one of the kind':
      return clientWith([[`only-${action}`, neighbourUri], ...more])
    case 'a client with every other action on this one':
      return clientWith([[`all-but-${action}`, resourceUri], ...more])
    case 'a client with exactly the grant':
      return clientWith([[`only-${action}`, resourceUri], ...more])
    case 'the administrator':
      return administrator
  }
}

async function send(method: string, path: string, token: string | undefined, body: object | undefined): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  return fetch(world.origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}

/** All of a refusal but the id under which the log has it. */
async function refusalOf(response: Response): Promise<object> {
  return { status: response.status, ...((await response.json()) as object), errorId: '' }
}

it('no operation is missing from the table', () => {
  const named = new Set([...TABLE.map(({ operation }) => operation), TOKEN_EXCHANGE])
  expect(apiOperations.map(({ method, path }) => `${method} ${path}`).filter((operation) => !named.has(operation))).toEqual([])
  expect(apiOperations.length).toBeGreaterThan(40)
})

describe.each(TABLE)('$operation', (row) => {
  const [method = ''] = row.operation.split(' ')

  it.each(CALLERS.map((caller, column) => [caller, row.expected[column]] as const))(
    'asked by %s is answered %i',
    async (caller, status) => {
      made += 1
      const target = await row.target(`target-${made}`)
      const token = await tokenFor(caller, row, target)
      const before = await target.state?.()
      const response = await send(method, target.path, token, target.body)
      expect(response.status).toBe(status)
      expect(response.headers.get('cache-control')).toBe('no-store')
      if (status !== 401 && status !== 403) return

      const refusal = await refusalOf(response)
      expect(refusal).toMatchObject({ errorCode: status === 401 ? 'unauthenticated' : 'permission_denied' })
      expect(await target.state?.()).toEqual(before)
      // What does not exist is refused in the same words.
      if (target.missingPath !== undefined)
        expect(await refusalOf(await send(method, target.missingPath, token, target.body))).toEqual(refusal)
      // The right is decided before the body is looked at; where being an admin counts, a body that is none is told first, whatever there is.
      if (!target.body) return
      const toBadBody = await refusalOf(await send(method, target.path, token, { unknown: 1 }))
      if (status === 403 && JUDGED_BY_ADMINS.includes(row.operation))
        expect(toBadBody).toMatchObject({ status: 400, errorCode: 'invalid_request' })
      else expect(toBadBody).toEqual(refusal)
    },
  )
})

describe(TOKEN_EXCHANGE, () => {
  const row: Row = { operation: TOKEN_EXCHANGE, action: 'read', expected: [400, 200, 400, 400, 400, 400, 200, 200], target: () => target }
  const target: Target = {
    path: '/oauth/token',
    resourceUri: 'Vault:Connections/demo/Users/alice/Credentials',
    neighbourUri: 'Vault:Connections/demo/Users/bob/Credentials',
  }
  const exchange = (token: string, form: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(world.origin + target.path, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        subject_token: token,
        ...form,
      }),
    })

  it.each(CALLERS.map((caller, column) => [caller, row.expected[column]] as const))(
    'asked by %s is answered %i',
    async (caller, status) => {
      const token = (await tokenFor(caller, row, target)) ?? 'nobodys.own.token'
      const response = await exchange(token, { connection: 'demo', requested_subject: 'alice' })
      expect(response.status).toBe(status)
      expect(response.headers.get('cache-control')).toBe('no-store')
      if (status === 200) return
      const refusal = await refusalOf(response)
      expect(refusal).toMatchObject({ error: caller === 'nobody' ? 'invalid_request' : 'invalid_target' })
      for (const missing of [
        { requested_subject: 'unknown' },
        { connection: 'unknown' },
        { connection: '', resource: 'https://unknown.example' },
      ])
        expect(await refusalOf(await exchange(token, { connection: 'demo', requested_subject: 'alice', ...missing }))).toEqual(refusal)
    },
  )
})
