import { memoryStore } from '@holdfast/vault-store-memory'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isVaultError, VaultError } from '../src/errors.js'
import { createVault, localKeyring } from '../src/index.js'

describe('an error of another copy of this package', () => {
  beforeEach(() => void vi.resetModules())

  it('is told as one of the vault, so that two copies installed side by side understand each other', async () => {
    const copy = await import('../src/errors.js')
    const error = new copy.VaultError('store_unavailable', 'The database cannot be reached.')
    expect(error).not.toBeInstanceOf(VaultError)
    expect(isVaultError(error)).toBe(true)
    expect(isVaultError(error, 'store_unavailable')).toBe(true)
    expect(isVaultError(error, 'not_found')).toBe(false)
    expect(Reflect.ownKeys(error).toSorted()).toEqual(Reflect.ownKeys(new Error('any')).concat('code', 'facts', 'name').toSorted())
  })

  it('that a store throws counts as what it is', async () => {
    const copy = await import('../src/errors.js')
    const down = new copy.VaultError('store_unavailable', 'The database cannot be reached.')
    const vault = createVault({
      store: { ...memoryStore(), now: () => Promise.reject(down) },
      keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
      connections: [],
      background: false,
    })
    expect(await vault.checkHealth().catch((error: unknown) => error)).toBe(down)
    await vault.close()
  })

  it.each([
    undefined,
    null,
    'store_unavailable',
    { name: 'VaultError', code: 'store_unavailable', facts: {} },
    Object.assign(new Error('of another library'), { code: 'store_unavailable' }),
  ])('%o is none', (value) => {
    expect(isVaultError(value)).toBe(false)
  })
})

it('a vault of another copy is refused with a word on how to find the copies', async () => {
  vi.resetModules()
  const { createRefreshWorker } = await import('../src/refresh-worker/index.js')
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [],
    background: false,
  })
  expect(() => createRefreshWorker({ vault })).toThrow(/npm ls @holdfast\/vault-core/)
  await vault.close()
})
