import { VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { DocumentKey, DocumentStore } from '../storage/contract.js'
import { fromBase64, toBase64url } from './base64.js'
import { type DataKey, DEK_ID_LENGTH, DEK_LENGTH } from './envelope.js'
import type { Keyring } from './keyring.js'
import { randomToken } from './random-token.js'

/** A user's data keys, unwrapped. */
export interface UserDataKeys {
  /** Seals new values. */
  readonly current: DataKey
  /** Takes fingerprints: the first key that the user had, so that they stay comparable when the current one changes. */
  readonly first: DataKey
  byId(id: Uint8Array): DataKey | undefined
}

/** Where data keys come from: the store, unwrapped by the keyring, kept for a while. */
export interface DataKeys {
  /** The user's data keys (the tenant's own for `''`), made at first need. */
  of(userId: string): Promise<UserDataKeys>
  /** Forgets what is cached of the user, and reads again. */
  reread(userId: string): Promise<UserDataKeys>
}

export interface DataKeysOptions {
  readonly documents: DocumentStore
  readonly keyring: Keyring
  readonly tenant: string
  readonly runtime: Runtime
  /** How long an unwrapped key is kept, milliseconds. Default 5 minutes: an outage of the keyring shorter than that goes unnoticed. */
  readonly maxAgeMs?: number
  /** How many users' keys are kept. Default 10,000. */
  readonly maxEntries?: number
}

interface StoredDataKeys {
  readonly v: 1
  readonly current: string
  readonly keys: readonly { readonly dekId: string; readonly wrapped: string; readonly createdAtMs: number }[]
}

export function createDataKeys(options: DataKeysOptions): DataKeys {
  const { documents, keyring, tenant, runtime, maxAgeMs = 300_000, maxEntries = 10_000 } = options
  // Insertion order is age of last use: the first entry is the one to drop.
  const cache = new Map<string, { readonly keys: Promise<UserDataKeys>; readonly atMs: number }>()

  const load = (userId: string): Promise<UserDataKeys> => {
    const keys = readOrMake(userId)
    const entry = { keys, atMs: runtime.clock.monotonic() }
    cache.set(userId, entry)
    keys.catch(() => {
      if (cache.get(userId) === entry) cache.delete(userId)
    })
    if (cache.size > maxEntries) {
      const [oldest] = cache.keys()
      if (oldest !== undefined) cache.delete(oldest)
    }
    return keys
  }

  const readOrMake = async (userId: string): Promise<UserDataKeys> => {
    const key = documentKey(tenant, userId)
    const row = await documents.get(key)
    if (row) return unwrapAll(userId, row.data)
    const dekId = runtime.random(DEK_ID_LENGTH)
    const wrapped = await keyring.wrap(runtime.random(DEK_LENGTH), { tenant, userId, dekId })
    const id = toBase64url(dekId)
    const made: StoredDataKeys = {
      v: 1,
      current: id,
      keys: [{ dekId: id, wrapped: toBase64url(wrapped), createdAtMs: runtime.clock.now() }],
    }
    const data = JSON.stringify(made)
    const put = await documents.put({ ...key, data, expect: 'absent', attemptId: randomToken(runtime.random, 16) })
    // Another process may have been first: then its key is the user's.
    return unwrapAll(userId, put.outcome === 'stored' ? data : (put.current?.data ?? data))
  }

  const unwrapAll = async (userId: string, data: string): Promise<UserDataKeys> => {
    const stored = parseStored(data, userId)
    const keys = await Promise.all(
      stored.keys.map(async ({ dekId, wrapped }): Promise<DataKey> => {
        const id = bytesOf(dekId, userId)
        return { id, key: await keyring.unwrap(bytesOf(wrapped, userId), { tenant, userId, dekId: id }) }
      }),
    )
    const byId = new Map(keys.map((key) => [toBase64url(key.id), key]))
    const current = byId.get(stored.current)
    const first = keys[0]
    if (!current || !first) throw damaged(userId)
    return { current, first, byId: (id) => byId.get(toBase64url(id)) }
  }

  return {
    of(userId) {
      const cached = cache.get(userId)
      if (!cached || runtime.clock.monotonic() - cached.atMs >= maxAgeMs) return load(userId)
      cache.delete(userId)
      cache.set(userId, cached)
      return cached.keys
    },
    reread: load,
  }
}

function documentKey(tenant: string, userId: string): DocumentKey {
  return userId === '' ? { tenant, kind: 'tenant_data_key', id: 'tenant' } : { tenant, kind: 'data_key', id: userId }
}

function parseStored(data: string, userId: string): StoredDataKeys {
  try {
    const stored = JSON.parse(data) as StoredDataKeys
    if (stored.v === 1 && Array.isArray(stored.keys)) return stored
  } catch {
    // Told below, without the content.
  }
  throw damaged(userId)
}

function bytesOf(text: string, userId: string): Uint8Array {
  const bytes = typeof text === 'string' ? fromBase64(text) : undefined
  if (!bytes) throw damaged(userId)
  return bytes
}

function damaged(userId: string): VaultError {
  const whose = userId === '' ? 'of the tenant' : `of user "${userId}"`
  return new VaultError('decryption_failed', `The data keys ${whose} are damaged in the store. Restore their document from a backup.`)
}
