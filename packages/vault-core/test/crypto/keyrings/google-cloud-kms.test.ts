import { describe, expect, it } from 'vitest'
import type { Keyring } from '../../../src/crypto/keyring.js'
import { googleCloudKmsKeyring } from '../../../src/crypto/keyrings/google-cloud-kms.js'
import { type FakeDamage, type FakeGoogleCloudKms, fakeGoogleCloudKms } from './fake-google-cloud-kms.js'
import { nameOf } from './keyring-worlds.js'

const dek = Uint8Array.from({ length: 32 }, (_, n) => n)
const context = { tenant: 'shop', userId: 'alice', dekId: new Uint8Array(16).fill(9) }

function world(): { readonly kms: FakeGoogleCloudKms; readonly keyring: Keyring } {
  const kms = fakeGoogleCloudKms(nameOf('2026'))
  return { kms, keyring: googleCloudKmsKeyring({ client: kms.client, keys: [{ id: '2026', name: nameOf('2026') }] }) }
}

describe('bytes that are damaged on their way', () => {
  const damages: readonly FakeDamage[] = ['request', 'data of the request', 'answer', 'checksum of the answer']
  /** The service says of encryption alone whether these arrived. */
  const ofEncryption: readonly FakeDamage[] = [...damages, 'checksum of the request', 'checksum of the data']

  it.each(ofEncryption)('to or from encryption (%s) are sent again, and never stored', async (damage) => {
    const { kms, keyring } = world()
    Object.assign(kms, { damage, damageLasts: 2 })
    const wrapped = await keyring.wrap(dek, context)
    expect(kms.requests).toHaveLength(3)
    expect(await keyring.unwrap(wrapped, context)).toEqual(dek)
  })

  it.each(damages)('to or from decryption (%s) are sent again, and never taken for damage in the store', async (damage) => {
    const { kms, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    Object.assign(kms, { damage, damageLasts: 2 })
    expect(await keyring.unwrap(wrapped, context)).toEqual(dek)
    expect(kms.requests).toHaveLength(4)
  })

  it('again and again are an outage', async () => {
    const { kms, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    for (const damage of damages) {
      kms.damage = damage
      for (const work of [() => keyring.wrap(dek, context), () => keyring.unwrap(wrapped, context)]) {
        await expect(work()).rejects.toMatchObject({
          code: 'store_unavailable',
          message: expect.stringContaining('"2026"'),
          cause: { message: expect.stringContaining('CRC-32C') },
        })
      }
    }
  })
})

describe('an answer', () => {
  it.each(['object', 'text', 'none'] as const)('may have its checksum as %s', async (checksums) => {
    const { kms, keyring } = world()
    kms.checksums = checksums
    expect(await keyring.unwrap(await keyring.wrap(dek, context), context)).toEqual(dek)
  })

  it('may have its bytes as base64', async () => {
    const { kms, keyring } = world()
    kms.answersBase64 = true
    expect(await keyring.unwrap(await keyring.wrap(dek, context), context)).toEqual(dek)
  })

  it('is no data key when it has another length', async () => {
    const { kms, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    kms.faultyBytes = new Uint8Array(16)
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('16 bytes'),
    })
  })

  it('is an outage when it has no ciphertext, which must not be stored', async () => {
    const { kms, keyring } = world()
    kms.faultyBytes = new Uint8Array()
    await expect(keyring.wrap(dek, context)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('what Cloud KMS refuses', () => {
  it.each([
    ['NOT_FOUND', 5, { reason: 'unusable_key' }],
    ['PERMISSION_DENIED', 7, { reason: 'access_denied' }],
    ['RESOURCE_EXHAUSTED', 8, { reason: 'throttled' }],
    ['FAILED_PRECONDITION', 9, { reason: 'unusable_key' }],
    ['UNAUTHENTICATED', 16, { reason: 'access_denied' }],
    ['DEADLINE_EXCEEDED', 4, {}],
    ['INTERNAL', 13, {}],
    ['UNAVAILABLE', 14, {}],
  ])('%s is an outage, which names the key and keeps the cause', async (_name, code, facts) => {
    const { kms, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    kms.fault = code
    for (const work of [() => keyring.wrap(dek, context), () => keyring.unwrap(wrapped, context)]) {
      await expect(work()).rejects.toMatchObject({
        code: 'store_unavailable',
        facts,
        message: expect.stringMatching(/Cloud KMS .*key "2026".*\. [A-Z]/),
        cause: { code, message: expect.stringContaining('the words of Cloud KMS') },
      })
    }
  })

  it('INVALID_ARGUMENT says that a data key does not open; but what never was a ciphertext cannot be damaged', async () => {
    const { kms, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    kms.fault = 3
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'decryption_failed', cause: { code: 3 } })
    await expect(keyring.wrap(dek, context)).rejects.toMatchObject({ code: 'store_unavailable', facts: { reason: 'unusable_key' } })
  })
})

describe('googleCloudKmsKeyring', () => {
  const client = fakeGoogleCloudKms().client
  const name = nameOf('2026')
  it.each([
    ['no client', { keys: [{ id: 'k', name }] }, 'client'],
    ['no keys', { client, keys: [] }, 'keys'],
    ['a name with a version', { client, keys: [{ id: 'k', name: `${name}/cryptoKeyVersions/1` }] }, 'keys[0].name'],
    ['a short name', { client, keys: [{ id: 'k', name: 'kek' }] }, 'keys[0].name'],
  ])('refuses %s, naming the field', (_what, options, field) => {
    expect(() => googleCloudKmsKeyring(options as never)).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { [field]: expect.stringMatching(/\w/) } } }),
    )
  })

  it('learns of keys that were added since', async () => {
    const kms = fakeGoogleCloudKms(name, nameOf('2027'))
    const next = { id: '2027', name: nameOf('2027') }
    const wrapped = await googleCloudKmsKeyring({ client: kms.client, keys: [next] }).wrap(dek, context)
    const keyring = googleCloudKmsKeyring({ client: kms.client, keys: [{ id: '2026', name }], reload: async () => [next] })
    await keyring.reload?.()
    expect(await keyring.unwrap(wrapped, context)).toEqual(dek)
  })
})
