import type { Clock } from '../runtime.js'
import type { CredentialKey, CredentialRow, CredentialStore } from '../storage/contract.js'
import { findAccount } from './accounts.js'

export interface CredentialCacheOptions {
  /** How long a row is used without another look at the store, milliseconds: 1 to 60,000. So long what other processes changed may stay unseen. */
  readonly maxAgeMs: number
  /** Users whose rows are kept, each on one connection: 1 to 1,000,000. Default 1,000. */
  readonly maxEntries?: number
}

/** Rows that were read a moment ago, so that a hot credential is not read again for each caller. */
export interface RowCache {
  /** The store, which this cache hears of: whatever it writes, or reads anew, takes the place of what was kept. */
  readonly credentials: CredentialStore
  /** The row that was found for this key, while it is young. */
  find(key: CredentialKey): CredentialRow | undefined
  /** Finds the row in the store, and keeps it, unless it was overtaken meanwhile. */
  read(key: CredentialKey): Promise<CredentialRow | undefined>
}

interface Kept {
  readonly row: CredentialRow
  readonly sinceMs: number
}

/** A user's accounts go together: which one is the default may change with any of them. */
interface Owner {
  readonly rows: Map<string, Kept>
  /** Grows with each change, and with each row that is kept. */
  changes: number
}

export const DEFAULT_CACHED_OWNERS = 1_000

export function createRowCache(
  store: CredentialStore,
  clock: Clock,
  { maxAgeMs, maxEntries = DEFAULT_CACHED_OWNERS }: CredentialCacheOptions,
): RowCache {
  const owners = new Map<string, Owner>()

  const ownerOf = (name: string): Owner => {
    const known = owners.get(name)
    if (known) return known
    for (const oldest of owners.keys()) {
      if (owners.size < maxEntries) break
      owners.delete(oldest)
    }
    const owner: Owner = { rows: new Map(), changes: 0 }
    owners.set(name, owner)
    return owner
  }
  const forget = (key: CredentialKey): void => {
    const owner = owners.get(nameOf(key))
    if (!owner) return
    owner.rows.clear()
    owner.changes += 1
  }
  /** Before, so that nobody is given what is about to go, and after, as it may have been read in between. */
  const changing = async <T>(key: CredentialKey, change: () => Promise<T>): Promise<T> => {
    forget(key)
    try {
      return await change()
    } finally {
      forget(key)
    }
  }

  return {
    credentials: {
      async get(key, options) {
        const row = await store.get(key, options)
        forget(key)
        return row
      },
      async getMany(keys) {
        const rows = await store.getMany(keys)
        keys.forEach(forget)
        return rows
      },
      insert: (credential, also) => changing(credential, () => store.insert(credential, also)),
      update: (change) => changing(change.key, () => store.update(change)),
      delete: (key, expectVersion) => changing(key, () => store.delete(key, expectVersion)),
      claim: (request) => changing(request.key, () => store.claim(request)),
      markSent: (key, holder) => changing(key, () => store.markSent(key, holder)),
      renew: (key, holder, leaseMs) => store.renew(key, holder, leaseMs),
      release: (key, holder, options) => changing(key, () => store.release(key, holder, options)),
      list: (query) => store.list(query),
      due: (query) => store.due(query),
      touch: (use) => store.touch(use),
      counts: (query) => store.counts(query),
    },

    find(key) {
      const kept = owners.get(nameOf(key))?.rows.get(key.accountId)
      return kept && clock.monotonic() - kept.sinceMs < maxAgeMs ? kept.row : undefined
    },

    async read(key) {
      const name = nameOf(key)
      const owner = ownerOf(name)
      const { changes } = owner
      // From before the read: what others change while it is under way may be missing in it.
      const sinceMs = clock.monotonic()
      const row = await findAccount(store, key)
      if (!row || owner.changes !== changes) return row
      // Another read may bring what was there before.
      owner.changes += 1
      for (const [accountId, kept] of owner.rows)
        if (kept.row.accountId === row.accountId && kept.row.version !== row.version) owner.rows.delete(accountId)
      owner.rows.set(key.accountId, { row, sinceMs })
      owners.delete(name)
      owners.set(name, owner)
      return row
    },
  }
}

/** Lengths keep parts apart that hold any character. */
function nameOf({ tenant, connectionId, userId }: CredentialKey): string {
  return `${tenant.length}:${connectionId.length}:${tenant}${connectionId}${userId}`
}
