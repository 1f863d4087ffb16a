import { fromBase64, toBase64url } from '../crypto/base64.js'
import { randomToken } from '../crypto/random-token.js'
import type { SealContext, Sealer } from '../crypto/sealer.js'
import { type PageQuery, readPageQuery } from '../documents/page-query.js'
import { laterTimestamp, timestamp } from '../documents/timestamp.js'
import { isVaultError, VaultError } from '../errors.js'
import type { Log } from '../log.js'
import type { Connection, ConnectionInput } from '../model/connection.js'
import { CONNECTION_ID, invalidConnections, readConnection } from '../model/parse-connection.js'
import type { Runtime } from '../runtime.js'
import type { DocumentKey, DocumentRow, DocumentStore, Page } from '../storage/contract.js'
import { type ConnectionInfo, connectionInfo } from './connection-info.js'

/** Connections that stand in the store. Their client secrets and private keys are sealed under the tenant's data key. */
export interface StoredConnections {
  /** Undefined when there is none. A change by another process is seen within a second. */
  get(connectionId: string): Promise<Connection | undefined>
  /** All that can be used. Of the others the log is told, and whoever asks for one of them by its id. */
  list(): Promise<readonly Connection[]>
  /** What may be shown. Undefined when there is none. */
  describe(connectionId: string): Promise<ConnectionInfo | undefined>
  /** As {@link StoredConnections.list}: of those that can be read. */
  page(query: PageQuery): Promise<Page<ConnectionInfo>>
  /**
   * Stores what `next` makes of the connection that stands there, which `open` gives with its secrets, and of undefined when there is none. Asked again
   * when another write came first. What does not open, or is damaged, can be written over.
   *
   * @throws {VaultError} `invalid_request`, naming each bad field; `conflict` when others write it again and again; what `next` throws.
   */
  write(
    connectionId: string,
    next: (open: (() => Promise<ConnectionInput>) | undefined) => ConnectionInput | Promise<ConnectionInput>,
  ): Promise<ConnectionInfo>
  /** @returns Whether there was one. */
  delete(connectionId: string): Promise<boolean>
}

const KIND = 'connection'
const REREAD_MS = 1_000
const MOST_TRIES = 10
const PAGE = 200

/** Fields that never stand open in the store. */
const SECRETS = ['clientSecret', 'privateKey'] as const
type SecretField = (typeof SECRETS)[number]

/** Stand for secrets that are not opened, and pass as such. */
const PLACEHOLDERS: Readonly<Record<SecretField, string>> = {
  clientSecret: '-'.repeat(32),
  privateKey: '{"kty":"OKP","crv":"Ed25519","d":"-"}',
}

interface StoredConnection {
  readonly v: 1
  readonly input: Omit<ConnectionInput, SecretField>
  /** base64url of what the sealer made. */
  readonly sealed: Readonly<Partial<Record<SecretField, string>>>
  readonly secretRev: number
  /** ISO 8601. */
  readonly createdTime: string
  /** ISO 8601. */
  readonly lastUpdated: string
}

export function createStoredConnections(parts: {
  readonly documents: DocumentStore
  readonly sealer: Sealer
  readonly tenant: string
  readonly runtime: Runtime
  readonly log: Log
}): StoredConnections {
  const { documents, sealer, tenant, runtime, log } = parts
  const known = new Map<string, { readonly version: number; readonly connection: Connection; readonly readAtMs: number }>()
  const keyOf = (connectionId: string): DocumentKey => ({ tenant, kind: KIND, id: connectionId })

  const seal = async (input: ConnectionInput, secretRev: number): Promise<StoredConnection['sealed']> => {
    const sealed: Partial<Record<SecretField, string>> = {}
    for (const field of SECRETS) {
      const secret = input[field]
      if (secret === undefined) continue
      const blob = await sealer.seal(contextOf(input.connectionId, field, secretRev), new TextEncoder().encode(secret))
      sealed[field] = toBase64url(blob)
    }
    return sealed
  }

  const openInput = async (row: DocumentRow): Promise<ConnectionInput> => {
    const { input, sealed, secretRev } = readStored(row)
    const secrets: Partial<Record<SecretField, string>> = {}
    for (const field of SECRETS) {
      const blob = sealed[field] === undefined ? undefined : fromBase64(sealed[field])
      if (blob) secrets[field] = new TextDecoder().decode(await sealer.open(contextOf(row.id, field, secretRev), blob))
    }
    return { ...input, ...secrets }
  }

  const open = async (row: DocumentRow): Promise<Connection> => readBack(row, await openInput(row))

  /** What is read of a row; of one that is damaged nothing, so that it keeps no others from who looks for what there is. */
  const orTell = async <T>(row: DocumentRow, read: (row: DocumentRow) => T | Promise<T>): Promise<readonly T[]> => {
    try {
      return [await read(row)]
    } catch (error) {
      if (!isVaultError(error, 'decryption_failed', 'invalid_configuration')) throw error
      log.error(
        { connectionId: row.id, err: error },
        'A connection in the store cannot be used, and is left out. Write it anew, or delete it.',
      )
      return []
    }
  }

  /** Opens no secret: that one is there is seen without. */
  const infoOf = (row: DocumentRow): ConnectionInfo => {
    const { input, sealed, createdTime, lastUpdated } = readStored(row)
    const placeholders = Object.fromEntries(
      SECRETS.filter((field) => sealed[field] !== undefined).map((field) => [field, PLACEHOLDERS[field]]),
    )
    return connectionInfo(readBack(row, { ...input, ...placeholders }), { createdTime, lastUpdated })
  }

  return {
    async get(connectionId) {
      const nowMs = runtime.clock.monotonic()
      const seen = known.get(connectionId)
      if (seen && nowMs - seen.readAtMs < REREAD_MS) return seen.connection
      const row = await documents.get(keyOf(connectionId))
      if (!row) {
        known.delete(connectionId)
        return undefined
      }
      const connection = seen?.version === row.version ? seen.connection : await open(row)
      known.set(connectionId, { version: row.version, connection, readAtMs: nowMs })
      return connection
    },

    async list() {
      const connections: Connection[] = []
      let cursor: string | undefined
      do {
        const page = await documents.list({ tenant, kind: KIND, limit: PAGE, ...(cursor !== undefined && { cursor }) })
        for (const row of page.items) connections.push(...(await orTell(row, open)))
        cursor = page.cursor
      } while (cursor !== undefined)
      return connections
    },

    async describe(connectionId) {
      const row = await documents.get(keyOf(connectionId))
      return row ? infoOf(row) : undefined
    },

    async page(query) {
      const page = await documents.list({ tenant, kind: KIND, ...readPageQuery(query) })
      return { ...page, items: (await Promise.all(page.items.map((row) => orTell(row, infoOf)))).flat() }
    },

    async write(connectionId, next) {
      const attemptId = randomToken(runtime.random, 16)
      // What can be no id is told with all the rest that is wrong, and not by the store.
      let row = CONNECTION_ID.test(connectionId) ? await documents.get(keyOf(connectionId)) : null
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const there = row
        const input = await next(there ? () => openInput(there) : undefined)
        const read = readConnection(input, 'store')
        if (!read.ok) throw badRequest(read.problems)
        const before = there ? storedIn(there) : undefined
        // A row has been written at least as often as its secrets.
        const secretRev = (before?.secretRev ?? there?.version ?? 0) + 1
        const { clientSecret: _clientSecret, privateKey: _privateKey, ...plain } = input
        const nowMs = runtime.clock.now()
        const times = before
          ? { createdTime: before.createdTime, lastUpdated: laterTimestamp(nowMs, before.lastUpdated) }
          : { createdTime: timestamp(nowMs), lastUpdated: timestamp(nowMs) }
        const stored: StoredConnection = { v: 1, input: plain, sealed: await seal(input, secretRev), secretRev, ...times }
        const data = JSON.stringify(stored)
        const put = await documents.put({ ...keyOf(connectionId), data, expect: row?.version ?? 'absent', attemptId })
        known.delete(connectionId)
        if (put.outcome === 'stored') return connectionInfo(read.connection, times)
        row = put.current
      }
      throw new VaultError('conflict', `Connection "${connectionId}" changed again and again. Repeat the call.`, { connectionId })
    },

    async delete(connectionId) {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const row = await documents.get(keyOf(connectionId))
        known.delete(connectionId)
        if (!row) return false
        if ((await documents.delete(keyOf(connectionId), row.version)) === 'deleted') return true
      }
      throw new VaultError('conflict', `Connection "${connectionId}" changed again and again. Repeat the call.`, { connectionId })
    },
  }
}

function readBack({ id }: DocumentRow, input: ConnectionInput): Connection {
  const read = readConnection(input, 'store')
  if (read.ok) return read.connection
  throw invalidConnections(`Connection "${id}" in the store was written by another version, or is damaged`, read.problems)
}

function contextOf(connectionId: string, field: SecretField, secretRev: number): SealContext {
  return { userId: '', connectionId, accountId: '', field: `connection/${field}`, epoch: 0, secretRev }
}

function readStored(row: DocumentRow): StoredConnection {
  const stored = storedIn(row)
  if (stored) return stored
  const { id } = row
  throw new VaultError(
    'decryption_failed',
    `Connection "${id}" is damaged in the store, or was written by a later version. Write it anew, or update.`,
    { connectionId: id },
  )
}

/** Undefined for what is damaged, or of a later version. */
function storedIn({ data }: DocumentRow): StoredConnection | undefined {
  try {
    const stored = JSON.parse(data) as Partial<StoredConnection> | null
    const isWhole = stored?.v === 1 && stored.input && stored.sealed && typeof stored.secretRev === 'number' && stored.createdTime
    return isWhole && stored.lastUpdated ? (stored as StoredConnection) : undefined
  } catch {
    return undefined
  }
}

function badRequest(problems: ReadonlyMap<string, string>): VaultError {
  const { message, facts } = invalidConnections('The connection is wrong', problems)
  return new VaultError('invalid_request', message, facts)
}
