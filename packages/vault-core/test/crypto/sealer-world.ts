import { memoryStore } from '@holdfast/vault-store-memory'
import type { CipherSuite } from '../../src/crypto/cipher-suite.js'
import { createSealer } from '../../src/crypto/create-sealer.js'
import type { Keyring } from '../../src/crypto/keyring.js'
import { localKeyring } from '../../src/crypto/local-keyring.js'
import type { EnvelopePrimitives } from '../../src/crypto/primitives.js'
import type { SealContext, Sealer } from '../../src/crypto/sealer.js'
import { type RandomSource, runtimeWithDefaults } from '../../src/runtime.js'
import type { DocumentStore } from '../../src/storage/contract.js'
import { type ManualClock, manualClock } from '../fixtures/manual-clock.js'

export const place: SealContext = {
  userId: 'alice',
  connectionId: 'drive',
  accountId: 'default',
  field: 'access_token',
  epoch: 1,
  secretRev: 1,
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** Sealers over one document store, as several processes have them, with a keyring that can be counted and taken away. */
export interface SealerWorld {
  readonly documents: DocumentStore
  readonly clock: ManualClock
  readonly keyring: Keyring
  readonly counted: { gets: number; unwraps: number }
  keyringIsDown: boolean
  sealer(options?: {
    documents?: DocumentStore
    keyring?: Keyring
    tenant?: string
    maxEntries?: number
    primitives?: EnvelopePrimitives
    cipherSuite?: CipherSuite
    random?: RandomSource
  }): Sealer
  /** Makes `dek` the user's current data key, as a rotation by another process would. */
  addDataKey(userId: string, dekId: Uint8Array, dek: Uint8Array): Promise<void>
}

export function sealerWorld(): SealerWorld {
  const clock = manualClock()
  const counted = { gets: 0, unwraps: 0 }
  const { documents: plain } = memoryStore({ clock: () => clock.now() })
  const documents: DocumentStore = {
    ...plain,
    get: (key) => {
      counted.gets++
      return plain.get(key)
    },
  }
  const local = localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(3) }])
  const faultyKeyring: Keyring = {
    ...local,
    unwrap: async (wrapped, context) => {
      counted.unwraps++
      if (world.keyringIsDown) throw new Error('canary: the words of a KMS')
      return local.unwrap(wrapped, context)
    },
  }
  const world: SealerWorld = {
    documents,
    clock,
    counted,
    keyring: faultyKeyring,
    keyringIsDown: false,
    sealer: ({ tenant = 'default', random, ...rest } = {}) =>
      createSealer({ documents, keyring: faultyKeyring, tenant, runtime: runtimeWithDefaults({ clock, random }), ...rest }),
    async addDataKey(userId, dekId, dek) {
      const key = { tenant: 'default', kind: 'data_key', id: userId }
      const row = await plain.get(key)
      const stored = JSON.parse(row?.data ?? '')
      const id = base64url(dekId)
      const wrapped = base64url(await local.wrap(dek, { tenant: 'default', userId, dekId }))
      const data = JSON.stringify({ ...stored, current: id, keys: [...stored.keys, { dekId: id, wrapped, createdAtMs: 1 }] })
      await plain.put({ ...key, data, expect: row?.version ?? 'absent', attemptId: id })
    },
  }
  return world
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
