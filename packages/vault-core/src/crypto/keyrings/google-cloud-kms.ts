import { fromBase64 } from '../base64.js'
import { invalidKeyring } from '../key-ring.js'
import type { Keyring } from '../keyring.js'
import { wrapContextBytes } from '../wrap-context.js'
import { WRAPPED_BY } from '../wrapped-header.js'
import { crc32c } from './crc32c.js'
import type { KmsFailure } from './kms-failure.js'
import { kmsKeyring } from './kms-keyring.js'
import { type KmsKeyForm, parseKmsKeys } from './kms-keys.js'

/** What is used of Cloud KMS. `new KeyManagementServiceClient()` of `@google-cloud/kms` fits as it is. */
export interface GoogleCloudKmsClient {
  encrypt(request: {
    readonly name: string
    readonly plaintext: Uint8Array
    readonly plaintextCrc32c: { readonly value: number }
    readonly additionalAuthenticatedData: Uint8Array
    readonly additionalAuthenticatedDataCrc32c: { readonly value: number }
  }): Promise<
    readonly [
      {
        readonly ciphertext?: Uint8Array | string | null
        readonly ciphertextCrc32c?: GoogleCrc32c | null
        readonly verifiedPlaintextCrc32c?: boolean | null
        readonly verifiedAdditionalAuthenticatedDataCrc32c?: boolean | null
      },
      ...unknown[],
    ]
  >
  decrypt(request: {
    readonly name: string
    readonly ciphertext: Uint8Array
    readonly ciphertextCrc32c: { readonly value: number }
    readonly additionalAuthenticatedData: Uint8Array
    readonly additionalAuthenticatedDataCrc32c: { readonly value: number }
  }): Promise<readonly [{ readonly plaintext?: Uint8Array | string | null; readonly plaintextCrc32c?: GoogleCrc32c | null }, ...unknown[]]>
}

/** A 64-bit number: as a number, as decimal text, or as the client library's own object, which writes itself as such text. */
export interface GoogleCrc32c {
  readonly value?: number | string | { toString(): string } | null
}

export interface GoogleCloudKmsKey {
  /** 1 to 64 letters, digits, `.`, `_`, `-`. Stored beside each data key that the key wraps; never give it to another key. */
  readonly id: string
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`, a key with purpose `ENCRYPT_DECRYPT`; without a version. */
  readonly name: string
}

export interface GoogleCloudKmsKeyringOptions {
  readonly client: GoogleCloudKmsClient
  /** The first wraps, all unwrap. */
  readonly keys: readonly GoogleCloudKmsKey[]
  /** Gives the keys anew, asked once when a data key is under a wrapping key that is not known. */
  readonly reload?: () => Promise<readonly GoogleCloudKmsKey[]>
}

/**
 * A keyring whose wrapping keys stay in Google Cloud KMS. Each data key is bound to its tenant, its user and its id by additional
 * authenticated data. What goes there and comes back is checked by CRC-32C, and asked for again where it was damaged on its way.
 *
 * @throws {VaultError} `invalid_configuration` for no client, no key, a duplicate id, or what is no key's name.
 * @see {@link https://cloud.google.com/kms/docs/data-integrity-guidelines Cloud KMS, data integrity}
 */
export function googleCloudKmsKeyring({ client, keys, reload }: GoogleCloudKmsKeyringOptions): Keyring {
  if (typeof client?.encrypt !== 'function' || typeof client.decrypt !== 'function')
    throw invalidKeyring(
      'client',
      'googleCloudKmsKeyring needs a `client` with `encrypt` and `decrypt`: `new KeyManagementServiceClient()` of `@google-cloud/kms`.',
    )
  return kmsKeyring<GoogleCloudKmsKey>(
    {
      kind: WRAPPED_BY.googleCloudKms,
      name: 'Cloud KMS',
      encrypt: ({ id, name }, dek, context) =>
        repeatWhileDamaged(async () => {
          const additionalAuthenticatedData = wrapContextBytes(id, context)
          const [answer] = await client.encrypt({
            name,
            plaintext: dek,
            plaintextCrc32c: checksumOf(dek),
            additionalAuthenticatedData,
            additionalAuthenticatedDataCrc32c: checksumOf(additionalAuthenticatedData),
          })
          if (answer.verifiedPlaintextCrc32c === false || answer.verifiedAdditionalAuthenticatedDataCrc32c === false) return undefined
          return undamaged(answer.ciphertext, answer.ciphertextCrc32c)
        }),
      decrypt: ({ id, name }, ciphertext, context) =>
        repeatWhileDamaged(async () => {
          const additionalAuthenticatedData = wrapContextBytes(id, context)
          const [answer] = await client.decrypt({
            name,
            ciphertext,
            ciphertextCrc32c: checksumOf(ciphertext),
            additionalAuthenticatedData,
            additionalAuthenticatedDataCrc32c: checksumOf(additionalAuthenticatedData),
          })
          return undamaged(answer.plaintext, answer.plaintextCrc32c)
        }),
      failureOf: (error) => FAILURES.get(codeOf(error)) ?? 'unavailable',
    },
    parseKmsKeys(keys, KEY_FORM),
    reload && (async () => parseKmsKeys(await reload(), KEY_FORM)),
  )
}

const KEY_FORM: KmsKeyForm<GoogleCloudKmsKey> = {
  factory: 'googleCloudKmsKeyring',
  form: '{ id, name }',
  field: 'name',
  rule: '"projects/…/locations/…/keyRings/…/cryptoKeys/…", without a version',
  isName: (value) => typeof value === 'string' && /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(value),
}

const MOST_TRIES = 3

/** Google's own advice: what was damaged on its way is thrown away and asked for again, a few times. */
async function repeatWhileDamaged(work: () => Promise<Uint8Array | undefined>): Promise<Uint8Array> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const bytes = await work().catch((error: unknown) => {
      if (!isChecksumRefused(error)) throw error
    })
    if (bytes) return bytes
  }
  throw new TypeError(`Bytes were damaged on their way, ${MOST_TRIES} times in a row: a CRC-32C does not fit.`)
}

/** What was damaged on its way there is refused with INVALID_ARGUMENT, like a ciphertext that does not open. */
function isChecksumRefused(error: unknown): boolean {
  return codeOf(error) === INVALID_ARGUMENT && error instanceof Error && /checksum|crc32c/i.test(error.message)
}

/** The bytes of an answer; undefined when they are not those that were sent. */
function undamaged(value: Uint8Array | string | null | undefined, checksum: GoogleCrc32c | null | undefined): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? fromBase64(value) : value
  if (!(bytes instanceof Uint8Array)) throw new TypeError('The answer has no bytes.')
  const expected = checksum?.value
  if (expected !== undefined && expected !== null && Number(String(expected)) !== crc32c(bytes)) return undefined
  return new Uint8Array(bytes)
}

function checksumOf(bytes: Uint8Array): { readonly value: number } {
  return { value: crc32c(bytes) }
}

const INVALID_ARGUMENT = 3

/** By code of gRPC. All others are outages: UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL, … */
const FAILURES: ReadonlyMap<unknown, KmsFailure> = new Map([
  [INVALID_ARGUMENT, 'refused'], // "Decryption failed: verify that 'name' refers to the correct CryptoKey."
  [5, 'unusable'], // NOT_FOUND
  [7, 'denied'], // PERMISSION_DENIED
  [8, 'throttled'], // RESOURCE_EXHAUSTED
  [9, 'unusable'], // FAILED_PRECONDITION: the key's version is disabled or destroyed
  [16, 'denied'], // UNAUTHENTICATED
])

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
