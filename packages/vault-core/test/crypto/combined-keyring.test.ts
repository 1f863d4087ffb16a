import { describe, expect, it } from 'vitest'
import { combinedKeyring, localKeyring } from '../../src/index.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'
import { keyringWorlds } from './keyrings/keyring-worlds.js'

const local = () => localKeyring([{ id: 'local', key: new Uint8Array(32).fill(4) }])

describe.each(Object.entries(keyringWorlds))('from local keys to another kind, and back: %s', (_name, makeWorld) => {
  it('nothing is refused on the way, and in the end the old kind is not needed', async () => {
    const world = vaultWorld()
    const other = makeWorld().keyring('2026')
    const old = world.vault({ keyring: local() })
    await world.connect(old)
    const both = world.vault({ keyring: combinedKeyring([other, local()]) })
    expect((await both.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    expect((await both.keyStatus()).keys).toEqual([{ keyId: 'local', dataKeys: 2 }])
    const rotation = both.rotateKeys()
    await world.clock.advance(1_000)
    expect(await rotation).toMatchObject({ keyId: '2026', rewrapped: 2, failed: 0 })
    expect(await both.keyStatus()).toEqual({ currentKeyId: '2026', keys: [{ keyId: '2026', dataKeys: 2 }], unreadable: 0 })
    expect((await world.vault({ keyring: other }).getCredentials(ALICE)).accessToken).toBe('canary-access-1')
  })
})

describe('a combined keyring', () => {
  it('refuses none, and two that wrap under one id', () => {
    for (const keyrings of [[], [local(), local()]])
      expect(() => combinedKeyring(keyrings)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })

  it('asks each of its keyrings anew, where they can be asked', async () => {
    const keys = [{ id: 'local', key: new Uint8Array(32).fill(4) }]
    let asked = 0
    const reloading = localKeyring(keys, {
      reload: async () => {
        asked += 1
        return keys
      },
    })
    await combinedKeyring([localKeyring([{ id: 'new', key: new Uint8Array(32).fill(5) }]), reloading]).reload?.()
    expect(asked).toBe(1)
    expect(combinedKeyring([local()]).reload).toBeUndefined()
  })
})
