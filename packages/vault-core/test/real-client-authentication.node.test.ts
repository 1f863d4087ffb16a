import { consentByHttp, type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVault, localKeyring, type Vault } from '../src/index.js'

const REDIRECT_URI = 'http://127.0.0.1:4996/connect/demo/callback'
const ALICE = { connectionId: 'demo', userId: 'alice' }

let provider: DemoProvider
const vaults: Vault[] = []

beforeAll(async () => {
  provider = await startDemoProvider({
    redirectUris: [REDIRECT_URI],
    clientSecret: 'demo-secret-that-is-no-secret-but-long',
    clientAuthentication: 'client_secret_jwt',
  })
})

afterAll(async () => {
  await Promise.all(vaults.map((vault) => vault.close()))
  await provider.close()
})

function vaultWith(clientSecret: string): Vault {
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [
      {
        connectionId: 'demo',
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientSecret,
        clientAuthentication: 'client_secret_jwt',
        defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
      },
    ],
  })
  vaults.push(vault)
  return vault
}

async function connect(vault: Vault): Promise<void> {
  const flow = await vault.authorization.start({ ...ALICE, redirectUri: REDIRECT_URI })
  const callbackUrl = await consentByHttp(flow.authorizationUrl)
  await vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })
}

const askApi = async (accessToken: string): Promise<number> =>
  (await fetch(new URL('files', provider.apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })).status

describe('a real authorization server that wants client_secret_jwt', () => {
  it('exchanges, refreshes and revokes', async () => {
    const vault = vaultWith(provider.clientSecret)
    await connect(vault)
    const first = await vault.getCredentials(ALICE)
    const second = await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(second.accessToken).not.toBe(first.accessToken)
    expect(await askApi(second.accessToken)).toBe(200)
    await vault.disconnect(ALICE)
    await vault.close()
    expect(await askApi(second.accessToken)).toBe(401)
  })

  it('refuses an assertion under another secret', async () => {
    await expect(connect(vaultWith('another-secret-that-is-long-enough-too'))).rejects.toMatchObject({ code: 'provider_rejected_client' })
  })
})
