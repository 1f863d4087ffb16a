import { memoryStore } from '@holdfast/vault-store-memory'
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { type ConnectionInput, createVault, localKeyring, type VaultOptions } from '../../src/index.js'
import { manualClock } from '../fixtures/manual-clock.js'

const TOKEN_ENDPOINT = 'https://api.example/oauth/token'
const ROBOT = { connectionId: 'robot' } as const

const robot: ConnectionInput = {
  ...ROBOT,
  tokenEndpoint: TOKEN_ENDPOINT,
  clientId: 'robot-client',
  clientSecret: 'canary-client-secret',
  grant: { type: 'client_credentials', scope: 'reports', parameters: { audience: 'https://api.example' } },
  apiOrigins: ['https://api.example'],
}

/** A provider that gives a token for each request that it is sent, unless `answers` says otherwise. */
function world(connection: Partial<ConnectionInput> = {}, without: readonly string[] = []) {
  const clock = manualClock()
  const store = memoryStore({ clock: () => clock.now() })
  const sent: URLSearchParams[] = []
  const headers: Headers[] = []
  const answers: Response[] = []
  const apiRequests: Headers[] = []
  const events: unknown[] = []
  const fetch: NonNullable<VaultOptions['fetch']> = async (input, init) => {
    if (String(input) !== TOKEN_ENDPOINT) {
      apiRequests.push(new Headers(init?.headers))
      return new Response('ok')
    }
    sent.push(new URLSearchParams(String(init?.body)))
    headers.push(new Headers(init?.headers))
    return answers.shift() ?? Response.json({ access_token: `canary-access-${sent.length}`, token_type: 'Bearer', expires_in: 3600 })
  }
  const open = (changed: Partial<ConnectionInput> = {}) =>
    createVault({
      store,
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: [
        Object.fromEntries(
          Object.entries({ ...robot, ...connection, ...changed }).filter(([field]) => !without.includes(field)),
        ) as unknown as ConnectionInput,
      ],
      clock,
      fetch,
      background: false,
      on: (event) => events.push(event),
    })
  return { clock, store, sent, headers, answers, apiRequests, events, open, fetch }
}

describe('the credential of a connection itself', () => {
  it('is asked for once by however many callers and processes, kept, and asked for again when it ends', async () => {
    const { clock, sent, headers, open } = world()
    const vaults = [open(), open(), open()]
    const asked = Promise.all([...vaults, ...vaults].map((vault) => vault.getCredentials(ROBOT)))
    // The other processes look again and again whether the first one is done.
    await clock.advance(5_000)
    const tokens = await asked
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['canary-access-1']))
    expect(Object.fromEntries(sent[0] ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'reports',
      audience: 'https://api.example',
    })
    expect(headers[0]?.get('authorization')).toMatch(/^Basic /)
    expect(tokens[0]).toMatchObject({ userId: '~connection', accountId: 'default', tokenType: 'Bearer' })
    await clock.advance(3_600_000)
    expect((await open().getCredentials(ROBOT)).accessToken).toBe('canary-access-2')
    expect(sent).toHaveLength(2)
  })

  it('is sent along by `vault.fetch`', async () => {
    const { apiRequests, open } = world()
    expect(await (await open().fetch(ROBOT, 'https://api.example/reports')).text()).toBe('ok')
    expect(apiRequests[0]?.get('authorization')).toBe('Bearer canary-access-1')
  })

  it('is the application’s: a refusal of the provider ends nothing, and the next request is made when the fault is mended', async () => {
    const { clock, answers, open } = world()
    const vault = open()
    answers.push(Response.json({ error: 'invalid_grant' }, { status: 400 }), Response.json({ error: 'invalid_client' }, { status: 401 }))
    await expect(vault.getCredentials(ROBOT)).rejects.toMatchObject({ code: 'provider_rejected_client' })
    await clock.advance(3_600_000)
    await expect(vault.getCredentials(ROBOT)).rejects.toMatchObject({ code: 'provider_rejected_client' })
    await clock.advance(3_600_000)
    expect((await vault.getCredentials(ROBOT)).accessToken).toBe('canary-access-3')
  })

  it('begins anew after everything was revoked, and is no refresh token to be revoked', async () => {
    const { sent, open } = world({ revocationEndpoint: `${TOKEN_ENDPOINT}` })
    const vault = open()
    await vault.getCredentials(ROBOT)
    await vault.revokeAll()
    await expect.poll(() => sent.filter((body) => body.has('token')).map((body) => body.get('token'))).toEqual(['canary-access-1'])
    expect((await vault.getCredentials(ROBOT)).accessToken).toMatch(/^canary-access-/)
  })

  it.each<[string, object]>([
    ['as the provider says', { scope: 'reports mail' }],
    ['as it was asked for, where the provider says nothing', {}],
  ])('is granted for scopes %s', async (_what, stated) => {
    const { sent, answers, open } = world({ grant: { type: 'client_credentials', scope: 'reports mail' } })
    const vault = open()
    answers.push(Response.json({ access_token: 'canary-access-1', token_type: 'Bearer', expires_in: 3600, ...stated }))
    const { accessToken, scope } = await vault.getCredentials(ROBOT, { requiredScopes: ['mail'] })
    expect([accessToken, scope]).toEqual(['canary-access-1', 'reports mail'])
    await expect(vault.getCredentials(ROBOT, { requiredScopes: ['files'] })).rejects.toMatchObject({
      code: 'insufficient_scope',
      facts: { missingScopes: ['files'], grantedScopes: ['reports', 'mail'] },
    })
    expect(sent).toHaveLength(1)
  })

  it('is asked for with scopes that were added since, when its token is', async () => {
    const { answers, open } = world()
    await open().getCredentials(ROBOT)
    const vault = open({ grant: { type: 'client_credentials', scope: 'reports mail' } })
    const asked = vault.getCredentials(ROBOT, { requiredScopes: ['mail'], forceRefresh: true })
    await expect(asked).resolves.toMatchObject({ accessToken: 'canary-access-2', scope: 'reports mail' })
    answers.push(Response.json({ access_token: 'canary-access-3', token_type: 'Bearer', expires_in: 3600, scope: 'reports' }))
    await expect(vault.getCredentials(ROBOT, { requiredScopes: ['mail'], forceRefresh: true })).rejects.toMatchObject({
      code: 'insufficient_scope',
      facts: { missingScopes: ['mail'] },
    })
  })

  it('is of nobody else, and nobody else’s', async () => {
    const { open } = world()
    const vault = open()
    const refused = { code: 'invalid_request', facts: { fields: { userId: expect.any(String) } } }
    await expect(vault.getCredentials({ ...ROBOT, userId: 'alice' })).rejects.toMatchObject(refused)
    await expect(vault.getCredentials({ ...ROBOT, userId: '~connection' })).rejects.toMatchObject(refused)
    await expect(vault.fetch({ ...ROBOT, userId: 'alice' }, 'https://api.example/')).rejects.toMatchObject(refused)
    await expect(vault.importCredential({ ...ROBOT, userId: 'alice', accessToken: 'x' })).rejects.toMatchObject({ code: 'invalid_request' })
    const flow = vault.authorization.start({ ...ROBOT, userId: 'alice', redirectUri: 'https://app.example/callback' })
    await expect(flow).rejects.toMatchObject({ code: 'invalid_request', facts: { fields: { connectionId: expect.any(String) } } })
  })

  it('is none where users consent', async () => {
    const { grant: _grant, ...ofUsers } = { ...robot, authorizationEndpoint: 'https://api.example/authorize' }
    const vault = createVault({
      store: memoryStore(),
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: [ofUsers],
    })
    await expect(vault.getCredentials(ROBOT)).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { userId: expect.any(String) } },
    })
    await vault.close()
  })

  it('is told of in events as the connection’s', async () => {
    const { events, open } = world()
    await open().getCredentials(ROBOT)
    expect(events).toContainEqual(expect.objectContaining({ type: 'accessed', connectionId: 'robot', userId: '~connection' }))
    expect(JSON.stringify(events)).not.toContain('canary')
  })
})

describe('a service account', () => {
  it('is known by an assertion of its key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const { clock, sent, headers, open } = world(
      {
        clientId: 'robot@project.example',
        privateKey: await exportPKCS8(privateKey),
        grant: { type: 'jwt_bearer', scope: 'https://api.example/auth/reports', subject: 'alice@example.com', scopeInAssertion: true },
      },
      ['clientSecret'],
    )
    const { accessToken } = await open().getCredentials(ROBOT)
    expect(accessToken).toBe('canary-access-1')
    expect(sent[0]?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    expect(sent[0]?.has('scope')).toBe(false)
    expect(headers[0]?.has('authorization')).toBe(false)
    const { payload, protectedHeader } = await jwtVerify(sent[0]?.get('assertion') ?? '', publicKey, {
      issuer: 'robot@project.example',
      subject: 'alice@example.com',
      audience: TOKEN_ENDPOINT,
      currentDate: new Date(clock.now()),
    })
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT' })
    expect(payload).toMatchObject({ scope: 'https://api.example/auth/reports', jti: expect.any(String) })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
  })
})

it('is asked for with the resources of its connection, whatever the grant', async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const resource = ['https://files.example/', 'urn:example:mail']
  const byKey = { privateKey: await exportPKCS8(privateKey), grant: { type: 'jwt_bearer' } } as const
  for (const { sent, open } of [world({ resource }), world({ resource, ...byKey }, ['clientSecret'])]) {
    await open().getCredentials(ROBOT)
    expect(sent[0]?.getAll('resource')).toEqual(resource)
  }
})

describe('what stands in the connection', () => {
  it.each<[string, Partial<ConnectionInput>, string, string]>([
    ['an API key', { grant: { type: 'api_key' }, apiTokenHeader: { name: 'X-Api-Key' } }, 'x-api-key', 'canary-client-secret'],
    ['an API key as a bearer token', { grant: { type: 'api_key' } }, 'authorization', 'Bearer canary-client-secret'],
    ['a name and a password', { grant: { type: 'basic' } }, 'authorization', `Basic ${btoa('robot-client:canary-client-secret')}`],
  ])('is handed out without a request: %s', async (_what, connection, header, value) => {
    const { sent, apiRequests, open } = world(connection)
    const vault = open()
    await vault.fetch(ROBOT, 'https://api.example/reports')
    expect(apiRequests[0]?.get(header)).toBe(value)
    const { expiresAt, fingerprint } = await vault.getCredentials(ROBOT)
    expect(expiresAt).toBeUndefined()
    expect(fingerprint).toMatch(/^[\w-]{22}$/)
    expect(sent).toEqual([])
  })

  it('may be each user’s own key, which was imported', async () => {
    const { apiRequests, open } = world({ grant: { type: 'api_key' }, apiTokenHeader: { name: 'X-Api-Key' } })
    const vault = open()
    await vault.importCredential({ ...ROBOT, userId: 'alice', accessToken: 'canary-key-of-alice' })
    await vault.fetch({ ...ROBOT, userId: 'alice' }, 'https://api.example/me')
    expect(apiRequests[0]?.get('x-api-key')).toBe('canary-key-of-alice')
    await expect(vault.fetch({ ...ROBOT, userId: 'bob' }, 'https://api.example/me')).rejects.toMatchObject({ code: 'credential_not_found' })
  })
})

describe('a grant that is wrong', () => {
  it.each<[string, object, string]>([
    ['of no type', { grant: {} }, 'grant'],
    ['of another type', { grant: { type: 'password' } }, 'grant'],
    ['with a field of another', { grant: { type: 'api_key', scope: 'x' } }, 'grant.scope'],
    ['without a key to sign with', { grant: { type: 'jwt_bearer' } }, 'privateKey'],
    ['without an endpoint', { tokenEndpoint: undefined, grant: { type: 'client_credentials' } }, 'issuer'],
    [
      'with a parameter that the vault sets',
      { grant: { type: 'client_credentials', parameters: { client_secret: 'x' } } },
      'grant.parameters.client_secret',
    ],
  ])('is refused: %s', (_what, changed, field) => {
    const make = () => world(changed as Partial<ConnectionInput>).open()
    expect(make).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        facts: { fields: expect.objectContaining({ [`connections[0].${field}`]: expect.any(String) }) },
      }),
    )
  })
})

describe('a token that is exchanged', () => {
  const ADA = { connectionId: 'robot', userId: 'ada' } as const

  /** A user who has a token on another connection, and a provider that exchanges it as `answers` says. */
  async function exchangeWorld(tokenLifetimeS = 7_200, subjects: Readonly<Record<string, string>> = { robot: 'front' }) {
    const { clock, store, sent, answers, fetch } = world()
    const vault = createVault({
      store,
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: [
        ...Object.entries(subjects).map(
          ([connectionId, subjectConnectionId]): ConnectionInput => ({
            ...robot,
            connectionId,
            grant: { type: 'token_exchange', subjectConnectionId, audience: 'reports' },
          }),
        ),
        {
          connectionId: 'front',
          authorizationEndpoint: 'https://front.example/authorize',
          tokenEndpoint: 'https://front.example/token',
          clientId: 'front',
        },
      ],
      clock,
      fetch,
      background: false,
    })
    await vault.importCredential({
      connectionId: 'front',
      userId: 'ada',
      accessToken: 'canary-subject',
      expiresAt: new Date(clock.now() + tokenLifetimeS * 1000),
    })
    return { vault, clock, sent, answers }
  }

  it('is asked for with the subject’s token, and with nothing else of his', async () => {
    const { vault, sent } = await exchangeWorld()
    expect((await vault.getCredentials(ADA)).accessToken).toBe('canary-access-1')
    expect(Object.fromEntries(sent[0] ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'canary-subject',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'reports',
    })
  })

  it.each<[string, object, string]>([
    ['a refresh token', { issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'provider_unavailable'],
    ['an ID token', { issued_token_type: 'urn:ietf:params:oauth:token-type:id_token', token_type: 'N_A' }, 'provider_unavailable'],
  ])('is none if it is %s', async (_what, changes, code) => {
    const { vault, answers } = await exchangeWorld()
    answers.push(Response.json({ access_token: 'canary-access-9', token_type: 'Bearer', expires_in: 60, ...changes }))
    await expect(vault.getCredentials(ADA)).rejects.toMatchObject({ code })
  })

  it.each(['invalid_grant', 'invalid_request'])('that is refused with %s is one user’s matter, and asked for again', async (error) => {
    const { vault, answers, clock, sent } = await exchangeWorld()
    answers.push(Response.json({ error }, { status: 400 }))
    await expect(vault.getCredentials(ADA)).rejects.toMatchObject({
      code: 'provider_unavailable',
      facts: { reason: 'subject_token_rejected' },
    })
    await vault.importCredential({ connectionId: 'front', userId: 'bob', accessToken: 'canary-of-bob' })
    expect((await vault.getCredentials({ ...ADA, userId: 'bob' })).accessToken).toMatch(/^canary-access/)
    await clock.advance(600_000)
    expect((await vault.getCredentials(ADA)).accessToken).toMatch(/^canary-access/)
    expect(sent).toHaveLength(3)
  })

  it('ends with what it was made of', async () => {
    const { vault, clock, sent } = await exchangeWorld(7_200)
    await vault.getCredentials(ADA)
    await clock.advance(7_200_000)
    await expect(vault.getCredentials(ADA)).rejects.toMatchObject({ code: 'reauthorization_required', facts: { connectionId: 'front' } })
    expect(sent).toHaveLength(1)
  })

  it('ends with the account that it was made of, and another one is made of that which is the default one then', async () => {
    const { vault, clock, sent } = await exchangeWorld()
    await vault.importCredential({ connectionId: 'front', userId: 'eve', accessToken: 'canary-of-first', subject: 'first' })
    await clock.advance(1_000)
    await vault.importCredential({ connectionId: 'front', userId: 'eve', accessToken: 'canary-of-second', subject: 'second' })
    await clock.advance(1_000)
    const EVE = { ...ADA, userId: 'eve' }
    const first = await vault.getCredentials(EVE)
    await vault.disconnect({ connectionId: 'front', userId: 'eve', accountId: 'first' })
    const second = await vault.getCredentials(EVE)
    expect(second.accessToken).not.toBe(first.accessToken)
    expect((await vault.getCredentials(EVE)).accessToken).toBe(second.accessToken)
    expect(sent.map((body) => body.get('subject_token'))).toEqual(['canary-of-first', 'canary-of-second'])
    await vault.disconnect({ connectionId: 'front', userId: 'eve' })
    await expect(vault.getCredentials(EVE)).rejects.toMatchObject({ code: 'credential_not_found', facts: { connectionId: 'front' } })
  })

  it('may be made of one that was exchanged itself, and ends with the first', async () => {
    const { vault, sent } = await exchangeWorld(7_200, { robot: 'middle', middle: 'front' })
    const { accessToken } = await vault.getCredentials(ADA)
    expect(sent.map((body) => body.get('subject_token'))).toEqual(['canary-subject', 'canary-access-1'])
    expect(accessToken).toBe('canary-access-2')
    await vault.disconnect({ connectionId: 'front', userId: 'ada' })
    await expect(vault.getCredentials(ADA)).rejects.toMatchObject({ code: 'credential_not_found', facts: { connectionId: 'front' } })
  })

  it.each([{ robot: 'robot' }, { robot: 'middle', middle: 'robot' }, { robot: 'middle', middle: 'middle' }])(
    'is never made of itself: %j',
    async (subjects) => {
      const { vault, sent } = await exchangeWorld(7_200, subjects)
      await expect(vault.getCredentials(ADA)).rejects.toMatchObject({
        code: 'invalid_configuration',
        facts: { fields: { 'grant.subjectConnectionId': expect.stringMatching(/^leads back to where it began: "robot" → /) } },
      })
      expect(sent).toEqual([])
    },
  )

  it('is made once of a consent that was given where the clock is ahead', async () => {
    const { vault, clock, sent } = await exchangeWorld()
    clock.jump(60_000)
    await vault.importCredential({ connectionId: 'front', userId: 'eve', accessToken: 'canary-of-eve' })
    clock.jump(-60_000)
    for (let calls = 0; calls < 3; calls++) await vault.getCredentials({ ...ADA, userId: 'eve' })
    expect(sent).toHaveLength(1)
  })

  it('is nobody’s without a user, and needs to know whose', async () => {
    const { vault } = await exchangeWorld()
    await expect(vault.getCredentials({ connectionId: 'robot' })).rejects.toThrow('`userId` is missing')
    expect(() => world({ grant: { type: 'token_exchange' } as never }).open()).toThrow(
      '`connections[0].grant.subjectConnectionId` is missing',
    )
  })
})
