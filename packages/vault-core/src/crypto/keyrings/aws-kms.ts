import { VaultError } from '../../errors.js'
import { toBase64url } from '../base64.js'
import { invalidKeyring } from '../key-ring.js'
import type { Keyring, WrapContext } from '../keyring.js'
import { WRAPPED_BY } from '../wrapped-header.js'
import type { KmsFailure } from './kms-failure.js'
import { kmsKeyring } from './kms-keyring.js'
import { type KmsKeyForm, parseKmsKeys } from './kms-keys.js'

/** What is used of AWS KMS. `new KMS(…)` of `@aws-sdk/client-kms` fits as it is. */
export interface AwsKmsClient {
  encrypt(input: {
    readonly KeyId: string
    readonly Plaintext: Uint8Array
    readonly EncryptionContext: Record<string, string>
  }): Promise<{ readonly CiphertextBlob?: Uint8Array | undefined }>
  decrypt(input: {
    readonly KeyId: string
    readonly CiphertextBlob: Uint8Array
    readonly EncryptionContext: Record<string, string>
  }): Promise<{ readonly Plaintext?: Uint8Array | undefined }>
}

export interface AwsKmsKey {
  /** 1 to 64 letters, digits, `.`, `_`, `-`. Stored beside each data key that the key wraps; never give it to another key. */
  readonly id: string
  /** ARN of a symmetric key for encryption and decryption. Not of an alias, which may point to another key one day. */
  readonly keyArn: string
}

export interface AwsKmsKeyringOptions {
  readonly client: AwsKmsClient
  /** The first wraps, all unwrap. */
  readonly keys: readonly AwsKmsKey[]
  /** Gives the keys anew, asked once when a data key is under a wrapping key that is not known. */
  readonly reload?: () => Promise<readonly AwsKmsKey[]>
}

/**
 * A keyring whose wrapping keys stay in AWS KMS. Each data key is bound to its tenant, its user and its id by the encryption context,
 * which CloudTrail shows in the clear.
 *
 * @throws {VaultError} `invalid_configuration` for no client, no key, a duplicate id, or what is no key's ARN.
 * @example
 * ```ts
 * const keyring = awsKmsKeyring({ client: new KMS({ region: 'eu-central-1' }), keys: [{ id: '2026', keyArn: process.env.KMS_KEY_ARN }] })
 * ```
 */
export function awsKmsKeyring({ client, keys, reload }: AwsKmsKeyringOptions): Keyring {
  if (typeof client?.encrypt !== 'function' || typeof client.decrypt !== 'function')
    throw invalidKeyring('client', 'awsKmsKeyring needs a `client` with `encrypt` and `decrypt`: `new KMS(…)` of `@aws-sdk/client-kms`.')
  return kmsKeyring<AwsKmsKey>(
    {
      kind: WRAPPED_BY.awsKms,
      name: 'AWS KMS',
      async encrypt({ id, keyArn }, dek, context) {
        const answer = await client.encrypt({ KeyId: keyArn, Plaintext: dek, EncryptionContext: encryptionContext(id, context) })
        return bytesOf(answer.CiphertextBlob)
      },
      async decrypt({ id, keyArn }, ciphertext, context) {
        const answer = await client.decrypt({
          KeyId: keyArn,
          CiphertextBlob: ciphertext,
          EncryptionContext: encryptionContext(id, context),
        })
        return bytesOf(answer.Plaintext)
      },
      failureOf: (error) => FAILURES.get(nameOf(error)) ?? 'unavailable',
    },
    parseKmsKeys(keys, KEY_FORM),
    reload && (async () => parseKmsKeys(await reload(), KEY_FORM)),
  )
}

const KEY_FORM: KmsKeyForm<AwsKmsKey> = {
  factory: 'awsKmsKeyring',
  form: '{ id, keyArn }',
  field: 'keyArn',
  rule: 'the ARN of a key, such as "arn:aws:kms:eu-central-1:111122223333:key/…". An alias will not do: pointed to another key, it would open nothing',
  isName: (value) => typeof value === 'string' && /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/.test(value),
}

/** KMS takes no empty values: the tenant's own data key has no user, and so no `user`. */
function encryptionContext(kekId: string, { tenant, userId, dekId }: WrapContext): Record<string, string> {
  const parts = { purpose: 'hf1/dek', tenant, user: userId, dek: toBase64url(dekId), kek: kekId }
  // What is no Unicode is replaced on its way, and two ids would be one.
  if (!tenant.isWellFormed() || !userId.isWellFormed())
    throw new VaultError('invalid_request', 'The id of a tenant or user is not well-formed Unicode. Correct the id.')
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''))
}

function bytesOf(value: Uint8Array | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('The answer has no bytes.')
  return new Uint8Array(value)
}

/** All other errors are outages: faults of KMS, timeouts, the network. */
const FAILURES: ReadonlyMap<string, KmsFailure> = new Map([
  ['InvalidCiphertextException', 'refused'],
  ['IncorrectKeyException', 'refused'],
  ['AccessDeniedException', 'denied'],
  ['UnrecognizedClientException', 'denied'],
  ['InvalidSignatureException', 'denied'],
  ['ExpiredTokenException', 'denied'],
  ['MissingAuthenticationTokenException', 'denied'],
  ['CredentialsProviderError', 'denied'],
  ['ThrottlingException', 'throttled'],
  ['LimitExceededException', 'throttled'],
  ['NotFoundException', 'unusable'],
  ['DisabledException', 'unusable'],
  ['KMSInvalidStateException', 'unusable'],
  ['InvalidKeyUsageException', 'unusable'],
  ['InvalidArnException', 'unusable'],
  ['ValidationException', 'unusable'],
])

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}
