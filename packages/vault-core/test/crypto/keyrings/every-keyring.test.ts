import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { createSealer } from '../../../src/crypto/create-sealer.js'
import type { Keyring } from '../../../src/crypto/keyring.js'
import type { Sealer } from '../../../src/crypto/sealer.js'
import { runtimeWithDefaults } from '../../../src/runtime.js'
import { manualClock } from '../../fixtures/manual-clock.js'
import { place, text } from '../sealer-world.js'
import { keyringWorlds } from './keyring-worlds.js'

const dek = Uint8Array.from({ length: 32 }, (_, n) => n)
const context = { tenant: 'default', userId: 'alice', dekId: new Uint8Array(16).fill(9) }

describe.each(Object.entries(keyringWorlds))('%s', (_name, makeWorld) => {
  it('gives back what it wrapped, also in another process', async () => {
    const world = makeWorld()
    const wrapped = await world.keyring('2026').wrap(dek, context)
    expect(await world.keyring('2026').unwrap(wrapped, context)).toEqual(dek)
  })

  it('wraps the tenant’s own data key, which has no user', async () => {
    const keyring = makeWorld().keyring('2026')
    const own = { ...context, userId: '' }
    const wrapped = await keyring.wrap(dek, own)
    expect(await keyring.unwrap(wrapped, own)).toEqual(dek)
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it.each([
    ['tenant', { ...context, tenant: 'other' }],
    ['user', { ...context, userId: 'bob' }],
    ['user, the tenant itself', { ...context, userId: '' }],
    ['data key id', { ...context, dekId: new Uint8Array(16) }],
    ['split of the same text', { ...context, tenant: 'defaulta', userId: 'lice' }],
  ])('opens for no other %s', async (_what, other) => {
    const keyring = makeWorld().keyring('2026')
    await expect(keyring.unwrap(await keyring.wrap(dek, context), other)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('refuses ids that are no Unicode, two of which would be one on their way', async () => {
    const keyring = makeWorld().keyring('2026')
    await expect(keyring.wrap(dek, { ...context, userId: 'alice\ud800' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('refuses every single-bit flip', async () => {
    const keyring = makeWorld().keyring('2026')
    const wrapped = await keyring.wrap(dek, context)
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const flipped = wrapped.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      const id = keyring.keyIdOf(flipped)
      const expected = id === undefined || id === '2026' ? { code: 'decryption_failed' } : { facts: { reason: 'unknown_key' } }
      await expect(keyring.unwrap(flipped, context), `bit ${bit}`).rejects.toMatchObject(expected)
    }
  })

  it('refuses every shorter length, and a longer one', async () => {
    const keyring = makeWorld().keyring('2026')
    const wrapped = await keyring.wrap(dek, context)
    for (let length = 0; length < wrapped.length; length++) {
      await expect(keyring.unwrap(wrapped.subarray(0, length), context), `${length}`).rejects.toMatchObject({ code: 'decryption_failed' })
    }
    await expect(keyring.unwrap(Uint8Array.of(...wrapped, 0), context)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('says under which key bytes are, as long as they are its own', async () => {
    const world = makeWorld()
    const wrapped = await world.keyring('2026').wrap(dek, context)
    expect(world.keyring('2027').keyIdOf(wrapped)).toBe('2026')
    expect(world.keyring('2027').keyIdOf(wrapped.subarray(4))).toBeUndefined()
  })

  it('names a key that it does not have, as an outage that a reload may end', async () => {
    const world = makeWorld()
    const wrapped = await world.keyring('2027').wrap(dek, context)
    await expect(world.keyring('2026').unwrap(wrapped, context)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'The keyring has no key "2027", which wraps a data key in the store. Add it to the keyring.',
      facts: { reason: 'unknown_key' },
    })
  })

  it('is rotated by a new key in front', async () => {
    const world = makeWorld()
    const old = await world.keyring('2026').wrap(dek, context)
    const rotated = world.keyring('2027', '2026')
    expect(rotated.current()).toBe('2027')
    expect(await rotated.unwrap(old, context)).toEqual(dek)
    const fresh = await rotated.wrap(dek, context)
    expect(rotated.keyIdOf(fresh)).toBe('2027')
    expect(await world.keyring('2026', '2027').unwrap(fresh, context)).toEqual(dek)
  })

  it('does not open one key’s wrap under another that took its id', async () => {
    const world = makeWorld()
    const wrapped = await world.keyring('2026').wrap(dek, context)
    const moved = wrapped.slice()
    moved.set(text('2027'), 5)
    await expect(world.keyring('2027').unwrap(moved, context)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('carries a vault: values open in other processes and after a rotation, and for nobody else', async () => {
    const world = makeWorld()
    const clock = manualClock()
    const { documents } = memoryStore({ clock: () => clock.now() })
    const sealer = (keyring: Keyring): Sealer =>
      createSealer({ documents, keyring, tenant: 'default', runtime: runtimeWithDefaults({ clock }) })
    const blob = await sealer(world.keyring('2026')).seal(place, text('token'))
    const own = await sealer(world.keyring('2026')).seal({ ...place, userId: '' }, text('of the tenant'))

    const rotated = sealer(world.keyring('2027', '2026'))
    expect(await rotated.open(place, blob)).toEqual(text('token'))
    expect(await rotated.open({ ...place, userId: '' }, own)).toEqual(text('of the tenant'))

    const row = await documents.get({ tenant: 'default', kind: 'data_key', id: 'alice' })
    await documents.put({ tenant: 'default', kind: 'data_key', id: 'bob', data: row?.data ?? '', expect: 'absent', attemptId: 'moved' })
    await expect(rotated.open({ ...place, userId: 'bob' }, blob)).rejects.toMatchObject({ code: 'decryption_failed' })
  })
})

it('no keyring takes bytes that another kind of keyring wrapped', async () => {
  for (const [wrapper, makeWrapper] of Object.entries(keyringWorlds)) {
    const wrapped = await makeWrapper().keyring('2026').wrap(dek, context)
    for (const [other, makeOther] of Object.entries(keyringWorlds)) {
      if (other === wrapper) continue
      const keyring = makeOther().keyring('2026')
      expect(keyring.keyIdOf(wrapped), `${other} reads ${wrapper}`).toBeUndefined()
      await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'decryption_failed' })
    }
  }
})
