import { describe, expect, it } from 'vitest'
import { awsKmsKeyring } from '../../../src/crypto/keyrings/aws-kms.js'
import { googleCloudKmsKeyring } from '../../../src/crypto/keyrings/google-cloud-kms.js'
import { vaultTransitKeyring } from '../../../src/crypto/keyrings/vault-transit.js'
import { canariesIn } from '../../fixtures/canary.js'
import { everythingOf } from '../../fixtures/everything-of.js'
import { text } from '../sealer-world.js'
import { fakeAwsKms } from './fake-aws-kms.js'
import { fakeGoogleCloudKms } from './fake-google-cloud-kms.js'
import { fakeVaultTransit } from './fake-vault-transit.js'
import { arnOf, nameOf } from './keyring-worlds.js'

const canary = 'canary-data-key-0123456789abcdef'
const dek = text(canary)
const context = { tenant: 'shop', userId: 'alice', dekId: new Uint8Array(16).fill(9) }
/** The data key as services and clients may write it. */
const quotes = [btoa(canary), Buffer.from(canary).toString('hex'), Buffer.from(canary).toString('base64url'), dek.join()]

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  )

function expectNoSecret(error: unknown, ...secrets: string[]): void {
  const told = everythingOf(error)
  expect(canariesIn(told, [canary, 'canary-of-the-response', ...secrets])).toEqual([])
  for (const quote of quotes) expect(told).not.toContain(quote)
}

describe.each(quotes)('an error whose message quotes the data key (%s)', (quote) => {
  it('of AWS KMS comes without that message, and without what hangs on it', async () => {
    const fake = Object.assign(fakeAwsKms(arnOf('2026')), { fault: 'ValidationException', faultMessage: `Value '${quote}' is too long` })
    const error = await thrownBy(awsKmsKeyring({ client: fake.client, keys: [{ id: 'k', keyArn: arnOf('2026') }] }).wrap(dek, context))
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { name: 'ValidationException' } })
    expectNoSecret(error)
  })

  it('of Cloud KMS comes without that message, and without what hangs on it', async () => {
    const fake = Object.assign(fakeGoogleCloudKms(nameOf('2026')), { fault: 13, faultMessage: `cannot encrypt ${quote}` })
    const error = await thrownBy(
      googleCloudKmsKeyring({ client: fake.client, keys: [{ id: 'k', name: nameOf('2026') }] }).wrap(dek, context),
    )
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { code: 13 } })
    expectNoSecret(error)
  })

  it('of Vault comes without that message', async () => {
    const fake = fakeVaultTransit('holdfast')
    fake.fault = { status: 500, errors: [`cannot encrypt ${quote}`] }
    const keyring = vaultTransitKeyring({
      url: 'https://vault.example',
      token: fake.token,
      fetch: fake.fetch,
      keys: [{ id: 'k', name: 'holdfast' }],
    })
    const error = await thrownBy(keyring.wrap(dek, context))
    expect(error).toMatchObject({ code: 'store_unavailable' })
    expectNoSecret(error, fake.token)
  })
})

describe('a data key of another length', () => {
  it('is told by its length alone', async () => {
    const fake = fakeAwsKms(arnOf('2026'))
    const keyring = awsKmsKeyring({ client: fake.client, keys: [{ id: 'k', keyArn: arnOf('2026') }] })
    const wrapped = await keyring.wrap(dek, context)
    fake.faultyBytes = text(`${canary}!`)
    const error = await thrownBy(keyring.unwrap(wrapped, context))
    expect(error).toMatchObject({ code: 'decryption_failed', message: expect.stringContaining('33 bytes') })
    expectNoSecret(error)
  })
})

describe('the token of Vault', () => {
  const keys = [{ id: 'k', name: 'holdfast' }]
  const url = 'https://vault.example'

  it.each([
    ['Vault', (token: string) => ({ status: 403, errors: [`token ${token} is not good`] })],
    ['fetch', (token: string) => ({ thrown: new TypeError(`invalid header value "${token}"`, { cause: { headers: token } }) })],
  ])('is not told, though %s quotes it', async (_who, faultWith) => {
    const fake = fakeVaultTransit('holdfast')
    fake.fault = faultWith(fake.token)
    const error = await thrownBy(vaultTransitKeyring({ url, token: fake.token, fetch: fake.fetch, keys }).wrap(dek, context))
    expect(error).toMatchObject({ code: 'store_unavailable' })
    expectNoSecret(error, fake.token)
  })

  it('is not told when it cannot be had, or cannot be a header', async () => {
    const { fetch, token } = fakeVaultTransit('holdfast')
    const broken = (): never => {
      throw new RangeError(`cannot renew ${token}`)
    }
    for (const given of [broken, async () => broken(), () => `${token}\n`, async () => '', () => 7 as never]) {
      const error = await thrownBy(vaultTransitKeyring({ url, token: given, fetch, keys }).wrap(dek, context))
      expect(error).toMatchObject({ code: 'store_unavailable', facts: { reason: 'access_denied' } })
      expectNoSecret(error, token)
    }
    expect(() => vaultTransitKeyring({ url, token: `${token} `, fetch, keys })).not.toThrow(token)
  })

  it('shows in no keyring', () => {
    const { fetch, token } = fakeVaultTransit('holdfast')
    expectNoSecret(vaultTransitKeyring({ url, token, fetch, keys }), token)
  })
})
