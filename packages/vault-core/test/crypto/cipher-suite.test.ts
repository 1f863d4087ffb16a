import { describe, expect, it } from 'vitest'
import { aesPrimitives } from '../../src/crypto/aes.js'
import { noblePrimitives } from '../../src/crypto/primitives.js'
import type { CipherSuite, VaultOptions } from '../../src/index.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'
import { place, sealerWorld, text } from './sealer-world.js'

const AES: CipherSuite = 'aes-256-gcm'

describe('the cipher suite of a sealer', () => {
  it('is what it writes; what it reads is either', async () => {
    const world = sealerWorld()
    const [plain, aes] = [world.sealer({ primitives: aesPrimitives }), world.sealer({ primitives: aesPrimitives, cipherSuite: AES })]
    const blobs = [await plain.seal(place, text('token')), await aes.seal(place, text('token'))]
    expect(blobs.map((blob) => blob[3])).toEqual([1, 2])
    for (const sealer of [plain, aes]) {
      for (const blob of blobs) expect(await sealer.open(place, blob)).toEqual(text('token'))
    }
  })

  it.each([
    ['suite 2 without a cipher for it', 3, 2, /suite 2 of format hf1, aes-256-gcm.*@holdfast\/vault-node/],
    ['an unknown suite', 3, 127, /suite 127 of format hf1.*Update Holdfast/],
    ['an unknown format', 2, 9, /format 9.*Update Holdfast/],
  ])('is named where a value is of %s, with what to do', async (_name, at, byte, message) => {
    const sealer = sealerWorld().sealer()
    const blob = await sealer.seal(place, text('token'))
    blob[at] = byte
    await expect(sealer.open(place, blob)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringMatching(message),
      facts: { userId: 'alice', connectionId: 'drive' },
    })
  })

  it('refuses every flipped bit and every shorter length of a value of suite 2 with decryption_failed and nothing else', async () => {
    const sealer = sealerWorld().sealer({ primitives: aesPrimitives, cipherSuite: AES })
    const blob = await sealer.seal(place, text('token'))
    const outcomes = new Set<unknown>()
    const note = (damaged: Uint8Array): Promise<unknown> =>
      sealer.open(place, damaged).then(
        () => outcomes.add('opened'),
        (error: { code?: unknown }) => outcomes.add(error.code),
      )
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const flipped = blob.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await note(flipped)
    }
    for (let length = 0; length < blob.length; length++) await note(blob.subarray(0, length))
    expect([...outcomes]).toEqual(['decryption_failed'])
    expect(await sealer.open(place, blob)).toEqual(text('token'))
  })
})

describe('the cipher suite of a vault', () => {
  it('rolls through processes that share a store: each reads what the others wrote', async () => {
    const world = vaultWorld()
    const [before, after] = [world.vault({ primitives: aesPrimitives }), world.vault({ primitives: aesPrimitives, cipherSuite: AES })]
    await world.connect(before)
    await world.connect(after, 'bob')
    for (const vault of [before, after]) {
      expect((await vault.getCredentials(ALICE)).accessToken).toBeTruthy()
      expect((await vault.getCredentials({ ...ALICE, userId: 'bob' })).accessToken).toBeTruthy()
    }
  })

  it.each<[string, Partial<VaultOptions>, RegExp]>([
    [
      'AES without primitives that have it',
      { cipherSuite: AES },
      /`aes-256-gcm` needs primitives that have it.*@holdfast\/vault-core\/aes/,
    ],
    ['AES with primitives that lack it', { cipherSuite: AES, primitives: noblePrimitives }, /needs primitives that have it/],
    ['a name that is no suite', { cipherSuite: JSON.parse('"toString"') }, /must be `xchacha20-poly1305` or/],
  ])('is refused at start: %s', (_name, options, message) => {
    expect(() => vaultWorld().vault(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        message: expect.stringMatching(message),
        facts: { fields: { cipherSuite: expect.any(String) } },
      }),
    )
  })
})
