// A vault is made, takes a credential, and hands out its token.
import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { told } from './told.ts'

const vault = createVault({
  store: memoryStore(),
  keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
  connections: [
    {
      connectionId: 'drive',
      authorizationEndpoint: 'https://provider.example/authorize',
      tokenEndpoint: 'https://provider.example/token',
      clientId: 'client-1',
      clientSecret: 'not-a-secret',
    },
  ],
  background: false,
})
const selector = { connectionId: 'drive', userId: 'alice' }
await vault.importCredential({ ...selector, accessToken: 'a'.repeat(900), expiresAt: new Date(Date.now() + 3_600_000) })
const { accessToken } = await vault.getCredentials(selector)
if (accessToken.length !== 900) throw new Error('This is not the token.')
told()
