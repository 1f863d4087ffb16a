import { vaultRouter } from '@holdfast/vault-express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isVaultClientError, VaultClientError } from '../../src/service/index.js'
import { type ServiceWorld, serviceWorld } from './service-world.js'

// Over real HTTP, from the vault's own routes; the vault over a real provider.
let world: ServiceWorld

beforeAll(async () => {
  world = await serviceWorld()
  await world.connect('alice')
})
afterAll(() => world.close())

interface Claims {
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

const partsOf = (token: string): [Record<string, unknown>, Record<string, unknown> & Claims] => {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString() || '{}'))
  return [header, claims]
}

describe('getCredentials', () => {
  it('returns a token that the provider’s API accepts, and what the vault knows of it', async () => {
    const credentials = await world.client().getCredentials({ connectionId: 'demo', userId: 'alice' })
    expect(await world.askApi(credentials.accessToken)).toBe(200)
    const own = await world.vault.getCredentials({ connectionId: 'demo', userId: 'alice' })
    expect(credentials).toEqual({
      accountId: 'alice',
      tokenType: own.tokenType,
      scope: own.scope,
      expiresAt: own.expiresAt,
      properties: {},
    })
    expect(credentials.expiresAt).toBeInstanceOf(Date)
  })

  it.each(['auth0|5f7c', 'a/b', 'user with spaces', 'm@example.com', 'ünïcode-名前', 'Users/*/Credentials', '*', 'a%2Fb', '...', '?a=b#c'])(
    'reads the credential of user %j, and of nobody else',
    async (userId) => {
      await world.connect(userId)
      const { accessToken } = await world.client().getCredentials({ connectionId: 'demo', userId })
      expect(accessToken).toBe((await world.vault.getCredentials({ connectionId: 'demo', userId })).accessToken)
    },
  )

  it('reads the account that is named, each by itself, and the default one where none is', async () => {
    const client = world.client()
    const selector = { connectionId: 'demo', userId: 'two accounts' }
    await world.connect(selector.userId, 'alice')
    await world.connect(selector.userId, 'bob')
    const tokens = new Map<string, string>()
    for (const accountId of [undefined, 'alice', 'bob']) {
      const { accessToken, accountId: named } = await client.getCredentials({ ...selector, ...(accountId && { accountId }) })
      tokens.set(named, accessToken)
      expect(named).toBe(accountId ?? 'alice')
    }
    expect(new Set(tokens.values()).size).toBe(2)
    await expect(client.getCredentials({ ...selector, accountId: 'a/b?c=d' })).rejects.toMatchObject({ code: 'credential_not_found' })
    await expect(client.getCredentials({ ...selector, accountId: '' })).rejects.toMatchObject({
      code: 'invalid_request',
      status: undefined,
    })
    const files = await client.fetch({ ...selector, accountId: 'bob' })(new URL('files', world.provider.apiUrl))
    expect(await files.json()).toMatchObject({ owner: 'Bob Brandt' })
  })

  it.each(['', '.', '..', '\ud800', undefined, 7])('refuses the id %j, which no path can hold, before any request', async (id) => {
    const before = world.requests.length
    for (const selector of [
      { connectionId: id, userId: 'alice' },
      { connectionId: 'demo', userId: id },
    ]) {
      // @ts-expect-error: what callers without types may pass
      await expect(world.client().getCredentials(selector)).rejects.toMatchObject({ code: 'invalid_request', status: undefined })
    }
    expect(world.requests.length).toBe(before)
  })

  it.each([
    ['credential_not_found', 404, 'demo', 'nobody'],
    ['connection_not_found', 404, 'nowhere', 'alice'],
  ])('throws %s with status %i for %s and %s', async (code, status, connectionId, userId) => {
    const failure: unknown = await world
      .client()
      .getCredentials({ connectionId, userId })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(VaultClientError)
    expect(failure).toMatchObject({ code, status, errorId: expect.stringMatching(/./), retryAfterMs: undefined })
    expect(isVaultClientError(failure, code)).toBe(true)
    expect(isVaultClientError(failure, 'permission_denied')).toBe(false)
  })

  it('throws reauthorization_required with its reason for a grant that the provider ended', async () => {
    world.provider.setAccessTokenTtl(1)
    await world.connect('carol', 'carol')
    world.provider.setAccessTokenTtl(60)
    await world.provider.revokeGrantsOf('carol')
    const read = () => world.client().getCredentials({ connectionId: 'demo', userId: 'carol' })
    await expect
      .poll(
        () =>
          read().then(
            () => undefined,
            (error: unknown) => error,
          ),
        { timeout: 40_000 },
      )
      .toMatchObject({ code: 'reauthorization_required', status: 404, reason: 'revoked' })
  })

  it('throws permission_denied without a grant, and asks once', async () => {
    const accessKey = await world.newAccessKey()
    const before = world.requests.length
    const reading = world.client({ accessKey }).getCredentials({ connectionId: 'demo', userId: 'alice' })
    await expect(reading).rejects.toMatchObject({ code: 'permission_denied', status: 403 })
    expect(world.requests.length - before).toBe(1)
  })

  it('throws unauthenticated for a key that was deleted, and asks once', async () => {
    const accessKey = await world.newAccessKey('*')
    const [clientId = '', keyId = ''] = accessKey.split('.')
    const client = world.client({ accessKey, cache: false })
    await client.getCredentials({ connectionId: 'demo', userId: 'alice' })
    await world.vault.serviceClients.deleteAccessKey(clientId, keyId)
    const before = world.requests.length
    const reading = client.getCredentials({ connectionId: 'demo', userId: 'alice' })
    await expect(reading).rejects.toMatchObject({ code: 'unauthenticated', status: 401 })
    expect(world.requests.length - before).toBe(1)
  })

  it('works under the path that the vault is mounted at, with or without a slash at the end', async () => {
    const mounted = await serviceWorld({
      mountPath: '/vault',
      build: (app, { vault, publicUrl, identify }) => app.use('/vault', vaultRouter({ vault, publicUrl, identify })),
    })
    try {
      await mounted.connect('alice')
      for (const url of [`${mounted.origin}/vault`, `${mounted.origin}/vault/`]) {
        const { accessToken } = await mounted.client({ url }).getCredentials({ connectionId: 'demo', userId: 'alice' })
        expect(await mounted.askApi(accessToken)).toBe(200)
      }
    } finally {
      await mounted.close()
    }
  })
})

describe('the tokens that the client signs', () => {
  it('live for a minute at most, have an id each, and name the client as the vault wants it', async () => {
    const [clientId, keyId, accountId] = world.accessKey.split('.')
    const tokens = []
    for (let each = 0; each < 2; each++) {
      await world.client().getCredentials({ connectionId: 'demo', userId: 'alice' })
      tokens.push(partsOf(world.requests.at(-1)?.token ?? ''))
    }
    for (const [header, claims] of tokens) {
      expect(header).toEqual({ alg: 'EdDSA', kid: keyId, typ: 'at+jwt' })
      expect(claims).toMatchObject({
        iss: `${world.origin}/v1/clients/${clientId}`,
        sub: clientId,
        client_id: clientId,
        aud: `${accountId}.accounts.authress.io`,
      })
      expect(claims.exp - claims.iat).toBe(60)
    }
    const ids = tokens.map(([, { jti }]) => jti)
    expect(new Set(ids).size).toBe(2)
    expect(ids.every((jti) => /^[\w-]{22}$/.test(jti))).toBe(true)
  })
})
