import { createVault as createPureVault, type EnvelopePrimitives, localKeyring, type Vault, type VaultOptions } from '@holdfast/vault-core'
import { aesPrimitives } from '@holdfast/vault-core/aes'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { ALICE, type VaultWorld, vaultWorld } from '../../vault-core/test/fixtures/vault-world.js'
import { createVault, nodePrimitives } from '../src/index.js'

type Make = (options: VaultOptions) => Vault

describe('a vault that seals by node:crypto', () => {
  it.each<[string, Make, Make]>([
    ['the pure one', createPureVault, createVault],
    ['this one', createVault, createPureVault],
  ])('shares a store with a pure one: %s writes, the other reads, refreshes and disconnects', async (_name, writer, reader) => {
    const world = vaultWorld()
    await world.connect(writer(over(world)))
    const vault = reader(over(world))
    const { accessToken } = await vault.getCredentials(ALICE)
    const renewed = await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(renewed.accessToken).not.toBe(accessToken)
    expect((await writer(over(world)).getCredentials(ALICE)).accessToken).toBe(renewed.accessToken)
    await vault.disconnect(ALICE)
    await expect(writer(over(world)).getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
  })

  it('writes suite 2 when told to, which a pure one with AES reads', async () => {
    const world = vaultWorld()
    await world.connect(createVault({ ...over(world), cipherSuite: 'aes-256-gcm' }))
    const pure = createPureVault({ ...over(world), primitives: aesPrimitives })
    expect((await pure.getCredentials(ALICE)).accessToken).toBeTruthy()
    await expect(createPureVault(over(world)).getCredentials(ALICE)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('refuses what the core refuses', () => {
    const keyring = localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }])
    expect(() => createVault({ store: memoryStore(), keyring, connections: [], callerWaitMs: -1 })).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', message: expect.stringContaining('callerWaitMs') }),
    )
  })

  it('takes other primitives when they are given', async () => {
    const world = vaultWorld()
    let sealed = 0
    const counting: EnvelopePrimitives = {
      ...nodePrimitives(),
      encrypt: (...input) => {
        sealed++
        return nodePrimitives().encrypt(...input)
      },
    }
    await world.connect(createVault({ ...over(world), primitives: counting }))
    expect(sealed).toBeGreaterThan(0)
  })
})

function over({ store, clock, provider, connection }: VaultWorld): VaultOptions {
  const keyring = localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }])
  return { store, keyring, connections: [connection], clock, fetch: provider.fetch, background: false }
}
