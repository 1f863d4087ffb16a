import { createVault, isVaultError, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { consentByHttp, type DemoProvider, type DemoProviderOptions, startDemoProvider } from '../src/index.ts'
import { places } from './stampede/places.ts'
import { openStore } from './stampede/vault-over.ts'

// Tokens bound to a key (RFC 9449) by a real authorization server, over each kind of store. Its userinfo endpoint is the API: it checks proofs.
const redirectUri = 'http://127.0.0.1/connect/demo/callback'
const ADA = { connectionId: 'demo', userId: 'ada' } as const
const KEYRING = localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }])

async function providerWith(options: DemoProviderOptions): Promise<DemoProvider> {
  const provider = await startDemoProvider({ redirectUris: [redirectUri], ...options })
  onTestFinished(() => provider.close())
  return provider
}

function vaultOver(store: Parameters<typeof createVault>[0]['store'], provider: DemoProvider, isPublic: boolean): Vault {
  const { issuer, clientId, clientSecret } = provider
  const vault = createVault({
    store,
    keyring: KEYRING,
    background: false,
    connections: [
      {
        connectionId: 'demo',
        issuer,
        clientId,
        ...(!isPublic && { clientSecret }),
        dpop: true,
        userinfoEndpoint: `${issuer}/me`,
        apiOrigins: [issuer],
        defaultConnectionProperties: { scope: 'openid offline_access email files.read', prompt: 'consent' },
      },
    ],
  })
  onTestFinished(() => vault.close())
  return vault
}

async function connect(vault: Vault): Promise<void> {
  const { authorizationUrl, flowBinding } = await vault.authorization.start({ ...ADA, redirectUri })
  expect(new URL(authorizationUrl).searchParams.get('dpop_jkt')).toMatch(/^[\w-]{43}$/)
  await vault.authorization.complete({ callbackUrl: await consentByHttp(authorizationUrl), flowBinding })
}

const stores = [
  { name: 'memory', open: async () => ({ store: memoryStore(), another: undefined, remove: async () => undefined }) },
  ...places
    .filter(({ isThere }) => isThere)
    .map(({ name, make }) => ({
      name,
      open: async () => {
        const { place, remove } = await make()
        return { store: openStore(place, () => 0), another: () => openStore(place, () => 0), remove }
      },
    })),
]

describe.each(stores)('over $name', ({ open }) => {
  it.each([
    ['a confidential client', 'on', 'client_secret_basic'],
    ['a confidential client, with nonces', 'nonce', 'client_secret_basic'],
    ['a public client, with nonces', 'nonce', 'none'],
  ] as const)('%s: tokens are bound, called with, refreshed and rotated', async (_what, dpop, clientAuthentication) => {
    const { store, another, remove } = await open()
    onTestFinished(remove)
    const provider = await providerWith({ dpop, clientAuthentication })
    const isPublic = clientAuthentication === 'none'
    const vault = vaultOver(store, provider, isPublic)
    await connect(vault)

    const first = await vault.getCredentials(ADA)
    expect(first.tokenType).toBe('DPoP')
    const me = await vault.fetch(ADA, `${provider.issuer}/me`)
    expect([me.status, await me.json()]).toMatchObject([200, { sub: 'alice' }])
    // The token alone, or as a bearer's, is no use.
    for (const scheme of ['Bearer', 'DPoP']) {
      const refused = await fetch(`${provider.issuer}/me`, { headers: { authorization: `${scheme} ${first.accessToken}` } })
      expect(refused.ok).toBe(false)
    }

    // The refresh token rotates on, each time with a proof by the same key.
    for (let times = 0; times < 2; times++) await vault.getCredentials(ADA, { forceRefresh: true })
    const next = await vault.getCredentials(ADA)
    expect(next.accessToken).not.toBe(first.accessToken)
    expect((await vault.fetch(ADA, `${provider.issuer}/me`)).status).toBe(200)
    const refreshes = provider.tokenRequests.filter(({ grantType, ok }) => grantType === 'refresh_token' && ok)
    expect(refreshes).toHaveLength(2)
    // One refusal for the nonce, of the first request: what the server said then is used from there on.
    const refusals = provider.tokenRequests.filter(({ ok }) => !ok)
    expect(refusals.map(({ error }) => error)).toEqual(dpop === 'nonce' ? ['use_dpop_nonce'] : [])

    // Another process finds the key in the store.
    if (another) {
      const other = vaultOver(another(), provider, isPublic)
      expect((await other.fetch(ADA, `${provider.issuer}/me`)).status).toBe(200)
      expect((await other.getCredentials(ADA, { forceRefresh: true })).tokenType).toBe('DPoP')
    }
    await vault.disconnect(ADA)
    await expect(vault.fetch(ADA, `${provider.issuer}/me`)).rejects.toMatchObject({ code: 'credential_not_found' })
  })
})

it('makes proofs for a caller who sends his requests himself', async () => {
  const provider = await providerWith({ dpop: 'nonce' })
  const vault = vaultOver(memoryStore(), provider, false)
  await connect(vault)
  const credentials = await vault.getCredentials(ADA)
  const url = `${provider.issuer}/me`
  const ask = async (nonce?: string): Promise<Response> => {
    const dpop = await credentials.dpopProof({ method: 'GET', url, ...(nonce !== undefined && { nonce }) })
    return fetch(url, { headers: { authorization: `DPoP ${credentials.accessToken}`, dpop } })
  }
  const answer = await ask()
  const nonce = answer.headers.get('dpop-nonce')
  const last = answer.ok ? answer : await ask(nonce ?? '')
  expect([last.status, await last.json()]).toMatchObject([200, { sub: 'alice' }])
})

it('gives each consent a key of its own, and reads bound tokens after a new one', async () => {
  const provider = await providerWith({ dpop: 'on', clientAuthentication: 'none' })
  const vault = vaultOver(memoryStore(), provider, true)
  const thumbprints = new Set<string | null>()
  for (let times = 0; times < 2; times++) {
    const { authorizationUrl, flowBinding } = await vault.authorization.start({ ...ADA, redirectUri })
    thumbprints.add(new URL(authorizationUrl).searchParams.get('dpop_jkt'))
    await vault.authorization.complete({ callbackUrl: await consentByHttp(authorizationUrl), flowBinding })
    await vault.getCredentials(ADA, { forceRefresh: true })
    expect((await vault.fetch(ADA, `${provider.issuer}/me`)).status).toBe(200)
  }
  expect(thumbprints.size).toBe(2)
})

it('refuses tokens of a provider that does not bind them', async () => {
  const provider = await providerWith({ dpop: 'off' })
  const vault = vaultOver(memoryStore(), provider, false)
  const { authorizationUrl, flowBinding } = await vault.authorization.start({ ...ADA, redirectUri })
  const callbackUrl = await consentByHttp(authorizationUrl)
  const refused = await vault.authorization.complete({ callbackUrl, flowBinding }).catch((error: unknown) => error)
  expect(isVaultError(refused, 'authorization_response_invalid')).toBe(true)
  expect(String(refused)).toContain('token_type is not DPoP')
})
