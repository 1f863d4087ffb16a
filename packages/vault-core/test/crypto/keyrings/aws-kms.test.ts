import { describe, expect, it } from 'vitest'
import type { Keyring } from '../../../src/crypto/keyring.js'
import { awsKmsKeyring } from '../../../src/crypto/keyrings/aws-kms.js'
import { type FakeAwsKms, fakeAwsKms } from './fake-aws-kms.js'
import { arnOf } from './keyring-worlds.js'

const dek = Uint8Array.from({ length: 32 }, (_, n) => n)
const context = { tenant: 'shop', userId: 'alice', dekId: new Uint8Array(16).fill(251) }

function world(): { readonly kms: FakeAwsKms; readonly keyring: Keyring } {
  const kms = fakeAwsKms(arnOf('2026'))
  return { kms, keyring: awsKmsKeyring({ client: kms.client, keys: [{ id: '2026', keyArn: arnOf('2026') }] }) }
}

describe('the encryption context', () => {
  it('names purpose, tenant, user, data key and wrapping key, the same for both directions', async () => {
    const { kms, keyring } = world()
    await keyring.unwrap(await keyring.wrap(dek, context), context)
    const asked = {
      KeyId: arnOf('2026'),
      EncryptionContext: { purpose: 'hf1/dek', tenant: 'shop', user: 'alice', dek: '-_v7-_v7-_v7-_v7-_v7-w', kek: '2026' },
    }
    expect(kms.requests).toEqual([asked, asked])
  })

  it('leaves the user out for the tenant’s own data key, because KMS takes no empty values', async () => {
    const { kms, keyring } = world()
    await keyring.wrap(dek, { ...context, userId: '' })
    expect(kms.requests[0]?.EncryptionContext).not.toHaveProperty('user')
  })
})

describe('what AWS KMS refuses', () => {
  it.each([
    ['AccessDeniedException', { code: 'store_unavailable', facts: { reason: 'access_denied' } }],
    ['UnrecognizedClientException', { code: 'store_unavailable', facts: { reason: 'access_denied' } }],
    ['ExpiredTokenException', { code: 'store_unavailable', facts: { reason: 'access_denied' } }],
    ['CredentialsProviderError', { code: 'store_unavailable', facts: { reason: 'access_denied' } }],
    ['ThrottlingException', { code: 'store_unavailable', facts: { reason: 'throttled' } }],
    ['NotFoundException', { code: 'store_unavailable', facts: { reason: 'unusable_key' } }],
    ['DisabledException', { code: 'store_unavailable', facts: { reason: 'unusable_key' } }],
    ['KMSInvalidStateException', { code: 'store_unavailable', facts: { reason: 'unusable_key' } }],
    ['KMSInternalException', { code: 'store_unavailable', facts: {} }],
    ['DependencyTimeoutException', { code: 'store_unavailable', facts: {} }],
    ['KeyUnavailableException', { code: 'store_unavailable', facts: {} }],
    ['TimeoutError', { code: 'store_unavailable', facts: {} }],
    ['an error of nobody', { code: 'store_unavailable', facts: {} }],
  ])('%s is an outage, which names the key and keeps the cause', async (name, expected) => {
    const { kms, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    kms.fault = name
    for (const work of [() => keyring.wrap(dek, context), () => keyring.unwrap(wrapped, context)]) {
      await expect(work()).rejects.toMatchObject({
        ...expected,
        message: expect.stringMatching(/AWS KMS .*key "2026".*\. [A-Z]/),
        cause: { name, message: 'the words of AWS KMS', requestId: 'a1b2c3d4-request' },
      })
    }
  })

  it.each(['InvalidCiphertextException', 'IncorrectKeyException'])('%s says that a data key does not open', async (name) => {
    const { kms, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    kms.fault = name
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('"2026"'),
      cause: { name },
    })
  })
})

describe('an answer that cannot be used', () => {
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
    const client = { encrypt: async () => ({}), decrypt: async () => ({}) }
    const empty = awsKmsKeyring({ client, keys: [{ id: '2026', keyArn: arnOf('2026') }] })
    await expect(empty.wrap(dek, context)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('awsKmsKeyring', () => {
  const client = fakeAwsKms().client
  const key = { id: '2026', keyArn: arnOf('2026') }
  it.each([
    ['no client', { keys: [key] }, 'client'],
    ['a client of another kind', { client: { send() {} }, keys: [key] }, 'client'],
    ['no keys', { client, keys: [] }, 'keys'],
    ['no array', { client, keys: key }, 'keys'],
    ['an entry that is none', { client, keys: [null] }, 'keys[0]'],
    ['an id with a space', { client, keys: [{ ...key, id: 'a b' }] }, 'keys[0].id'],
    ['the same id twice', { client, keys: [key, key] }, 'keys[1].id'],
    ['an alias', { client, keys: [{ id: 'k', keyArn: 'arn:aws:kms:eu-central-1:111122223333:alias/holdfast' }] }, 'keys[0].keyArn'],
    ['an ARN of something else', { client, keys: [{ id: 'k', keyArn: 'arn:aws:s3:::bucket' }] }, 'keys[0].keyArn'],
    ['no ARN', { client, keys: [{ id: 'k' }] }, 'keys[0].keyArn'],
  ])('refuses %s, naming the field', (_what, options, field) => {
    expect(() => awsKmsKeyring(options as never)).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { [field]: expect.stringMatching(/\w/) } } }),
    )
  })

  it('takes ARNs of other partitions and of keys in several regions', () => {
    for (const keyArn of [
      'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/0000-aaaa',
      'arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab',
    ])
      expect(awsKmsKeyring({ client, keys: [{ id: 'k', keyArn }] }).current()).toBe('k')
  })

  it('learns of keys that were added since', async () => {
    const kms = fakeAwsKms(arnOf('2026'), arnOf('2027'))
    const next = { id: '2027', keyArn: arnOf('2027') }
    const wrapped = await awsKmsKeyring({ client: kms.client, keys: [next] }).wrap(dek, context)
    const keyring = awsKmsKeyring({ client: kms.client, keys: [key], reload: async () => [next, key] })
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({ facts: { reason: 'unknown_key' } })
    await keyring.reload?.()
    expect(await keyring.unwrap(wrapped, context)).toEqual(dek)
    expect(keyring.current()).toBe('2027')
  })

  it('has no reload where nobody can tell of new keys', () => {
    expect(awsKmsKeyring({ client, keys: [key] })).not.toHaveProperty('reload')
  })
})
