import { closedObject, createFieldProblems, textOf } from '../documents/field-problems.js'
import { readTags } from '../documents/read-fields.js'

/** A program that acts for absent users. Only the public half of its keys is kept. */
export interface ServiceClient {
  /** Begins with `sc_`. Never used again after the client is gone. */
  readonly clientId: string
  /** At most 128 characters. */
  readonly name: string
  readonly options: ServiceClientOptions
  readonly tags?: Readonly<Record<string, string>>
  /** ISO 8601. */
  readonly createdTime: string
  /** ISO 8601. Since then it is handed no credentials over the HTTP API. Absent: it is. */
  readonly frozenSince?: string
  /** At most 5. */
  readonly verificationKeys: readonly VerificationKey[]
}

export interface ServiceClientOptions {
  /** Whether it may ask, over the management API, what any user may do. */
  readonly grantUserPermissionsAccess: boolean
}

export interface NewServiceClient {
  /** At most 128 characters. Default: empty. */
  readonly name?: string
  readonly options?: Partial<ServiceClientOptions>
  readonly tags?: Readonly<Record<string, string>>
}

/** @throws {VaultError} `invalid_request` naming every bad field. */
export function parseNewServiceClient(value: unknown): Pick<ServiceClient, 'name' | 'options' | 'tags'> {
  const problems = createFieldProblems()
  const fields = closedObject(value, '', ['name', 'options', 'tags'], problems)
  const name = textOf(fields?.get('name') ?? '', 'name', { minimum: 0, maximum: 128 }, problems)
  const options = closedObject(fields?.get('options') ?? {}, 'options', ['grantUserPermissionsAccess'], problems)
  const access = options?.get('grantUserPermissionsAccess') ?? false
  if (typeof access !== 'boolean') problems.add('options.grantUserPermissionsAccess', 'must be true or false')
  const tags = readTags(fields?.get('tags'), problems)
  problems.throwIfAny('The service client')
  return { name: name ?? '', options: { grantUserPermissionsAccess: access === true }, ...(tags && { tags }) }
}

export interface VerificationKey {
  readonly keyId: string
  readonly clientId: string
  /** ISO 8601. */
  readonly generationDate: string
  /** ISO 8601. From then on its tokens are refused. Absent: it does not expire. */
  readonly expiresAt?: string
  /** ISO 8601, to the hour. Absent: it was never used. */
  readonly lastUsed?: string
  readonly publicKey: Ed25519PublicJwk
}

/** RFC 8037. */
export interface Ed25519PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly alg: 'EdDSA'
  readonly kid: string
  readonly x: string
}

/** Reads the stored text of a client. @throws When it is none, or stands under the id of another. */
export function parseStoredServiceClient({ id, data }: { readonly id: string; readonly data: string }): ServiceClient {
  const { clientId, createdTime, frozenSince, verificationKeys, ...content } = fieldsOf(JSON.parse(data))
  if (clientId !== id || typeof createdTime !== 'string' || !Array.isArray(verificationKeys)) {
    throw new TypeError('The document is no service client.')
  }
  return {
    clientId: id,
    ...parseNewServiceClient(content),
    createdTime,
    ...(frozenSince !== undefined && { frozenSince: storedTime(frozenSince) }),
    verificationKeys: verificationKeys.map((key) => parseStoredKey(key, id)),
  }
}

function parseStoredKey(value: unknown, clientId: string): VerificationKey {
  const { keyId, generationDate, expiresAt, lastUsed, publicKey } = fieldsOf(value)
  const { kty, crv, alg, kid, x } = fieldsOf(publicKey)
  const isEd25519 = kty === 'OKP' && crv === 'Ed25519' && alg === 'EdDSA' && typeof x === 'string' && isPublicKeyX(x)
  if (typeof keyId !== 'string' || typeof generationDate !== 'string' || kid !== keyId || !isEd25519) {
    throw new TypeError('The service client has a key that is none.')
  }
  return {
    keyId,
    clientId,
    generationDate,
    ...(expiresAt !== undefined && { expiresAt: storedTime(expiresAt) }),
    ...(lastUsed !== undefined && { lastUsed: storedTime(lastUsed) }),
    publicKey: { kty, crv, alg, kid: keyId, x },
  }
}

/** What cannot be read is not passed over: a key would live for ever. */
function storedTime(value: unknown): string {
  if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value
  throw new TypeError('The service client has a time that is none.')
}

/** Whether this is the base64url text of 32 bytes. */
export function isPublicKeyX(x: string): boolean {
  return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(x)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('The document is no service client.')
  return { ...value }
}
