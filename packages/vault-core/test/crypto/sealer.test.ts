import { describe, expect, it } from 'vitest'
import { dataKeyIdOf, sealEnvelope } from '../../src/crypto/envelope.js'
import { lengthPrefixed } from '../../src/crypto/length-prefixed.js'
import { localKeyring } from '../../src/crypto/local-keyring.js'
import { VaultError } from '../../src/errors.js'
import { place, sealerWorld, text } from './sealer-world.js'

describe('the sealer', () => {
  it('opens what another process sealed', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('token'))
    expect(await world.sealer().open(place, blob)).toEqual(text('token'))
  })

  it.each([
    ['user', { userId: 'bob' }],
    ['connection', { connectionId: 'mail' }],
    ['account', { accountId: 'second' }],
    ['field', { field: 'refresh_token' }],
    ['epoch', { epoch: 2 }],
    ['revision', { secretRev: 2 }],
  ])('refuses a value moved to another %s with decryption_failed', async (_name, other) => {
    const sealer = sealerWorld().sealer()
    await sealer.seal({ ...place, ...other }, text('theirs'))
    const blob = await sealer.seal(place, text('token'))
    await expect(sealer.open({ ...place, ...other }, blob)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('refuses a value moved to another tenant, though the data key was copied along', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('token'))
    const row = await world.documents.get({ tenant: 'default', kind: 'data_key', id: 'alice' })
    await world.documents.put({ tenant: 'other', kind: 'data_key', id: 'alice', data: row?.data ?? '', expect: 'absent', attemptId: 'a' })
    await expect(world.sealer({ tenant: 'other' }).open(place, blob)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('says which record and which data key, and nothing of the content', async () => {
    const sealer = sealerWorld().sealer()
    const blob = await sealer.seal(place, text('canary-content'))
    blob[100] = (blob[100] ?? 0) ^ 1
    const message = await sealer.open(place, blob).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(message).toMatch(/"access_token" of user "alice" on connection "drive".*data key [\w-]{22}/)
    expect(message).not.toContain('canary')
  })

  it('takes fingerprints that are the same for the same token and user, and differ otherwise', async () => {
    const world = sealerWorld()
    const [one, two] = [world.sealer(), world.sealer()]
    const fingerprint = await one.fingerprint('alice', 'token')
    expect(fingerprint).toHaveLength(16)
    expect(await two.fingerprint('alice', 'token')).toEqual(fingerprint)
    expect(await one.fingerprint('bob', 'token')).not.toEqual(fingerprint)
    expect(await one.fingerprint('alice', 'token2')).not.toEqual(fingerprint)
  })

  it.each([
    ['an empty value', new Uint8Array()],
    ['another format', Uint8Array.from({ length: 348 }, (_, at) => [0x48, 0x46, 2, 1][at] ?? 0)],
    ['another suite', Uint8Array.from({ length: 348 }, (_, at) => [0x48, 0x46, 1, 2][at] ?? 0)],
    ['plain text', text('a token that nobody sealed, in a column that holds sealed values alone, by some mistake or other')],
  ])('refuses %s with decryption_failed, saying which record', async (_name, blob) => {
    await expect(sealerWorld().sealer().open(place, blob)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringMatching(/"access_token" of user "alice" on connection "drive".*format/),
      facts: { userId: 'alice', connectionId: 'drive' },
    })
  })

  it('refuses every flipped bit and every shorter length with decryption_failed and nothing else', async () => {
    const sealer = sealerWorld().sealer()
    const blob = await sealer.seal(place, text('token'))
    const outcomes = new Set<string>()
    const note = (damaged: Uint8Array): Promise<unknown> =>
      sealer.open(place, damaged).then(
        () => outcomes.add('opened'),
        (error: unknown) => outcomes.add(error instanceof VaultError ? error.code : 'another error'),
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

  it('refuses a value sealed with another key under the right id', async () => {
    const world = sealerWorld()
    const sealer = world.sealer()
    const id = dataKeyIdOf(await sealer.seal(place, text('token'))) ?? new Uint8Array()
    const where = lengthPrefixed(['hf1/record', 'default', 'drive', 'alice', 'default', 'access_token', '1', '1'])
    const forged = sealEnvelope({ id, key: new Uint8Array(32).fill(5) }, where, text('forged'), (length) => new Uint8Array(length).fill(1))
    await expect(sealer.open(place, forged)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('names the wrapping key when the keyring holds another key under its id, or none', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('token'))
    const other = new Uint8Array(32).fill(4)
    await expect(world.sealer({ keyring: localKeyring([{ id: 'k1', key: other }]) }).open(place, blob)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringMatching(/of user "alice".*key "k1"/),
    })
    await expect(world.sealer({ keyring: localKeyring([{ id: 'k2', key: other }]) }).open(place, blob)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/of user "alice".*key "k1"/),
    })
  })

  it('refuses ids that are not well-formed text: two of them would be one place', async () => {
    await expect(
      sealerWorld()
        .sealer()
        .seal({ ...place, accountId: '\ud800' }, text('x')),
    ).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
