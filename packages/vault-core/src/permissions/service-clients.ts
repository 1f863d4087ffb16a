import { toBase64 } from '../crypto/base64.js'
import { randomToken } from '../crypto/random-token.js'
import { VaultError } from '../errors.js'
import { generateEd25519KeyPair, type Runtime } from '../runtime.js'
import type { DocumentRow, DocumentStore } from '../storage/contract.js'
import { listAllDocuments, readDocument } from './documents.js'
import { createFieldProblems, textOf } from './field-problems.js'
import { isPublicKeyX, parseStoredServiceClient, type ServiceClient, type VerificationKey } from './service-client.js'

export type { Ed25519PublicJwk, ServiceClient, VerificationKey } from './service-client.js'

export interface ServiceClients {
  /** @throws {VaultError} `invalid_request` when the name is not 1 to 128 characters. */
  create(client: { readonly name: string }): Promise<ServiceClient>
  /** Reads the store each time, so that a client or key that was deleted is gone at once. @throws {VaultError} `not_found`. */
  get(clientId: string): Promise<ServiceClient>
  list(): Promise<readonly ServiceClient[]>
  /** Ends the client with all its keys. @throws {VaultError} `not_found`. */
  delete(clientId: string): Promise<void>
  /**
   * Makes a key. `accessKey` (`clientId.keyId.accountId.privateKey`) is told this once and kept nowhere.
   *
   * @throws {VaultError} `not_found`; `conflict` with reason `access_key_limit` when there are 5 already.
   */
  createAccessKey(clientId: string): Promise<NewAccessKey>
  /** @throws {VaultError} `not_found` for the client or the key. */
  deleteAccessKey(clientId: string, keyId: string): Promise<void>
}

export interface NewAccessKey {
  readonly keyId: string
  readonly clientId: string
  /** ISO 8601. */
  readonly generationDate: string
  /** Secret. */
  readonly accessKey: string
}

export interface ServiceClientsOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  /** Third part of each access key. Without a dot. */
  readonly accountId: string
  readonly runtime: Runtime
  /** Default: WebCrypto's. */
  readonly generateKeyPair?: () => Promise<{ readonly privateKeyPkcs8: Uint8Array; readonly publicKeyX: string }>
}

/** Kind of the documents that hold service clients. */
export const SERVICE_CLIENT_KIND = 'service_client'

/** Most keys that a client may have at a time: one in use, others for rotation. */
const MAX_ACCESS_KEYS = 5

const CLIENT_ID = /^sc_[A-Za-z0-9_-]{1,64}$/

/** How often a change is tried again when another one came first. */
const MAX_ATTEMPTS = 8

/**
 * Keeps service clients in the store, as documents of the kind `service_client`.
 *
 * @throws {VaultError} `invalid_configuration` when the account id cannot stand in an access key.
 */
export function createServiceClients(options: ServiceClientsOptions): ServiceClients {
  const { documents, tenant, accountId, runtime, generateKeyPair = generateEd25519KeyPair } = options
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(accountId)) {
    const problem = 'must be 1 to 128 letters, digits, "-" or "_", since dots separate the parts of an access key'
    throw new VaultError('invalid_configuration', `accountId ${problem}.`, { fields: { accountId: problem } })
  }
  const keyOf = (id: string) => ({ tenant, kind: SERVICE_CLIENT_KIND, id })
  const now = (): string => new Date(runtime.clock.now()).toISOString()
  const read = (row: DocumentRow): ServiceClient => readDocument(row, 'service client', parseStoredServiceClient)

  async function rowOf(clientId: string): Promise<DocumentRow> {
    const row = CLIENT_ID.test(clientId) ? await documents.get(keyOf(clientId)) : null
    if (!row) throw new VaultError('not_found', 'There is no service client of this id. Correct the id.')
    return row
  }

  async function put(client: ServiceClient, expect: 'absent' | number): Promise<boolean> {
    const attemptId = randomToken(runtime.random, 16)
    return (await documents.put({ ...keyOf(client.clientId), data: JSON.stringify(client), expect, attemptId })).outcome === 'stored'
  }

  /** Reads the newest row, changes it, and does so again if another change came first. */
  async function withNewest(clientId: string, change: (row: DocumentRow) => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (await change(await rowOf(clientId))) return
    }
    throw new VaultError('conflict', 'The service client kept changing meanwhile. Read it again, then repeat.')
  }

  async function makeKey(clientId: string): Promise<{ readonly key: VerificationKey; readonly privateKey: string }> {
    const { privateKeyPkcs8, publicKeyX } = await generateKeyPair()
    if (!isPublicKeyX(publicKeyX)) throw new TypeError('The key pair made for a service client has no Ed25519 public key.')
    // The public key is the key's id: an id can never come to name another key, which verifiers keep by id for good.
    const keyId = publicKeyX
    const publicKey = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', kid: keyId, x: publicKeyX } as const
    const privateKey = toBase64(privateKeyPkcs8)
    privateKeyPkcs8.fill(0)
    return { key: { keyId, clientId, generationDate: now(), publicKey }, privateKey }
  }

  return {
    async create({ name }) {
      const problems = createFieldProblems()
      const goodName = textOf(name, 'name', { minimum: 1, maximum: 128 }, problems)
      problems.throwIfAny('The service client')
      const client: ServiceClient = {
        clientId: `sc_${randomToken(runtime.random, 16)}`,
        name: goodName ?? '',
        createdTime: now(),
        verificationKeys: [],
      }
      if (await put(client, 'absent')) return client
      throw new VaultError('conflict', 'A random client id was taken already. Look into the random source.')
    },

    async get(clientId) {
      return read(await rowOf(clientId))
    },

    async list() {
      return (await listAllDocuments(documents, tenant, SERVICE_CLIENT_KIND)).map(read)
    },

    async delete(clientId) {
      await withNewest(clientId, async (row) => (await documents.delete(keyOf(clientId), row.version)) !== 'conflict')
    },

    async createAccessKey(clientId) {
      assertRoom(read(await rowOf(clientId)))
      const { key, privateKey } = await makeKey(clientId)
      await withNewest(clientId, async (row) => {
        const client = read(row)
        assertRoom(client)
        if (client.verificationKeys.some(({ keyId }) => keyId === key.keyId)) {
          throw new VaultError('conflict', 'The same key was made twice. Look into the random source of this machine.')
        }
        return put({ ...client, verificationKeys: [...client.verificationKeys, key] }, row.version)
      })
      const { keyId, generationDate } = key
      return { keyId, clientId, generationDate, accessKey: [clientId, keyId, accountId, privateKey].join('.') }
    },

    async deleteAccessKey(clientId, keyId) {
      await withNewest(clientId, async (row) => {
        const client = read(row)
        const verificationKeys = client.verificationKeys.filter((key) => key.keyId !== keyId)
        if (verificationKeys.length === client.verificationKeys.length) {
          throw new VaultError('not_found', 'The service client has no key of this id. Correct the id.')
        }
        return put({ ...client, verificationKeys }, row.version)
      })
    },
  }
}

function assertRoom(client: ServiceClient): void {
  if (client.verificationKeys.length < MAX_ACCESS_KEYS) return
  throw new VaultError('conflict', `The service client has ${MAX_ACCESS_KEYS} access keys already. Delete one, then repeat.`, {
    reason: 'access_key_limit',
  })
}
