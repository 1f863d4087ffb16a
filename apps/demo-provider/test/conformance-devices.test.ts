import { type ClientAuthenticationMethod, createVault, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, it, type TestContext } from 'vitest'
import { consentOnDevicePage } from '../src/index.ts'
import { type ConfiguredServer, type Extra, startConfigured } from './conformance/authorization-server.ts'

// Consent given on another device (RFC 8628), against a real authorization server.
const USER = { connectionId: 'demo', userId: 'ada' } as const
const METHODS: readonly ClientAuthenticationMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
]
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

interface Opened extends ConfiguredServer {
  /** Of processes that share a store. */
  readonly vaults: readonly [Vault, Vault]
}

async function open(method: ClientAuthenticationMethod, extra: Extra, { onTestFinished }: TestContext): Promise<Opened> {
  const server = await startConfigured(method, extra, { grants: [GRANT] })
  const store = memoryStore()
  const keyring = localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }])
  const { defaultConnectionProperties, ...connection } = server.connection
  const vaultOf = (): Vault =>
    createVault({
      store,
      keyring,
      connections: [{ connectionId: 'demo', ...connection, ...(defaultConnectionProperties && { defaultConnectionProperties }) }],
      background: false,
    })
  const vaults = [vaultOf(), vaultOf()] as const
  onTestFinished(async () => {
    await Promise.all(vaults.map((vault) => vault.close()))
    await server.close()
  })
  return { ...server, vaults }
}

describe('the walk of a user with another device', { concurrent: true }, () => {
  const cases = METHODS.flatMap((method) => (['nothing', 'dpop'] as const).map((extra) => ({ method, extra })))
  it.for(cases)('by $method, with $extra besides', { timeout: 60_000 }, async ({ method, extra }, context) => {
    const { expect } = context
    const { vaults, provider, me, revokedGrants } = await open(method, extra, context)
    const [vault, other] = vaults
    const flow = await vault.authorization.startDevice(USER)
    expect(new URL(flow.verificationUri).pathname).toBe('/device')
    expect(await vault.authorization.pollDevice({ handle: flow.handle })).toEqual({ status: 'pending', retryAfterMs: 5_000 })
    // Another process may not ask so soon, either, and the provider is not asked.
    expect(await other.authorization.pollDevice({ handle: flow.handle })).toMatchObject({ status: 'pending' })
    expect(provider.tokenRequests.filter(({ error }) => error !== 'use_dpop_nonce')).toHaveLength(1)

    // A person's browser shows no certificate.
    const { pathname, search } = new URL(flow.verificationUriComplete ?? '')
    await consentOnDevicePage(`${provider.issuer}${pathname}${search}`, { scopes: ['files.read'] })
    const connected = await other.authorization.waitForDevice({ handle: flow.handle, userId: 'ada' })
    expect(connected).toMatchObject({ ...USER, accountId: 'alice', hasRefreshToken: true })
    expect(connected.scope?.split(' ').toSorted()).toEqual(['files.read', 'offline_access', 'openid'])
    await expect(vault.authorization.pollDevice({ handle: flow.handle })).rejects.toMatchObject({ code: 'authorization_flow_invalid' })

    expect((await vault.fetch(USER, me)).status).toBe(200)
    const first = await vault.getCredentials(USER, { minValidityMs: 0 })
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(first.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
    expect((await vault.fetch(USER, me)).status).toBe(200)
    expect((await vault.getCredentials(USER, { minValidityMs: 0 })).accessToken).not.toBe(first.accessToken)
    await vault.disconnect(USER)
    await expect.poll(() => revokedGrants.length).toBe(1)
  })
})

describe('a flow on another device', { concurrent: true }, () => {
  it('ends when the user says no', async (context) => {
    const { expect } = context
    const { vaults } = await open('none', 'nothing', context)
    const [vault] = vaults
    const flow = await vault.authorization.startDevice(USER)
    await consentOnDevicePage(flow.verificationUriComplete ?? '', { deny: true })
    await expect(vault.authorization.pollDevice({ handle: flow.handle })).rejects.toMatchObject({ code: 'authorization_denied' })
    await expect(vault.authorization.pollDevice({ handle: flow.handle })).rejects.toMatchObject({ code: 'authorization_flow_invalid' })
  })

  it('stores one grant, which lives, however many ask at once', async (context) => {
    const { expect } = context
    const { vaults, provider, revokedGrants, me } = await open('none', 'nothing', context)
    const [vault, other] = vaults
    const flow = await vault.authorization.startDevice(USER)
    await consentOnDevicePage(flow.verificationUriComplete ?? '')
    const polls = await Promise.allSettled(
      [vault, other, vault, other].map((each) => each.authorization.pollDevice({ handle: flow.handle })),
    )
    const connected = polls.filter(
      ({ status, value }: { status: string; value?: { status: string } }) => status === 'fulfilled' && value?.status === 'connected',
    )
    expect(connected).toHaveLength(1)
    expect(provider.tokenRequests).toHaveLength(1)
    expect((await other.fetch(USER, me)).status).toBe(200)
    expect(revokedGrants).toEqual([])
  })
})
