import { type ClientAuthenticationMethod, createVault, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, it, type TestContext } from 'vitest'
import { consentByHttp } from '../src/index.ts'
import { type ConfiguredServer, type Extra, REDIRECT_URI, startConfigured } from './conformance/authorization-server.ts'

// One walk, from consent to revocation, by each way in which an application proves who it is, against a real authorization server that insists on it.
const METHODS: readonly ClientAuthenticationMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
]
const USER = { connectionId: 'demo', userId: 'ada' } as const

async function open(
  method: ClientAuthenticationMethod,
  extra: Extra,
  { onTestFinished }: TestContext,
): Promise<ConfiguredServer & { readonly vault: Vault }> {
  const server = await startConfigured(method, extra)
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [{ connectionId: 'demo', ...server.connection }],
    background: false,
  })
  onTestFinished(async () => {
    await vault.close()
    await server.close()
  })
  return { ...server, vault }
}

/** Until the provider's own clock has ended the token. */
async function expiry(expiresAt: Date | undefined, { expect }: TestContext): Promise<void> {
  await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
}

const bare = (url: string, token: string): Promise<Response> => fetch(url, { headers: { authorization: `Bearer ${token}` } })

const cases = METHODS.flatMap((method) => (['nothing', 'dpop', 'par', 'dpop and par', 'jarm'] as const).map((extra) => ({ method, extra })))

describe('the walk of a user', { concurrent: true }, () => {
  it.for(cases)('by $method, with $extra besides', { timeout: 60_000 }, async ({ method, extra }, context) => {
    const { expect } = context
    const { vault, provider, me, revokedGrants } = await open(method, extra, context)
    const refreshes = (): number => provider.tokenRequests.filter(({ grantType, ok }) => grantType === 'refresh_token' && ok).length

    // Connect, and allow less than was asked for.
    const { authorizationUrl, flowBinding } = await vault.authorization.start({ ...USER, redirectUri: REDIRECT_URI })
    const shown = [...new URL(authorizationUrl).searchParams.keys()].toSorted()
    if (extra.endsWith('par')) expect(shown).toEqual(['client_id', 'request_uri'])
    const callbackUrl = await consentByHttp(authorizationUrl, { scopes: ['files.read'] })
    if (extra === 'jarm') expect([...new URL(callbackUrl).searchParams.keys()]).toEqual(['response'])
    const connected = await vault.authorization.complete({ callbackUrl, flowBinding })
    expect(connected.scope?.split(' ').toSorted()).toEqual(['files.read', 'offline_access', 'openid'])
    await expect(vault.getCredentials(USER, { requiredScopes: ['files.write'] })).rejects.toMatchObject({ code: 'insufficient_scope' })

    // Call.
    const first = await vault.getCredentials(USER, { requiredScopes: ['files.read'] })
    expect(first.tokenType).toBe(extra.startsWith('dpop') ? 'DPoP' : 'Bearer')
    const who = await vault.fetch(USER, me)
    expect([who.status, await who.json()]).toMatchObject([200, { sub: 'alice' }])
    const isBound = extra.startsWith('dpop') || method.includes('tls')
    expect((await bare(`${provider.issuer}/me`, first.accessToken)).ok).toBe(!isBound)

    // Expire, refresh, rotate, and once more.
    let before = first
    for (const times of [1, 2]) {
      await expiry(before.expiresAt, context)
      const { accessToken } = before
      if (!isBound) await expect.poll(async () => (await bare(`${provider.issuer}/me`, accessToken)).status, { timeout: 10_000 }).toBe(401)
      expect((await vault.fetch(USER, me)).status).toBe(200)
      const next = await vault.getCredentials(USER, { minValidityMs: 0 })
      expect(next.accessToken).not.toBe(before.accessToken)
      expect(refreshes()).toBeGreaterThanOrEqual(times)
      before = next
    }
    expect(provider.tokenRequests.filter(({ ok, error }) => !ok && error !== 'use_dpop_nonce')).toEqual([])

    // Revoke.
    await vault.disconnect(USER)
    await expect.poll(() => revokedGrants.length).toBe(1)
    await expect(vault.fetch(USER, me)).rejects.toMatchObject({ code: 'credential_not_found' })
  })
})
