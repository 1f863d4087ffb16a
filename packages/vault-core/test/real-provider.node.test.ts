import { consentByHttp, type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVault, localKeyring, type Vault, type VaultStore } from '../src/index.js'

// The main job against a real authorization server that rotates refresh tokens and revokes the grant on reuse.
const REDIRECT_URI = 'http://127.0.0.1:4999/connect/demo/callback'
const ALICE = { connectionId: 'demo', userId: 'alice' }

let provider: DemoProvider
const vaults: Vault[] = []

beforeAll(async () => {
  provider = await startDemoProvider({ redirectUris: [REDIRECT_URI] })
})

afterAll(async () => {
  await Promise.all(vaults.map((vault) => vault.close()))
  await provider.close()
})

function vaultOver(store: VaultStore): Vault {
  const vault = createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [
      {
        connectionId: 'demo',
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientSecret: provider.clientSecret,
        defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
      },
    ],
  })
  vaults.push(vault)
  return vault
}

/** @param ttlS - Lifetime of the first access token, seconds. Those after it live for a minute. */
async function connect(vault: Vault, ttlS = 60): Promise<void> {
  provider.setAccessTokenTtl(ttlS)
  const flow = await vault.authorization.start({ ...ALICE, redirectUri: REDIRECT_URI })
  const callbackUrl = await consentByHttp(flow.authorizationUrl)
  await vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })
  provider.setAccessTokenTtl(60)
}

const askApi = async (accessToken: string): Promise<number> =>
  (await fetch(new URL('files', provider.apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })).status

/** Waits until the provider itself no longer accepts the token. */
async function untilExpired(accessToken: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await askApi(accessToken)) === 401) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The provider still accepts the token after 10 s.')
}

const refreshes = (): number => provider.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token').length

describe('against a real authorization server', () => {
  it('a connected account yields a token that the API accepts, before and after expiry', async () => {
    const vault = vaultOver(memoryStore())
    await connect(vault, 3)
    const first = await vault.getCredentials(ALICE)
    expect(await askApi(first.accessToken)).toBe(200)
    await untilExpired(first.accessToken)
    const second = await vault.getCredentials(ALICE)
    expect(second.accessToken).not.toBe(first.accessToken)
    expect(await askApi(second.accessToken)).toBe(200)
  })

  it('100 concurrent callers of an expired credential: one token request, one new token for all, and the grant lives on', async () => {
    const vault = vaultOver(memoryStore())
    await connect(vault, 3)
    await untilExpired((await vault.getCredentials(ALICE)).accessToken)
    const before = refreshes()
    const answers = await Promise.all(Array.from({ length: 100 }, () => vault.getCredentials(ALICE)))
    expect(refreshes() - before).toBe(1)
    const tokens = new Set(answers.map(({ accessToken }) => accessToken))
    expect(tokens.size).toBe(1)
    for (const token of tokens) expect(await askApi(token)).toBe(200)
    // The proof that the grant lives: the next rotation works too.
    const next = await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(await askApi(next.accessToken)).toBe(200)
  })

  it('disconnecting revokes the grant at the provider', async () => {
    const vault = vaultOver(memoryStore())
    await connect(vault)
    const { accessToken } = await vault.getCredentials(ALICE)
    await vault.disconnect(ALICE)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
    await vault.close()
    expect(await askApi(accessToken)).toBe(401)
  })
})
