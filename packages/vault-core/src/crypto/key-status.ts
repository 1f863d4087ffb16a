import { isVaultError } from '../errors.js'
import type { DocumentStore } from '../storage/contract.js'
import { eachDataKeysDocument, userOfDocument } from './each-data-keys-document.js'
import type { Keyring } from './keyring.js'
import { parseDataKeys, type StoredDataKeys } from './stored-data-keys.js'

/** Which wrapping keys are still needed. */
export interface KeyStatus {
  /** The wrapping key that wraps new data keys. */
  readonly currentKeyId: string
  /** Each wrapping key that some data key is under, most used first. One that is not listed holds nothing any more. */
  readonly keys: readonly { readonly keyId: string; readonly dataKeys: number }[]
  /** Users whose data keys cannot be read, or do not say under which key they are. No key is to be dropped while there are any. */
  readonly unreadable: number
}

/** Makes `vault.keyStatus`: counts, over all users of the tenant and the tenant itself, what each wrapping key still holds. */
export function createKeyStatus(parts: {
  readonly documents: DocumentStore
  readonly keyring: Keyring
  readonly tenant: string
}): () => Promise<KeyStatus> {
  const { documents, keyring, tenant } = parts
  return async () => {
    const counts = new Map<string, number>()
    let unreadable = 0
    for await (const { row } of eachDataKeysDocument(documents, tenant)) {
      const keyIds = readOrUndefined(row.data, userOfDocument(row))?.keys.map(({ wrapped }) => keyring.keyIdOf(wrapped))
      if (!keyIds || keyIds.includes(undefined)) unreadable += 1
      for (const keyId of keyIds ?? []) if (keyId !== undefined) counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
    }
    const keys = [...counts].map(([keyId, dataKeys]) => ({ keyId, dataKeys })).sort((a, b) => b.dataKeys - a.dataKeys)
    return { currentKeyId: keyring.current(), keys, unreadable }
  }
}

function readOrUndefined(data: string, userId: string): StoredDataKeys | undefined {
  try {
    return parseDataKeys(data, userId)
  } catch (error) {
    if (isVaultError(error, 'decryption_failed')) return undefined
    throw error
  }
}
