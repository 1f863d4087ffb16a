import { randomToken, type VaultExtension } from '@holdfast/vault-core'
import type { SealedJson } from '../sealed-json.js'

/** Which user an identity belongs to: documents of the kind `identity`, one each, which the store gives to one user. */
export interface IdentityRecords {
  ownerOf(identityId: string): Promise<string | undefined>
  /** False when it belongs to somebody already. */
  insert(identityId: string, userId: string): Promise<boolean>
  /** Removes it if it is this user's. */
  remove(identityId: string, userId: string): Promise<void>
}

const KIND = 'identity'

export function createIdentityRecords({
  extension: { tenant, documents, runtime },
  sealed,
}: {
  readonly extension: VaultExtension
  readonly sealed: SealedJson
}): IdentityRecords {
  const keyOf = (identityId: string) => ({ tenant, kind: KIND, id: identityId })
  const read = async (identityId: string): Promise<{ readonly userId: string; readonly version: number } | undefined> => {
    const row = await documents.get(keyOf(identityId))
    if (!row) return undefined
    const { sealed: text } = JSON.parse(row.data) as StoredIdentityRecord
    const { userId } = (await sealed.open('', fieldOf(identityId), text)) as { readonly userId: string }
    return { userId, version: row.version }
  }

  return {
    ownerOf: async (identityId) => (await read(identityId))?.userId,

    async insert(identityId, userId) {
      const stored: StoredIdentityRecord = { v: 1, sealed: await sealed.seal('', fieldOf(identityId), { userId }) }
      const attemptId = randomToken(runtime.random, 16)
      const put = await documents.put({ ...keyOf(identityId), data: JSON.stringify(stored), expect: 'absent', attemptId })
      return put.outcome === 'stored'
    },

    async remove(identityId, userId) {
      for (;;) {
        const record = await read(identityId)
        if (record?.userId !== userId) return
        if ((await documents.delete(keyOf(identityId), record.version)) !== 'conflict') return
      }
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
