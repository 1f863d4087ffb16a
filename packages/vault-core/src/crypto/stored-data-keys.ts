import { VaultError } from '../errors.js'
import type { DocumentKey } from '../storage/contract.js'
import { fromBase64, toBase64url } from './base64.js'
import { DEK_ID_LENGTH } from './envelope.js'

/** A data key as it stands in the store. */
export interface StoredDataKey {
  /** 16 bytes. */
  readonly dekId: Uint8Array
  /** What the keyring made of the key. */
  readonly wrapped: Uint8Array
  readonly createdAtMs: number
}

/**
 * The one document that holds a user's data keys: `{ v: 1, current: <dekId>, keys: [{ dekId, wrapped, createdAtMs }] }`, bytes in
 * base64url, oldest key first. A later key is appended; the oldest is never dropped, because fingerprints are taken under it.
 */
export interface StoredDataKeys {
  /** The key that seals new values; one of `keys`. */
  readonly current: StoredDataKey
  readonly keys: readonly [StoredDataKey, ...StoredDataKey[]]
}

/** The kind of document that holds a user's data keys. */
export const DATA_KEY_KIND = 'data_key'

/** Where a user's data keys stand; the tenant's own for `''`. */
export function dataKeysDocument(tenant: string, userId: string): DocumentKey {
  return userId === '' ? { tenant, kind: 'tenant_data_key', id: 'tenant' } : { tenant, kind: DATA_KEY_KIND, id: userId }
}

export function serializeDataKeys({ current, keys }: StoredDataKeys): string {
  return JSON.stringify({
    v: 1,
    current: toBase64url(current.dekId),
    keys: keys.map(({ dekId, wrapped, createdAtMs }) => ({ dekId: toBase64url(dekId), wrapped: toBase64url(wrapped), createdAtMs })),
  })
}

/** @throws {VaultError} `decryption_failed`, saying whose keys they are, when the document is not what `serializeDataKeys` makes. */
export function parseDataKeys(data: string, userId: string): StoredDataKeys {
  const document = parseJson(data)
  if (isRecord(document) && document.v === 1 && Array.isArray(document.keys)) {
    const keys = document.keys.flatMap((key: unknown) => parseKey(key) ?? [])
    const current = keys.find(({ dekId }) => toBase64url(dekId) === document.current)
    const [first, ...others] = keys
    if (current && first && keys.length === document.keys.length) return { current, keys: [first, ...others] }
  }
  throw new VaultError(
    'decryption_failed',
    `The data keys ${whose(userId)} are damaged in the store, or written by a later version. Restore their document from a backup, or update.`,
    userId === '' ? {} : { userId },
  )
}

/** "of user …", for messages about data keys. */
export function whose(userId: string): string {
  return userId === '' ? 'of the tenant' : `of user "${userId}"`
}

function parseKey(key: unknown): StoredDataKey | undefined {
  if (!isRecord(key) || typeof key.dekId !== 'string' || typeof key.wrapped !== 'string' || typeof key.createdAtMs !== 'number')
    return undefined
  const dekId = fromBase64(key.dekId)
  const wrapped = fromBase64(key.wrapped)
  return dekId?.length === DEK_ID_LENGTH && wrapped ? { dekId, wrapped, createdAtMs: key.createdAtMs } : undefined
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
