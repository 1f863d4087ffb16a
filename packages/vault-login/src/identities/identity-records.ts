import { type DocumentRow, isVaultError, randomToken, type VaultExtension } from '@holdfast/vault-core'
import type { SealedJson } from '../sealed-json.js'

/** Which user an identity belongs to: documents of the kind `identity`, one each, which the store gives to one user. */
export interface IdentityRecords {
  ownerOf(identityId: string): Promise<string | undefined>
  /** False when it belongs to somebody already. */
  insert(identityId: string, userId: string): Promise<boolean>
  /** Removes it if it is this user's. */
  remove(identityId: string, userId: string): Promise<void>
  /** Removes all that are this user's. Opens every record of the tenant: only for when no list of them is left. */
  removeAll(userId: string): Promise<void>
}

const KIND = 'identity'
const PAGE = 200

export function createIdentityRecords({
  extension: { tenant, documents, runtime },
  sealed,
}: {
  readonly extension: VaultExtension
  readonly sealed: SealedJson
}): IdentityRecords {
  const keyOf = (identityId: string) => ({ tenant, kind: KIND, id: identityId })
  const ownerIn = async (row: DocumentRow): Promise<string> => {
    const { sealed: text } = JSON.parse(row.data) as StoredIdentityRecord
    return ((await sealed.open('', fieldOf(row.id), text)) as { readonly userId: string }).userId
  }
  const read = async (identityId: string): Promise<{ readonly userId: string; readonly version: number } | undefined> => {
    const row = await documents.get(keyOf(identityId))
    return row ? { userId: await ownerIn(row), version: row.version } : undefined
  }
  const remove = async (identityId: string, userId: string): Promise<void> => {
    for (;;) {
      const record = await read(identityId)
      if (record?.userId !== userId) return
      if ((await documents.delete(keyOf(identityId), record.version)) !== 'conflict') return
    }
  }

  return {
    ownerOf: async (identityId) => (await read(identityId))?.userId,

    async insert(identityId, userId) {
      const stored: StoredIdentityRecord = { v: 1, sealed: await sealed.seal('', fieldOf(identityId), { userId }) }
      const attemptId = randomToken(runtime.random, 16)
      const put = await documents.put({ ...keyOf(identityId), data: JSON.stringify(stored), expect: 'absent', attemptId })
      return put.outcome === 'stored'
    },

    remove,

    async removeAll(userId) {
      let cursor: string | undefined
      do {
        const page = await documents.list({ tenant, kind: KIND, limit: PAGE, ...(cursor !== undefined && { cursor }) })
        for (const row of page.items) {
          try {
            if ((await ownerIn(row)) === userId) await remove(row.id, userId)
          } catch (error) {
            // One that does not open gives nobody anything.
            if (!isVaultError(error, 'decryption_failed')) throw error
          }
        }
        cursor = page.cursor
      } while (cursor !== undefined)
    },
  }
}

/** Sealed under the tenant's key, so that nobody who writes to the store gives himself another's identity. */
interface StoredIdentityRecord {
  readonly v: 1
  readonly sealed: string
}

function fieldOf(identityId: string): string {
  return `identity/${identityId}`
}
