import { createDocumentCollection, isVaultError, sha256Base64url, type VaultExtension } from '@holdfast/vault-core'
import type { SealedJson } from '../sealed-json.js'
import type { LinkedIdentity } from './linked-identity.js'

/** An identity in its user's list. */
export interface ListedIdentity extends LinkedIdentity {
  /** Since when it is being unlinked: if the process died meanwhile, whoever comes upon it goes on. */
  readonly unlinkingSinceMs?: number
}

/** The identities of each user: one document per user, sealed under his key, as it says who he is. */
export interface UserIdentities {
  /** Empty for a user who has none, or was forgotten. */
  read(userId: string): Promise<readonly ListedIdentity[]>
  /** Whether there is a list that nobody can read any more, as the key it was sealed under is destroyed. */
  isLost(userId: string): Promise<boolean>
  /** Stores what `change` makes of the list, and does so again if another change came first. */
  change(userId: string, change: (list: readonly ListedIdentity[]) => readonly ListedIdentity[]): Promise<void>
  remove(userId: string): Promise<void>
}

const KIND = 'user-identities'
const FIELD = 'user_identities'

export function createUserIdentities({
  extension,
  sealed,
}: {
  readonly extension: VaultExtension
  readonly sealed: SealedJson
}): UserIdentities {
  const collection = createDocumentCollection<StoredList>({
    documents: extension.documents,
    tenant: extension.tenant,
    runtime: extension.runtime,
    kind: KIND,
    noun: 'list of identities',
    parse: ({ data }) => parseStoredList(data),
  })

  const open = async (userId: string, { sealed: text }: StoredList): Promise<readonly ListedIdentity[]> => {
    try {
      return (await sealed.open(userId, FIELD, text)) as readonly ListedIdentity[]
    } catch (error) {
      // Of a user who was forgotten nothing is known any more.
      if (isVaultError(error, 'decryption_failed') && (await sealed.isKeyDestroyed(userId, text))) return []
      throw error
    }
  }
  const seal = async (userId: string, list: readonly ListedIdentity[]): Promise<StoredList> => ({
    v: 1,
    sealed: await sealed.seal(userId, FIELD, list),
  })

  return {
    async read(userId) {
      const stored = await collection.find(idOf(userId))
      return stored ? open(userId, stored) : []
    },

    async isLost(userId) {
      const stored = await collection.find(idOf(userId))
      return stored !== undefined && (await sealed.isKeyDestroyed(userId, stored.sealed))
    },

    async change(userId, change) {
      const id = idOf(userId)
      if (!(await collection.find(id))) {
        const none: readonly ListedIdentity[] = []
        const changed = change(none)
        if (changed === none || (await collection.insert(id, await seal(userId, changed)))) return
      }
      await collection.change(id, async (stored) => {
        const list = await open(userId, stored)
        const changed = change(list)
        return changed === list ? stored : seal(userId, changed)
      })
    },

    async remove(userId) {
      try {
        await collection.remove(idOf(userId))
      } catch (error) {
        if (!isVaultError(error, 'not_found')) throw error
      }
    },
  }
}

interface StoredList {
  readonly v: 1
  readonly sealed: string
}

function parseStoredList(data: string): StoredList {
  const { v, sealed } = JSON.parse(data) as Partial<StoredList>
  if (v !== 1 || typeof sealed !== 'string') throw new TypeError('The document is no list of identities of version 1.')
  return { v, sealed }
}

function idOf(userId: string): string {
  return sha256Base64url(userId)
}
