import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { type EnvelopePrimitives, noblePrimitives } from '../../src/crypto/primitives.js'
import * as independent from './independent-hf1.js'
import { place, sealerWorld, text } from './sealer-world.js'

// What an accelerator has to be: the same algorithms, other code.
const nodePrimitives: EnvelopePrimitives = {
  sha256: (data) => createHash('sha256').update(data).digest(),
  hkdfSha256: (ikm, salt, info, length) => new Uint8Array(hkdfSync('sha256', ikm, salt, info, length)),
  encrypt: (key, nonce, aad, plaintext) =>
    independent.encrypt(Buffer.from(key), Buffer.from(nonce), Buffer.from(aad), Buffer.from(plaintext)),
  decrypt: (key, nonce, aad, sealed) => independent.decrypt(Buffer.from(key), Buffer.from(nonce), Buffer.from(aad), Buffer.from(sealed)),
}

it.each([
  ['seals with noble and opens with node:crypto', noblePrimitives, nodePrimitives],
  ['seals with node:crypto and opens with noble', nodePrimitives, noblePrimitives],
])('a sealer with other primitives is byte-compatible: %s', async (_name, sealing, opening) => {
  const world = sealerWorld()
  const [one, two] = [world.sealer({ primitives: sealing }), world.sealer({ primitives: opening })]
  for (const length of [0, 255, 256, 4_096]) {
    const plaintext = new Uint8Array(randomBytes(length))
    expect(Buffer.from(await two.open(place, await one.seal(place, plaintext))).equals(plaintext)).toBe(true)
  }
  expect(await one.fingerprint('alice', 'token')).toEqual(await two.fingerprint('alice', 'token'))
})

it('makes the same bytes from the same randomness', async () => {
  const world = sealerWorld()
  await world.sealer().prepare('alice')
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(9)
  const [one, two] = await Promise.all(
    [noblePrimitives, nodePrimitives].map((primitives) => world.sealer({ primitives, random }).seal(place, text('token'))),
  )
  expect(one).toEqual(two)
})

it.each([
  ['undefined', () => undefined],
  [
    'an exception',
    () => {
      throw new Error('canary')
    },
  ],
])('a failed decryption told by %s is decryption_failed', async (_name, decrypt) => {
  const world = sealerWorld()
  const blob = await world.sealer().seal(place, text('token'))
  const faulty = world.sealer({ primitives: { ...noblePrimitives, decrypt } })
  const error = await faulty.open(place, blob).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'decryption_failed' })
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('canary')
})
