import { toBase64 } from '../crypto/base64.js'
import { randomToken } from '../crypto/random-token.js'
import { createDocumentCollection } from '../documents/collection.js'
import { timestamp } from '../documents/timestamp.js'
import { VaultError } from '../errors.js'
import { parseActor } from '../events/actor.js'
import type { EventRecorder } from '../events/event-recorder.js'
import { type Log, silentLog } from '../log.js'
import { assertMayGive, givenByAdministration } from '../permissions/giving.js'
import type { CachedPermissions } from '../permissions/permissions.js'
import { generateEd25519KeyPair, type Runtime } from '../runtime.js'
import type { DocumentStore } from '../storage/contract.js'
import { isExpired, readExpiry } from './key-expiry.js'
import { createKeyUse, wasUsedLately } from './key-use.js'
import { createKnownKeys } from './known-keys.js'
import { readPublicKey } from './public-key.js'
import {
  isPublicKeyX,
  parseNewServiceClient,
  parseStoredServiceClient,
  type ServiceClient,
  type VerificationKey,
} from './service-client.js'
import type { ServiceClients } from './service-clients.js'

export interface ServiceClientsOptions {
  readonly documents: DocumentStore
  readonly tenant: string
  /** Third part of each access key. Without a dot. */
  readonly accountId: string
  readonly runtime: Runtime
  readonly permissions: CachedPermissions
  /** Default: silent. */
  readonly log?: Log
  readonly recorder: Pick<EventRecorder, 'make' | 'companionsOf' | 'announce'>
  /** Default: WebCrypto's. */
  readonly generateKeyPair?: () => Promise<{ readonly privateKeyPkcs8: Uint8Array; readonly publicKeyX: string }>
}

/** Kind of the documents that hold service clients. */
export const SERVICE_CLIENT_KIND = 'service_client'

/** Most keys that a client may have at a time: one in use, others for rotation. Two suffice. */
const MAX_ACCESS_KEYS = 5

const CLIENT_ID = /^sc_[A-Za-z0-9_-]{1,64}$/

/** What `grantUserPermissionsAccess` comes to. */
const READ_PERMISSIONS_OF_ALL = {
  permission: { action: 'READ', allow: true, grant: false, delegate: false },
  resourceUri: 'Vault:UserPermissions',
}

/**
 * Keeps service clients in the store, as documents of the kind `service_client`.
 *
 * @throws {VaultError} `invalid_configuration` when the account id cannot stand in an access key.
 */
export function createServiceClients(options: ServiceClientsOptions): ServiceClients {
  const { documents, tenant, accountId, runtime, permissions, recorder, generateKeyPair = generateEd25519KeyPair } = options
  const { log = silentLog } = options
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(accountId)) {
    const problem = 'must be 1 to 128 letters, digits, "-" or "_", since dots separate the parts of an access key'
    throw new VaultError('invalid_configuration', `accountId ${problem}.`, { fields: { accountId: problem } })
  }
  const collection = createDocumentCollection<ServiceClient>({
    documents,
    tenant,
    runtime,
    kind: SERVICE_CLIENT_KIND,
    noun: 'service client',
    parse: parseStoredServiceClient,
    onWrite: (clientId) => knownKeys.forget(clientId),
  })
  const now = (): string => timestamp(runtime.clock.now())
  const noteUse = createKeyUse({
    runtime,
    log,
    async write({ clientId, keyId }, lastUsed) {
      await collection.change(clientId, (client) => {
        const key = client.verificationKeys.find((candidate) => candidate.keyId === keyId)
        // Another process was first, or the key was deleted meanwhile.
        if (!key || wasUsedLately(key, Date.parse(lastUsed))) return client
        return { ...client, verificationKeys: client.verificationKeys.map((each) => (each === key ? { ...each, lastUsed } : each)) }
      })
    },
  })

  const knownKeys = createKnownKeys({
    runtime,
    find: (clientId) => (CLIENT_ID.test(clientId) ? collection.find(clientId) : undefined),
    onUse: noteUse,
  })

  async function assertMayGiveOptions(by: string | undefined, next: Pick<ServiceClient, 'options'>, before?: ServiceClient): Promise<void> {
    if (by === undefined || !next.options.grantUserPermissionsAccess || before?.options.grantUserPermissionsAccess) return
    assertMayGive(await permissions.fresh(), by, [READ_PERMISSIONS_OF_ALL])
  }

  /** A key is all that its client may do: whoever makes one for another must be able to give all that. */
  async function assertMayGiveKey(by: string | undefined, clientId: string): Promise<void> {
    if (by === undefined || by === clientId) return
    const authorizer = await permissions.fresh()
    assertMayGive(authorizer, by, authorizer.holdingsOf(clientId))
    assertMayGive(authorizer, by, givenByAdministration(authorizer, clientId, by))
    const { options: given } = await collection.get(clientId)
    if (given.grantUserPermissionsAccess) assertMayGive(authorizer, by, [READ_PERMISSIONS_OF_ALL])
  }

  async function makeKeyPair(): Promise<{ readonly publicKeyX: string; readonly privateKey: string }> {
    const { privateKeyPkcs8, publicKeyX } = await generateKeyPair()
    if (!isPublicKeyX(publicKeyX)) throw new TypeError('The key pair made for a service client has no Ed25519 public key.')
    const privateKey = toBase64(privateKeyPkcs8)
    privateKeyPkcs8.fill(0)
    return { publicKeyX, privateKey }
  }

  async function addKey(clientId: string, publicKeyX: string, expiresAt: string | undefined): Promise<VerificationKey> {
    // The public key is the key's id: an id can never come to name another key, which verifiers keep by id for good.
    const publicKey = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', kid: publicKeyX, x: publicKeyX } as const
    const key: VerificationKey = {
      keyId: publicKeyX,
      clientId,
      generationDate: now(),
      ...(expiresAt !== undefined && { expiresAt }),
      publicKey,
    }
    await collection.change(clientId, (client) => {
      const others = withRoom(client, runtime.clock.now())
      if (client.verificationKeys.some(({ keyId }) => keyId === key.keyId)) {
        throw new VaultError('conflict', 'The service client has this key already. Make another one.')
      }
      return { ...client, verificationKeys: [...others, key] }
    })
    return key
  }

  return {
    async create(input, { by } = {}) {
      const parsed = parseNewServiceClient(input)
      await assertMayGiveOptions(by, parsed)
      const client: ServiceClient = {
        clientId: `sc_${randomToken(runtime.random, 16)}`,
        ...parsed,
        createdTime: now(),
        verificationKeys: [],
      }
      if (await collection.insert(client.clientId, client)) return client
      throw new VaultError('conflict', 'A random client id was taken already. Look into the random source.')
    },

    get: (clientId) => collection.get(clientId),
    list: (query = {}) => collection.page(query),

    async update(clientId, input, { by } = {}) {
      const parsed = parseNewServiceClient(input)
      return collection.change(clientId, async (before) => {
        await assertMayGiveOptions(by, parsed, before)
        const { createdTime, frozenSince, verificationKeys } = before
        return { clientId, ...parsed, createdTime, ...(frozenSince !== undefined && { frozenSince }), verificationKeys }
      })
    },

    delete: (clientId) => collection.remove(clientId),

    async freeze(clientId, options) {
      const event = recorder.make({ type: 'client_frozen', clientId, actor: parseActor(options) })
      const frozenSince = timestamp(event.atMs)
      let isFrozenHere = false
      await collection.change(
        clientId,
        (client) => {
          isFrozenHere = client.frozenSince === undefined
          return isFrozenHere ? { ...client, frozenSince } : client
        },
        () => recorder.companionsOf(event),
      )
      if (isFrozenHere) recorder.announce(event)
    },

    async unfreeze(clientId, options) {
      const event = recorder.make({ type: 'client_unfrozen', clientId, actor: parseActor(options) })
      let wasFrozen = false
      await collection.change(
        clientId,
        (client) => {
          const { frozenSince, ...rest } = client
          wasFrozen = frozenSince !== undefined
          return wasFrozen ? rest : client
        },
        () => recorder.companionsOf(event),
      )
      if (wasFrozen) recorder.announce(event)
    },

    isFrozen: knownKeys.isFrozen,

    async createAccessKey(clientId, options = {}) {
      const nowMs = runtime.clock.now()
      const end = readExpiry(options, nowMs)
      withRoom(await collection.get(clientId), nowMs)
      await assertMayGiveKey(options.by, clientId)
      const { publicKeyX, privateKey } = await makeKeyPair()
      const { publicKey: _publicKey, ...key } = await addKey(clientId, publicKeyX, end)
      return { ...key, accessKey: [clientId, key.keyId, accountId, privateKey].join('.') }
    },

    async addVerificationKey(clientId, publicKey, options = {}) {
      const publicKeyX = readPublicKey(publicKey)
      const end = readExpiry(options, runtime.clock.now())
      await assertMayGiveKey(options.by, clientId)
      return addKey(clientId, publicKeyX, end)
    },

    async deleteAccessKey(clientId, keyId) {
      await collection.change(clientId, (client) => {
        const verificationKeys = client.verificationKeys.filter((key) => key.keyId !== keyId)
        if (verificationKeys.length < client.verificationKeys.length) return { ...client, verificationKeys }
        throw new VaultError('not_found', 'The service client has no key of this id. Correct the id.')
      })
    },

    findVerificationKey: knownKeys.find,
  }
}

/** The keys beside which there is room for one more. */
function withRoom({ verificationKeys: keys }: ServiceClient, nowMs: number): readonly VerificationKey[] {
  if (keys.length < MAX_ACCESS_KEYS) return keys
  const expired = keys.find((key) => isExpired(key, nowMs))
  if (expired) return keys.filter((key) => key !== expired)
  throw new VaultError('conflict', `The service client has ${MAX_ACCESS_KEYS} access keys already. Delete one, then repeat.`, {
    reason: 'access_key_limit',
  })
}
