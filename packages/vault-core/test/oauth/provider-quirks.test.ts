import { decodeProtectedHeader, exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { type ConnectionInput, isVaultError } from '../../src/index.js'
import { parseConnection } from '../../src/model/parse-connection.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

interface Sent {
  readonly url: URL
  readonly method: string | undefined
  readonly headers: Headers
  readonly fields: Readonly<Record<string, unknown>>
}

/** A provider that answers these bodies one after the other, and notes what it was sent. */
async function quirkyWorld(overrides: Partial<ConnectionInput>, answers: readonly (object | string | Response)[], callback = '') {
  const world = vaultWorld(overrides)
  const sent: Sent[] = []
  const left = [...answers]
  const fetch: typeof globalThis.fetch = async (input, { method, headers, body } = {}) => {
    const text = body == null ? '' : String(body)
    const fields = text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
    sent.push({ url: new URL(String(input)), method, headers: new Headers(headers), fields })
    const answer = left.shift() ?? new Response(null, { status: 500 })
    return answer instanceof Response ? answer : Response.json(answer)
  }
  const vault = world.vault({ fetch })
  const redirectUri = 'https://app.example/connect/drive/callback'
  const flow = await vault.authorization.start({ ...ALICE, redirectUri })
  const connected = () =>
    vault.authorization.complete({ callbackUrl: `${redirectUri}?code=c1&state=${flow.state}${callback}`, flowBinding: flow.flowBinding })
  return { world, vault, sent, connected, authorizationUrl: new URL(flow.authorizationUrl) }
}

const TOKENS = { access_token: 'canary-access-1', token_type: 'Bearer', expires_in: 3600, refresh_token: 'canary-refresh-1' }
const NEXT = { access_token: 'canary-access-2', token_type: 'Bearer', expires_in: 3600, refresh_token: 'canary-refresh-2' }

describe('a provider that is unlike the RFCs', () => {
  it('takes the client id by another name, further parameters and headers, and JSON', async () => {
    const { vault, sent, connected, authorizationUrl } = await quirkyWorld(
      {
        clientIdParameter: 'client_key',
        clientAuthentication: 'client_secret_post',
        tokenRequestParameters: { expiring: '1' },
        tokenRequestHeaders: { 'x-version': '2026-01-01' },
        tokenRequestContentType: 'application/json',
      },
      [TOKENS, NEXT],
    )
    await connected()
    await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(authorizationUrl.searchParams.get('client_key')).toBe('client-1')
    expect(authorizationUrl.searchParams.has('client_id')).toBe(false)
    expect(sent.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ client_key: 'client-1', expiring: '1', grant_type: 'authorization_code' }),
      expect.objectContaining({ client_key: 'client-1', expiring: '1', grant_type: 'refresh_token' }),
    ])
    for (const { fields, headers } of sent) {
      expect(fields).not.toHaveProperty('client_id')
      expect(headers.get('x-version')).toBe('2026-01-01')
      expect(headers.get('content-type')).toBe('application/json')
    }
  })

  it('is sent no PKCE where it refuses it', async () => {
    const { sent, connected, authorizationUrl } = await quirkyWorld({ pkce: 'unsupported' }, [TOKENS])
    await connected()
    expect([...authorizationUrl.searchParams.keys()].filter((name) => name.startsWith('code_'))).toEqual([])
    expect(sent[0]?.fields).not.toHaveProperty('code_verifier')
  })

  it('answers with tokens in another place, which a hook knows', async () => {
    const mapTokenResponse = ({ authed_user: user }: Readonly<Record<string, unknown>>) => ({ ...(user as object), token_type: 'Bearer' })
    const { vault, sent, connected } = await quirkyWorld({ hooks: { mapTokenResponse, mapRefreshResponse: (body) => body } }, [
      { ok: true, access_token: 'canary-of-the-bot', authed_user: TOKENS },
      NEXT,
    ])
    await connected()
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).accessToken).toBe('canary-access-2')
    expect(sent[1]?.fields).toMatchObject({ refresh_token: 'canary-refresh-1' })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('canary-access-2')
      },
    ],
    ['returns nothing', () => undefined as never],
    ['returns a list', () => [] as never],
    ['is asynchronous', (async (body: object) => body) as never],
    ['is asynchronous, and fails', (() => Promise.reject(new Error('canary-refresh-2'))) as never],
  ])('keeps the refresh token safe when a hook %s', async (_what, mapRefreshResponse) => {
    const { world, vault, sent, connected } = await quirkyWorld({ hooks: { mapRefreshResponse } }, [
      TOKENS,
      NEXT,
      { ...NEXT, access_token: 'canary-access-3' },
    ])
    await connected()
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect((await vault.getCredentialInfo(ALICE)).status).toBe('quarantined')
    await world.clock.advance(600_000)
    await vault.getCredentials(ALICE, { forceRefresh: true }).catch(() => undefined)
    expect(sent[2]?.fields).toMatchObject({ refresh_token: 'canary-refresh-2' })
    expect(JSON.stringify(world.logLines)).not.toContain('canary')
  })

  it('has error codes of its own: one for a dead grant ends it, one for a busy moment does not', async () => {
    const errorCodes = { bad_refresh_token: 'invalid_grant', come_back_later: 'temporarily_unavailable' } as const
    const { world, vault, connected } = await quirkyWorld({ errorCodes }, [
      TOKENS,
      { error: 'come_back_later' },
      { error: 'bad_refresh_token' },
    ])
    await connected()
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'provider_unavailable' })
    await world.clock.advance(3_600_000)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required' })
  })

  it('says in a field of its own that it failed, which a hook knows', async () => {
    const mapError = ({ ok, reason }: Readonly<Record<string, unknown>>) =>
      ok === false ? (reason === 'token_revoked' ? 'invalid_grant' : 'invalid_request') : undefined
    const { vault, connected } = await quirkyWorld({ hooks: { mapError } }, [TOKENS, { ok: false, reason: 'token_revoked' }])
    await connected()
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'reauthorization_required' })
  })

  it('gives a long-lived token for the first one, and a new one for each', async () => {
    const long = { grantType: 'fb_exchange_token', tokenParameter: 'fb_exchange_token', token: 'access_token' } as const
    const { refresh_token: _none, ...access } = TOKENS
    const { vault, sent, connected } = await quirkyWorld(
      {
        clientAuthentication: 'client_secret_post',
        longLivedRequest: long,
        refreshRequest: { ...long, parameters: { set_token_expires_in_60_days: 'true' } },
      },
      [
        access,
        { ...access, access_token: 'canary-access-2' },
        { ...access, access_token: 'canary-access-3' },
        { ...access, access_token: 'canary-access-4' },
      ],
    )
    await connected()
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    await vault.getCredentials(ALICE, { forceRefresh: true })
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).accessToken).toBe('canary-access-4')
    expect(sent.slice(1).map(({ fields }) => [fields.grant_type, fields.fb_exchange_token])).toEqual([
      ['fb_exchange_token', 'canary-access-1'],
      ['fb_exchange_token', 'canary-access-2'],
      ['fb_exchange_token', 'canary-access-3'],
    ])
    expect(sent[2]?.fields).toMatchObject({ set_token_expires_in_60_days: 'true' })
  })

  it('refreshes by GET at another endpoint', async () => {
    const refreshRequest = {
      endpoint: 'https://graph.example/refresh_access_token',
      method: 'GET',
      grantType: 'ig_refresh_token',
      tokenParameter: 'access_token',
      token: 'access_token',
      clientAuthentication: 'none',
    } as const
    const { refresh_token: _none, ...access } = TOKENS
    const { vault, sent, connected } = await quirkyWorld({ refreshRequest }, [access, { ...access, access_token: 'canary-access-2' }])
    await connected()
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).accessToken).toBe('canary-access-2')
    expect(sent[1]?.method).toBe('GET')
    expect(`${sent[1]?.url.origin}${sent[1]?.url.pathname}`).toBe('https://graph.example/refresh_access_token')
    expect(Object.fromEntries(sent[1]?.url.searchParams ?? [])).toEqual({
      grant_type: 'ig_refresh_token',
      access_token: 'canary-access-1',
      client_id: 'client-1',
    })
    expect(sent[1]?.headers.has('content-type')).toBe(false)
  })

  it('wants a JWT of the application’s key as client secret', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const { sent, connected, world } = await quirkyWorld(
      {
        privateKey: await exportPKCS8(privateKey),
        hooks: {
          buildClientAuthentication: async ({ clientId, nowS, signJwt }) => ({
            parameters: {
              client_secret: await signJwt(
                { iss: 'team', sub: clientId, aud: 'https://id.example', iat: nowS, exp: nowS + 300 },
                { kid: 'key-1' },
              ),
            },
            headers: { 'x-team': 'team' },
          }),
        },
      },
      [TOKENS],
    )
    await connected()
    const jwt = String(sent[0]?.fields.client_secret)
    const { payload } = await jwtVerify(jwt, publicKey, { audience: 'https://id.example', currentDate: new Date(world.clock.now()) })
    expect(payload).toMatchObject({ iss: 'team', sub: 'client-1' })
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'ES256', kid: 'key-1' })
    expect(sent[0]?.headers.get('x-team')).toBe('team')
    expect(sent[0]?.headers.has('authorization')).toBe(false)
  })
})

describe('what a provider says beside its tokens', () => {
  const overrides: Partial<ConnectionInput> = { credentialProperties: ['instance_url', 'team.id', 'realmId', 'absent'] }
  const first = { ...TOKENS, instance_url: 'https://eu1.acme.example', team: { id: 'T1' }, secret_thing: 'canary-not-asked-for' }

  it('comes with the credentials, by the names that were asked for, from the callback too', async () => {
    const { vault, connected } = await quirkyWorld(overrides, [first], '&realmId=9130')
    await connected()
    expect((await vault.getCredentials(ALICE)).properties).toEqual({
      instance_url: 'https://eu1.acme.example',
      'team.id': 'T1',
      realmId: '9130',
    })
  })

  it('is kept by a refresh that says nothing, and replaced by one that does, in this process and in others', async () => {
    const { world, vault, connected } = await quirkyWorld(
      overrides,
      [first, NEXT, { ...NEXT, instance_url: 'https://eu2.acme.example' }],
      '&realmId=9130',
    )
    await connected()
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).properties).toMatchObject({
      instance_url: 'https://eu1.acme.example',
    })
    const moved = { instance_url: 'https://eu2.acme.example', 'team.id': 'T1', realmId: '9130' }
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).properties).toEqual(moved)
    expect((await world.vault().getCredentials(ALICE)).properties).toEqual(moved)
  })

  it('stands in the store sealed', async () => {
    const { world, connected } = await quirkyWorld(overrides, [first], '&realmId=9130')
    await connected()
    const row = await world.store.credentials.get({ tenant: 'default', ...ALICE, accountId: 'default' })
    expect(row?.data).not.toMatch(/acme\.example|"9130"|"T1"/)
  })

  it('names the account, in the token response or the callback', async () => {
    const named: Partial<ConnectionInput> = {
      userIdSource: 'token_response',
      userIdExpression: '{team.id}-{realmId}',
      accountLabelExpression: '{team.name}',
    }
    const { vault, connected } = await quirkyWorld(named, [{ ...TOKENS, team: { id: 'T1', name: 'Blue Sky' } }], '&realmId=9130')
    expect((await connected()).accountId).toBe('T1-9130')
    expect(await vault.getCredentialInfo(ALICE)).toMatchObject({ accountId: 'T1-9130', label: 'Blue Sky' })
  })

  it('names no account when a part of the name is missing', async () => {
    const named: Partial<ConnectionInput> = { userIdSource: 'token_response', userIdExpression: '{team.id}-{realmId}' }
    const { connected } = await quirkyWorld(named, [{ ...TOKENS, team: { id: 'T1' } }])
    expect((await connected()).accountId).toBe('default')
  })
})

describe('an account', () => {
  it.each<[string, Partial<ConnectionInput>]>([
    ['userIdExpression', { userIdSource: 'token_response', userIdExpression: '{refresh_token}' }],
    ['userIdExpression', { userIdSource: 'token_response', userIdExpression: '{team.id}-{authed_user.access_token}' }],
    ['accountLabelExpression', { userIdSource: 'token_response', userIdExpression: '{id}', accountLabelExpression: '{id_token}' }],
  ])('is named by no token: %s %j', async (field, named) => {
    const refused = (code: 'invalid_configuration' | 'invalid_request') => (error: unknown) =>
      isVaultError(error, code) &&
      Object.keys(error.facts.fields ?? {})
        .join()
        .endsWith(field)
    await expect(quirkyWorld(named, [TOKENS]).then(({ connected }) => connected())).rejects.toSatisfy(refused('invalid_configuration'))
    const { vault, connection } = vaultWorld()
    const { connections } = vault()
    await connections.create({ ...connection, connectionId: 'stored' })
    await expect(connections.update('stored', named)).rejects.toSatisfy(refused('invalid_request'))
  })
})

describe('what is in the store', () => {
  it.each<[string, object]>([
    ['hooks', { hooks: {} }],
    ['pkce', { pkce: 'unsupported' }],
  ])('cannot have %s', async (field, changed) => {
    const vault = vaultWorld().vault()
    const { connectionId: _id, ...connection } = vaultWorld().connection
    const written = vault.connections.create({ ...connection, connectionId: 'stored', ...changed } as never)
    await expect(written).rejects.toSatisfy((error) => isVaultError(error, 'invalid_request') && field in (error.facts.fields ?? {}))
  })

  it('may have the data, and shows it', async () => {
    const vault = vaultWorld().vault()
    const { connectionId: _id, ...connection } = vaultWorld().connection
    const quirks = { providerId: 'acme', errorCodes: { bad: 'invalid_grant' }, refreshRequest: { grantType: 'x' } } as const
    expect(await vault.connections.create({ ...connection, connectionId: 'stored', ...quirks })).toMatchObject(quirks)
  })

  it('shows no hook of a connection in code', () => {
    const connection = parseConnection({ ...vaultWorld().connection, hooks: { mapTokenResponse: (body: object) => body } })
    expect(Object.keys(connection.quirks)).toEqual(['hooks'])
  })
})
