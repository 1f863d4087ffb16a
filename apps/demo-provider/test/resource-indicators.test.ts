import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { expect, it, onTestFinished } from 'vitest'
import { consentByHttp, startDemoProvider } from '../src/index.ts'

const FILES = 'https://files.example/'
const MAIL = 'https://mail.example/'

/** The claims of a JWT, as an API would read them after it has checked the signature. */
const claimsOf = (jwt: string): { readonly aud?: unknown } => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())

it('gets tokens for the resource that a connection names, refreshed ones too, and for no other', async () => {
  const redirectUri = 'http://127.0.0.1/connect/demo/callback'
  const provider = await startDemoProvider({ redirectUris: [redirectUri], resources: [FILES, MAIL] })
  onTestFinished(() => provider.close())
  const { issuer, clientId, clientSecret } = provider
  const common = { issuer, clientId, clientSecret, defaultConnectionProperties: { scope: 'offline_access files.read', prompt: 'consent' } }
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [
      { ...common, connectionId: 'files', resource: FILES },
      { ...common, connectionId: 'mail', resource: [MAIL] },
    ],
    background: false,
  })
  onTestFinished(() => vault.close())
  for (const connectionId of ['files', 'mail']) {
    const { authorizationUrl, flowBinding } = await vault.authorization.start({ connectionId, userId: 'ada', redirectUri })
    await vault.authorization.complete({ callbackUrl: await consentByHttp(authorizationUrl), flowBinding })
  }
  for (const [connectionId, audience] of [
    ['files', FILES],
    ['mail', MAIL],
  ] as const) {
    const ada = { connectionId, userId: 'ada' }
    const { accessToken } = await vault.getCredentials(ada)
    expect(claimsOf(accessToken).aud).toBe(audience)
    const { accessToken: next } = await vault.getCredentials(ada, { forceRefresh: true })
    expect(next).not.toBe(accessToken)
    expect(claimsOf(next).aud).toBe(audience)
  }
})
