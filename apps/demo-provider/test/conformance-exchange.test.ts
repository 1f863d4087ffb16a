import { type ClientAuthenticationMethod, createVault, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import type Provider from 'oidc-provider'
import { describe, it, type TestContext } from 'vitest'
import { consentByHttp } from '../src/index.ts'
import { type ConfiguredServer, type Extra, REDIRECT_URI, startConfigured } from './conformance/authorization-server.ts'

// A user's token of one connection, exchanged for one of another (RFC 8693) at a real authorization server.
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const FRONT = { connectionId: 'demo', userId: 'ada' } as const
const REPORTS = { connectionId: 'reports', userId: 'ada' } as const

/** The grant, which the server does not bring along: a token of the same person, for reports alone. */
function takeTokens(provider: Provider): void {
  provider.registerGrantType(
    GRANT,
    async (ctx) => {
      const { client, params } = ctx.oidc
      const subject = await provider.AccessToken.find(String(params?.subject_token))
      const isRight = params?.subject_token_type === ACCESS_TOKEN && params.audience === 'reports'
      if (!client || !isRight || !subject || subject.isExpired || subject.grantId === undefined) {
        ctx.status = 400
        ctx.body = { error: 'invalid_request' }
        return
      }
      const { accountId } = subject
      // Of its own grant, so that its end is not that of the user's consent.
      const grant = new provider.Grant({ accountId, clientId: client.clientId })
      grant.addOIDCScope('openid')
      const grantId = await grant.save()
      const token = new provider.AccessToken({ client, accountId, grantId, scope: 'openid', gty: 'token-exchange', claims: {} } as never)
      const value = await token.save()
      ctx.body = {
        access_token: value,
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: token.expiration,
        refresh_token: 'of-no-use',
      }
    },
    ['subject_token', 'subject_token_type', 'audience', 'requested_token_type'],
  )
}

interface World extends ConfiguredServer {
  /** Of processes that share a store. */
  readonly vaults: readonly [Vault, Vault]
  exchanges(): number
}

async function world(method: ClientAuthenticationMethod, extra: Extra, { onTestFinished }: TestContext): Promise<World> {
  const server = await startConfigured(method, extra, { grants: [GRANT], extend: takeTokens })
  const store = memoryStore()
  const keyring = localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }])
  const { defaultConnectionProperties, ...common } = server.connection
  const open = (): Vault =>
    createVault({
      store,
      keyring,
      connections: [
        { connectionId: 'demo', ...common, ...(defaultConnectionProperties && { defaultConnectionProperties }) },
        { connectionId: 'reports', ...common, grant: { type: 'token_exchange', subjectConnectionId: 'demo', audience: 'reports' } },
      ],
      background: false,
    })
  const vaults = [open(), open()] as const
  onTestFinished(async () => {
    await Promise.all(vaults.map((vault) => vault.close()))
    await server.close()
  })
  return {
    ...server,
    vaults,
    exchanges: () => server.provider.tokenRequests.filter(({ grantType, ok }) => grantType === GRANT && ok).length,
  }
}

async function connect(vault: Vault): Promise<void> {
  const { authorizationUrl, flowBinding } = await vault.authorization.start({ ...FRONT, redirectUri: REDIRECT_URI })
  await vault.authorization.complete({ callbackUrl: await consentByHttp(authorizationUrl), flowBinding })
}

const METHODS: readonly ClientAuthenticationMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
]

describe('the walk of a user whose token is exchanged', { concurrent: true, timeout: 60_000 }, () => {
  it.for(METHODS)('calls, expires, is exchanged again, and ends with the consent: by %s', async (method, context) => {
    const { expect } = context
    const { vaults, me, exchanges, provider } = await world(method, 'nothing', context)
    const [vault, other] = vaults
    await expect(vault.getCredentials(REPORTS)).rejects.toMatchObject({ code: 'credential_not_found', facts: { connectionId: 'demo' } })
    await connect(vault)

    // One exchange for all who ask, in whatever process.
    const all = await Promise.all([vault, other, vault, other, vault].map((each) => each.getCredentials(REPORTS)))
    expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(exchanges()).toBe(1)
    const [first] = all
    expect(first?.accessToken).not.toBe((await vault.getCredentials(FRONT)).accessToken)
    const who = await vault.fetch(REPORTS, me)
    expect([who.status, await who.json()]).toMatchObject([200, { sub: 'alice' }])

    // Both tokens end; the one is refreshed, the other exchanged for it.
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(first?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
    expect((await other.fetch(REPORTS, me)).status).toBe(200)
    expect(exchanges()).toBeGreaterThanOrEqual(2)
    expect(provider.tokenRequests.filter(({ ok }) => !ok)).toEqual([])

    // Another user has nothing.
    await expect(vault.getCredentials({ ...REPORTS, userId: 'eve' })).rejects.toMatchObject({ code: 'credential_not_found' })
    // With the consent all of it ends at once.
    await vault.disconnect(FRONT)
    await expect(other.getCredentials(REPORTS)).rejects.toMatchObject({ code: 'credential_not_found', facts: { connectionId: 'demo' } })
    // And comes back with another.
    await connect(other)
    expect((await vault.fetch(REPORTS, me)).status).toBe(200)
  })

  it('is made anew when the user disconnects it alone', async (context) => {
    const { expect } = context
    const { vaults, me, exchanges } = await world('client_secret_basic', 'nothing', context)
    const [vault] = vaults
    await connect(vault)
    const { accessToken } = await vault.getCredentials(REPORTS)
    await vault.disconnect(REPORTS)
    await expect.poll(async () => (await fetch(me, { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(401)
    expect((await vault.fetch(REPORTS, me)).status).toBe(200)
    expect(exchanges()).toBeGreaterThanOrEqual(2)
  })
})
