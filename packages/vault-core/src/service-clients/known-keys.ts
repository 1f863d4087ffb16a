import { storeFailure } from '../documents/documents.js'
import { isVaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import { isExpired } from './key-expiry.js'
import type { ServiceClient, VerificationKey } from './service-client.js'

/** How long a client that was read from the store counts, milliseconds: the bound within which a deletion elsewhere takes effect. */
const MAX_STALENESS_MS = 1_000
/** Most clients that are held; beyond it the one that was read first goes. */
const MAX_CLIENTS = 10_000

export interface KnownKeysOptions {
  readonly runtime: Runtime
  readonly find: (clientId: string) => Promise<ServiceClient | undefined> | undefined
  /** Called for each key that is found for a use of it. */
  readonly onUse: (key: VerificationKey) => void
}

/** The keys of the clients that were asked for lately, so that not each request costs the store a reading. */
export interface KnownKeys {
  /** Undefined also for a key that has expired. */
  find(clientId: string, keyId: string, options?: { readonly used?: boolean }): Promise<VerificationKey | undefined>
  /** At once, where the client was read within the last second. False also for one that is gone. */
  isFrozen(clientId: string): boolean | Promise<boolean>
  /** Has a client read anew: after a write. */
  forget(clientId: string): void
}

interface Reading {
  readonly beganMs: number
  readonly client: Promise<ServiceClient | undefined>
  /** Undefined while it is being read. */
  isFrozen: boolean | undefined
}

export function createKnownKeys({ runtime, find, onUse }: KnownKeysOptions): KnownKeys {
  const readings = new Map<string, Reading>()

  function read(clientId: string, nowMs: number): Promise<ServiceClient | undefined> {
    const client = find(clientId)
    // Only ids that could exist take up room.
    if (!client) return Promise.resolve(undefined)
    const reading: Reading = { beganMs: nowMs, client, isFrozen: undefined }
    readings.delete(clientId)
    readings.set(clientId, reading)
    const oldest = readings.size > MAX_CLIENTS ? readings.keys().next().value : undefined
    if (oldest !== undefined) readings.delete(oldest)
    client.then(
      (found) => {
        reading.isFrozen = found?.frozenSince !== undefined
      },
      () => {
        if (readings.get(clientId) === reading) readings.delete(clientId)
      },
    )
    return client
  }

  function clientOf(clientId: string): Promise<ServiceClient | undefined> {
    const nowMs = runtime.clock.monotonic()
    const known = readings.get(clientId)
    return known && nowMs - known.beganMs < MAX_STALENESS_MS ? known.client : read(clientId, nowMs)
  }

  return {
    async find(clientId, keyId, options) {
      try {
        const client = await clientOf(clientId)
        const key = client?.verificationKeys.find((candidate) => candidate.keyId === keyId)
        if (!key || isExpired(key, runtime.clock.now())) return undefined
        if (options?.used) onUse(key)
        return key
      } catch (error) {
        throw isVaultError(error) ? error : storeFailure(error)
      }
    },
    isFrozen(clientId) {
      const known = readings.get(clientId)
      if (known?.isFrozen !== undefined && runtime.clock.monotonic() - known.beganMs < MAX_STALENESS_MS) return known.isFrozen
      return clientOf(clientId).then(
        (client) => client?.frozenSince !== undefined,
        (error: unknown) => {
          throw isVaultError(error) ? error : storeFailure(error)
        },
      )
    },
    forget: (clientId) => void readings.delete(clientId),
  }
}
