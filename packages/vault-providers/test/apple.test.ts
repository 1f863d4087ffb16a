import { createPublicKey } from 'node:crypto'
import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { expect, it, onTestFinished } from 'vitest'
import { apple } from '../src/providers/apple.js'
import { recordedProvider, withoutDiscovery } from './fixtures/recorded-provider.js'
import { PRIVATE_KEY } from './shapes/apple.js'

const app = { clientId: 'com.example.app', privateKey: PRIVATE_KEY }

it('signs the client secret as Apple wants it', async () => {
  const { sent, complete } = await begun({ teamId: 'TEAM123456', keyId: 'KEY1234567' })
  await complete()
  const secret = sent[0]?.fields.client_secret ?? ''
  const { payload } = await jwtVerify(secret, createPublicKey(PRIVATE_KEY), { audience: 'https://appleid.apple.com', issuer: 'TEAM123456' })
  expect(payload.sub).toBe('com.example.app')
  expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(15_777_000)
  expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'KEY1234567' })
})

it('says what it lacks, and sends nothing', async () => {
  const { sent, complete } = await begun({ teamId: 'TEAM123456' })
  await expect(complete()).rejects.toMatchObject({ code: 'invalid_configuration' })
  expect(sent).toEqual([])
})

async function begun(tags: Readonly<Record<string, string>>) {
  const provider = recordedProvider()
  provider.answers.push(Response.json({ access_token: 'first-access', token_type: 'Bearer', expires_in: 3600 }))
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
    connections: [withoutDiscovery(apple({ ...app, tags }))],
    fetch: provider.fetch,
    background: false,
  })
  onTestFinished(() => vault.close())
  const redirectUri = 'https://app.example/callback'
  const { state, flowBinding } = await vault.authorization.start({ connectionId: 'apple', userId: 'alice', redirectUri })
  return {
    sent: provider.sent,
    complete: () => vault.authorization.complete({ callbackUrl: `${redirectUri}?code=c&state=${state}`, flowBinding }),
  }
}
