import { constantTimeEqual } from './constant-time.js'
import type { DataKey } from './envelope.js'
import type { StoredDataKey } from './stored-data-keys.js'

/** A user's data keys. Each is unwrapped when it is first asked for, so that a key that is not needed can stand in nobody's way. */
export interface UserDataKeys {
  /** Seals new values. */
  current(): Promise<DataKey>
  /** Takes fingerprints: they stay comparable when another key becomes the current one. */
  oldest(): Promise<DataKey>
  /** The key of this id; undefined when the user has none such. */
  byId(id: Uint8Array): Promise<DataKey> | undefined
}

export function createUserDataKeys(
  current: StoredDataKey,
  keys: readonly [StoredDataKey, ...StoredDataKey[]],
  unwrap: (key: StoredDataKey) => Promise<Uint8Array>,
): UserDataKeys {
  const unwrapped = new Map<StoredDataKey, Promise<DataKey>>()

  const keyOf = (stored: StoredDataKey): Promise<DataKey> => {
    const known = unwrapped.get(stored)
    if (known) return known
    const key = unwrap(stored).then((bytes) => ({ id: stored.dekId, key: bytes }))
    unwrapped.set(stored, key)
    // A failure is not remembered: the keyring may be back for the next caller.
    key.catch(() => unwrapped.delete(stored))
    return key
  }

  return {
    current: () => keyOf(current),
    oldest: () => keyOf(keys[0]),
    byId(id) {
      const stored = keys.find(({ dekId }) => constantTimeEqual(dekId, id))
      return stored && keyOf(stored)
    },
  }
}
