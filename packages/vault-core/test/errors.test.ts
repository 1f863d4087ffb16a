import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { VaultError } from '../src/errors.js'
import { createVault, localKeyring } from '../src/index.js'

const FORGED = 'a\n2026-01-01 INFO all is well\u001b[2J\u0085\u2028b'

describe('a message of the vault', () => {
  it('is one line without control characters, whatever an id holds', async () => {
    const vault = createVault({
      store: memoryStore(),
      keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
      connections: [{ connectionId: 'demo', issuer: 'https://provider.example', clientId: 'c' }],
      background: false,
    })
    const asked = [
      vault.getCredentials({ connectionId: FORGED, userId: 'u1' }),
      vault.getCredentials({ connectionId: 'demo', userId: FORGED }),
      vault.getCredentials({ connectionId: 'demo', userId: 'u1', accountId: FORGED }),
      vault.accessRecords.get(FORGED),
      vault.permissions.authorize({ subject: FORGED, permission: 'READ', resource: '/a' }),
    ]
    for (const answer of asked) {
      const error: unknown = await answer.catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(VaultError)
      expect((error as Error).message).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect((error as Error).stack?.split('\n')[0]).toBe(`VaultError: ${(error as Error).message}`)
    }
    await vault.close()
  })

  it('shows what was escaped, and leaves the rest', () => {
    const { message } = new VaultError('invalid_request', `No user "${FORGED}" – Ünïcode 名前 😀.`)
    expect(message).toBe('No user "a\\u000a2026-01-01 INFO all is well\\u001b[2J\\u0085\\u2028b" – Ünïcode 名前 😀.')
  })
})
