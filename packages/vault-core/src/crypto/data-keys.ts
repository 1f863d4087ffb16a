import { isVaultError, VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore } from '../storage/contract.js'
import { toBase64url } from './base64.js'
import { createDataKeyCache } from './data-key-cache.js'
import { DEK_ID_LENGTH, DEK_LENGTH } from './envelope.js'
import type { Keyring, WrapContext } from './keyring.js'
import { randomToken } from './random-token.js'
import { dataKeysDocument, parseDataKeys, type StoredDataKey, type StoredDataKeys, serializeDataKeys, whose } from './stored-data-keys.js'
import { createUserDataKeys, type UserDataKeys } from './user-data-keys.js'

/** Where data keys come from: the store, unwrapped by the keyring, kept for a while. */
export interface DataKeys {
  /**
   * The user's data keys (the tenant's own for `''`), made at first need.
   *
   * @param minLifeMs - How long they shall stay at hand without store and keyring.
   */
  of(userId: string, minLifeMs?: number): Promise<UserDataKeys>
  /** The same, and none are made: undefined for whoever has none, as after `destroy`. What was sealed opens under no new key. */
  existing(userId: string, minLifeMs?: number): Promise<UserDataKeys | undefined>
  /** Keeps what is in memory of the user there, however many others are asked for, until the function that it returns is called. */
  hold(userId: string): () => void
  /** Reads the document again. What is cached stays in use unless that succeeds; where there is no document any more, it is dropped. */
  reread(userId: string): Promise<UserDataKeys | undefined>
  /** Removes the document, and what is cached of it: whatever the keys sealed opens nowhere any more. Harmless when there is none. */
  destroy(userId: string): Promise<void>
}

export interface DataKeysOptions {
  readonly documents: DocumentStore
  readonly keyring: Keyring
  readonly tenant: string
  readonly runtime: Runtime
  /** How long an unwrapped key is kept, milliseconds. Default 5 minutes: an outage of the keyring shorter than that goes unnoticed by reads. */
  readonly maxAgeMs?: number
  /** How many users' keys are kept. Default 10,000. */
  readonly maxEntries?: number
}

export function createDataKeys(options: DataKeysOptions): DataKeys {
  const { documents, keyring, tenant, runtime, maxAgeMs = 300_000, maxEntries = 10_000 } = options
  const cache = createDataKeyCache<UserDataKeys>({ clock: runtime.clock, maxAgeMs, maxEntries })
  // The tenant's own: what is sealed under them while a refresh is under way, as an entry of the journal, is nobody's to hold.
  cache.hold('')
  const reads: Running<UserDataKeys | undefined> = new Map()
  const makings: Running<UserDataKeys> = new Map()

  const read = (userId: string): Promise<UserDataKeys | undefined> =>
    shared(reads, userId, async () => {
      const loadedAtMs = runtime.clock.monotonic()
      const row = await documents.get(dataKeysDocument(tenant, userId))
      if (row) return keep(userId, parseDataKeys(row.data, userId), loadedAtMs)
      cache.delete(userId)
      return undefined
    })

  const readOrMake = (userId: string): Promise<UserDataKeys> =>
    shared(makings, userId, async () => (await read(userId)) ?? storeNewKeys(userId))

  const keep = async (userId: string, { current, keys }: StoredDataKeys, loadedAtMs: number): Promise<UserDataKeys> => {
    const loaded = createUserDataKeys(current, keys, (key) => unwrap(userId, key))
    try {
      await loaded.current()
    } catch (error) {
      // Keys that work are not given up for keys that do not; without such, older keys may open what the current one cannot.
      if (cache.get(userId)) throw error
    }
    cache.set(userId, loaded, loadedAtMs)
    return loaded
  }

  const storeNewKeys = async (userId: string): Promise<UserDataKeys> => {
    for (let attempt = 0; attempt < 3; attempt++) {
      const made = await make(userId)
      const madeAtMs = runtime.clock.monotonic()
      const put = await documents.put({
        ...dataKeysDocument(tenant, userId),
        data: serializeDataKeys(made),
        expect: 'absent',
        attemptId: randomToken(runtime.random, 16),
      })
      if (put.outcome === 'stored') return keep(userId, made, madeAtMs)
      // Another process was first: its key is the user's. If that is gone again, a key that nobody stored must not be used.
      if (put.current) return keep(userId, parseDataKeys(put.current.data, userId), madeAtMs)
    }
    throw new VaultError('store_unavailable', `The data keys ${whose(userId)} come and go in the store. Ask again.`)
  }

  const make = async (userId: string): Promise<StoredDataKeys> => {
    const dekId = runtime.random(DEK_ID_LENGTH)
    const dek = runtime.random(DEK_LENGTH)
    const wrapped = await throughKeyring(userId, dekId, () => keyring.wrap(dek, { tenant, userId, dekId }))
    const current = { dekId, wrapped, createdAtMs: runtime.clock.now() }
    return { current, keys: [current] }
  }

  const unwrap = async (userId: string, { dekId, wrapped }: StoredDataKey): Promise<Uint8Array> => {
    const key = await throughKeyring(userId, dekId, () => unwrapOrReload(wrapped, { tenant, userId, dekId }))
    if (key.length === DEK_LENGTH) return key
    throw new VaultError('decryption_failed', `${naming(userId, dekId)}: the keyring returned ${key.length} bytes instead of 32.`)
  }

  /** A wrapping key that is not known may have been added since: another process may use it already. */
  const unwrapOrReload = async (wrapped: Uint8Array, context: WrapContext): Promise<Uint8Array> => {
    try {
      return await keyring.unwrap(wrapped, context)
    } catch (error) {
      if (!keyring.reload || !isVaultError(error, 'store_unavailable') || error.facts.reason !== 'unknown_key') throw error
      await keyring.reload()
      return keyring.unwrap(wrapped, context)
    }
  }

  return {
    async of(userId, minLifeMs = 0) {
      return cache.get(userId, Math.min(minLifeMs, maxAgeMs)) ?? readOrMake(userId)
    },
    async existing(userId, minLifeMs = 0) {
      return cache.get(userId, Math.min(minLifeMs, maxAgeMs)) ?? read(userId)
    },
    hold: (userId) => cache.hold(userId),
    async reread(userId) {
      // A read under way may have begun before the key that is missed was there.
      await reads.get(userId)?.catch(() => undefined)
      return read(userId)
    },
    async destroy(userId) {
      const key = dataKeysDocument(tenant, userId)
      for (;;) {
        const row = await documents.get(key)
        // A rotation may write at the same moment: then the document is looked at anew.
        if (!row || (await documents.delete(key, row.version)) !== 'conflict') break
      }
      await Promise.allSettled([reads.get(userId), makings.get(userId)])
      cache.delete(userId)
    },
  }
}

type Running<T> = Map<string, Promise<T>>

/** Whoever comes while the same is under way for the same user waits for that. */
function shared<T>(running: Running<T>, userId: string, work: () => Promise<T>): Promise<T> {
  const known = running.get(userId)
  if (known) return known
  const run = work().finally(() => running.delete(userId))
  running.set(userId, run)
  return run
}

/** Says whose key it was when the keyring fails; what is not a VaultError is an outage. */
async function throughKeyring(userId: string, dekId: Uint8Array, work: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await work()
  } catch (error) {
    const whom = userId === '' ? {} : { userId }
    if (isVaultError(error))
      throw new VaultError(error.code, `${naming(userId, dekId)}: ${error.message}`, { ...error.facts, ...whom, cause: error })
    throw new VaultError('store_unavailable', `${naming(userId, dekId)}: the keyring failed. Ask again; look after the keyring.`, {
      ...whom,
      cause: error,
    })
  }
}

function naming(userId: string, dekId: Uint8Array): string {
  return `Data key ${toBase64url(dekId)} ${whose(userId)}`
}
