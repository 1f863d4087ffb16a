import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { createVault, localKeyring, VaultError, type VaultStore } from '../src/index.js'

function vaultOver(store: VaultStore) {
  return createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [],
    background: false,
  })
}

describe('checkHealth', () => {
  it('resolves while the store answers', async () => {
    await expect(vaultOver(memoryStore()).checkHealth()).resolves.toBeUndefined()
  })

  it('is store_unavailable with the cause, whatever a store of one’s own throws', async () => {
    const cause = new Error('ECONNREFUSED')
    const failingNow: VaultStore = { ...memoryStore(), now: () => Promise.reject(cause) }
    await expect(vaultOver(failingNow).checkHealth()).rejects.toMatchObject({ code: 'store_unavailable', cause })
  })

  it('says what the store says of a configuration that no waiting mends', async () => {
    const cause = new VaultError('invalid_configuration', 'The tables are older than the code. Run the migrations.')
    const outdated: VaultStore = { ...memoryStore(), now: () => Promise.reject(cause) }
    await expect(vaultOver(outdated).checkHealth()).rejects.toMatchObject({ code: 'store_unavailable', message: cause.message, cause })
  })
})
