import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { crc32c } from '../../../src/crypto/keyrings/crc32c.js'
import type { GoogleCloudKmsClient } from '../../../src/crypto/keyrings/google-cloud-kms.js'
import { type FakeCipher, fakeCipher } from './fake-cipher.js'

/** Where bytes are damaged on their way. */
export type FakeDamage =
  | 'request'
  | 'data of the request'
  | 'answer'
  | 'checksum of the answer'
  | 'checksum of the request'
  | 'checksum of the data'

/** The service itself, faked: keys by name, checksums in and out, and gRPC's codes for what it refuses. */
export interface FakeGoogleCloudKms {
  readonly client: GoogleCloudKmsClient
  readonly requests: { readonly name: string; readonly additionalAuthenticatedData: Uint8Array }[]
  /** Thrown instead of each answer: a code of gRPC. */
  fault: number | undefined
  faultMessage: string
  /** Stands in for the bytes of each answer. */
  faultyBytes: Uint8Array | undefined
  damage: FakeDamage | undefined
  /** How many requests the damage lasts. */
  damageLasts: number
  /** How numbers of 64 bits come back: as the client's own object, as text, or not at all. */
  checksums: 'object' | 'text' | 'none'
  /** Bytes come back as base64, as over REST. */
  answersBase64: boolean
}

export function fakeGoogleCloudKms(...names: string[]): FakeGoogleCloudKms {
  const keys = new Map(names.map((name): [string, FakeCipher] => [name, fakeCipher()]))

  const begin = (name: string, aad: Uint8Array): { readonly key: FakeCipher; readonly damage: FakeDamage | undefined } => {
    fake.requests.push({ name, additionalAuthenticatedData: aad })
    if (fake.fault !== undefined) throw fakeError(fake.fault, fake.faultMessage)
    const key = keys.get(name)
    if (!key) throw fakeError(5, `CryptoKey ${name} not found.`)
    return { key, damage: fake.damageLasts-- > 0 ? fake.damage : undefined }
  }

  /** The checksums are checked before anything is done with the bytes. */
  const arrive = (bytes: Uint8Array, checksum: { readonly value: number }, isDamaged: boolean, field: string): Uint8Array => {
    const arrived = isDamaged ? flipped(bytes) : bytes
    if (crc32c(arrived) !== checksum.value)
      throw fakeError(3, `The checksum in field ${field}_crc32c did not match the data in field ${field}.`)
    return arrived
  }

  const leave = (bytes: Uint8Array, damage: FakeDamage | undefined): { bytes: Uint8Array | string; checksum: FakeNumber | null } => {
    const sent = fake.faultyBytes ?? bytes
    const value = damage === 'checksum of the answer' ? crc32c(sent) ^ 1 : crc32c(sent)
    const text = String(value >>> 0)
    const arrived = damage === 'answer' ? flipped(sent) : sent
    return {
      bytes: fake.answersBase64 ? btoa(String.fromCharCode(...arrived)) : arrived,
      checksum: fake.checksums === 'none' ? null : { value: fake.checksums === 'text' ? text : { toString: () => text } },
    }
  }

  const fake: FakeGoogleCloudKms = {
    requests: [],
    fault: undefined,
    faultMessage: 'the words of Cloud KMS',
    faultyBytes: undefined,
    damage: undefined,
    damageLasts: Number.POSITIVE_INFINITY,
    checksums: 'object',
    answersBase64: false,
    client: {
      async encrypt({ name, plaintext, plaintextCrc32c, additionalAuthenticatedData, additionalAuthenticatedDataCrc32c }) {
        const { key, damage } = begin(name, additionalAuthenticatedData)
        const data = arrive(plaintext, plaintextCrc32c, damage === 'request', 'plaintext')
        const aad = arrive(
          additionalAuthenticatedData,
          additionalAuthenticatedDataCrc32c,
          damage === 'data of the request',
          'additional_authenticated_data',
        )
        const { bytes, checksum } = leave(concatBytes(keyMark(name), key.encrypt(data, aad)), damage)
        const verified = (lost: FakeDamage): boolean | null => (fake.checksums === 'none' ? null : damage !== lost)
        return [
          {
            ciphertext: bytes,
            ciphertextCrc32c: checksum,
            verifiedPlaintextCrc32c: verified('checksum of the request'),
            verifiedAdditionalAuthenticatedDataCrc32c: verified('checksum of the data'),
          },
          undefined,
          undefined,
        ]
      },
      async decrypt({ name, ciphertext, ciphertextCrc32c, additionalAuthenticatedData, additionalAuthenticatedDataCrc32c }) {
        const { key, damage } = begin(name, additionalAuthenticatedData)
        const blob = arrive(ciphertext, ciphertextCrc32c, damage === 'request', 'ciphertext')
        const aad = arrive(
          additionalAuthenticatedData,
          additionalAuthenticatedDataCrc32c,
          damage === 'data of the request',
          'additional_authenticated_data',
        )
        const mark = keyMark(name)
        const isOurs = mark.every((byte, at) => blob[at] === byte)
        const plaintext = isOurs ? key.decrypt(blob.subarray(mark.length), aad) : undefined
        if (!plaintext) throw fakeError(3, "Decryption failed: verify that 'name' refers to the correct CryptoKey.")
        const { bytes, checksum } = leave(plaintext, damage)
        return [{ plaintext: bytes, plaintextCrc32c: checksum }, undefined, undefined]
      },
    },
  }
  return fake
}

type FakeNumber = { readonly value: string | { toString(): string } }

function keyMark(name: string): Uint8Array {
  return concatBytes(Uint8Array.of(0x0a, 0x24), utf8ToBytes(name))
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
}

/** As google-gax throws it. */
function fakeError(code: number, message: string): Error {
  return Object.assign(new Error(`${code} NAME_OF_THE_CODE: ${message}`), { code, details: message, note: 'canary-of-the-response' })
}
