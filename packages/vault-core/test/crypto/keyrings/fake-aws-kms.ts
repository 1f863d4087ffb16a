import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { AwsKmsClient } from '../../../src/crypto/keyrings/aws-kms.js'
import { lengthPrefixed } from '../../../src/crypto/length-prefixed.js'
import { type FakeCipher, fakeCipher } from './fake-cipher.js'

/** The service itself, faked: keys by ARN, ciphertexts that name their key, and the service's own names for what it refuses. */
export interface FakeAwsKms {
  readonly client: AwsKmsClient
  /** What the service was asked, newest last. */
  readonly requests: { readonly KeyId: string; readonly EncryptionContext: Record<string, string> }[]
  /** Thrown instead of each answer: the name of an error of the service or of its client. */
  fault: string | undefined
  /** What each error says. */
  faultMessage: string
  /** Stands in for the bytes of each answer. */
  faultyBytes: Uint8Array | undefined
}

export function fakeAwsKms(...arns: string[]): FakeAwsKms {
  const keys = new Map(arns.map((arn): [string, FakeCipher] => [arn, fakeCipher()]))

  const keyOf = (KeyId: string, EncryptionContext: Record<string, string>): FakeCipher => {
    fake.requests.push({ KeyId, EncryptionContext })
    if (fake.fault !== undefined) throw fakeError(fake.fault, fake.faultMessage)
    if (Object.entries(EncryptionContext).some(([name, value]) => name === '' || value === ''))
      throw fakeError('ValidationException', '1 validation error detected: an encryption context may not have empty values')
    const key = keys.get(KeyId)
    if (!key) throw fakeError('NotFoundException', `Key '${KeyId}' does not exist`)
    return key
  }

  const fake: FakeAwsKms = {
    requests: [],
    fault: undefined,
    faultMessage: 'the words of AWS KMS',
    faultyBytes: undefined,
    client: {
      async encrypt({ KeyId, Plaintext, EncryptionContext }) {
        const key = keyOf(KeyId, EncryptionContext)
        if (Plaintext.length < 1 || Plaintext.length > 4096) throw fakeError('ValidationException', 'plaintext has a wrong length')
        const blob = concatBytes(keyMark(KeyId), key.encrypt(Plaintext, canonical(EncryptionContext)))
        return { CiphertextBlob: fake.faultyBytes ?? blob }
      },
      async decrypt({ KeyId, CiphertextBlob, EncryptionContext }) {
        const key = keyOf(KeyId, EncryptionContext)
        if (CiphertextBlob.length < 1 || CiphertextBlob.length > 6144)
          throw fakeError('ValidationException', 'ciphertextBlob has a wrong length')
        const marks = arns.filter((arn) => isPrefix(keyMark(arn), CiphertextBlob))
        if (marks.length === 0) throw fakeError('InvalidCiphertextException', 'UnknownError')
        if (!marks.includes(KeyId))
          throw fakeError('IncorrectKeyException', 'The key ID in the request does not identify a CMK that can perform this operation.')
        const plaintext = key.decrypt(CiphertextBlob.subarray(keyMark(KeyId).length), canonical(EncryptionContext))
        if (!plaintext) throw fakeError('InvalidCiphertextException', 'UnknownError')
        return { Plaintext: fake.faultyBytes ?? plaintext }
      },
    },
  }
  return fake
}

/** The order of the pairs does not matter to the service. */
function canonical(context: Record<string, string>): Uint8Array {
  return lengthPrefixed(
    Object.entries(context)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flat(),
  )
}

function keyMark(arn: string): Uint8Array {
  return concatBytes(Uint8Array.of(1, 2, 2, 0, arn.length), utf8ToBytes(arn))
}

function isPrefix(prefix: Uint8Array, bytes: Uint8Array): boolean {
  return prefix.every((byte, at) => bytes[at] === byte)
}

/** As `@aws-sdk/client-kms` throws it, with what hangs on its errors. */
function fakeError(name: string, message: string): Error {
  const metadata = { requestId: 'a1b2c3d4-request', httpStatusCode: 400 }
  return Object.assign(new Error(message), { name, $metadata: metadata, $response: { body: 'canary-of-the-response' } })
}
