import { createDocumentCollection } from '../documents/collection.js'
import type { PageQuery } from '../documents/page-query.js'
import { laterTimestamp, timestamp } from '../documents/timestamp.js'
import { isVaultError, VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { DocumentStore, Page } from '../storage/contract.js'
import { type NewUser, parseNewUser, parseStoredUser, type User } from './user.js'

export type { NewUser, User } from './user.js'

/** The users that the vault was told of. */
export interface Users {
  /** Stores a user, or replaces what was known of him. @throws {VaultError} `invalid_request` with each bad field. */
  put(user: NewUser): Promise<User>
  /** @throws {VaultError} `not_found`. */
  get(userId: string): Promise<User>
  list(query?: PageQuery): Promise<Page<User>>
  /** Removes what is known of the user, and nothing else: `vault.forgetUser` ends all that he has. @throws {VaultError} `not_found`. */
  delete(userId: string): Promise<void>
}

/** Keeps users in the store, as documents of the kind `user`. */
export function createUsers(parts: { readonly documents: DocumentStore; readonly tenant: string; readonly runtime: Runtime }): Users {
  const { clock } = parts.runtime
  const collection = createDocumentCollection<User>({ ...parts, kind: 'user', noun: 'user', parse: parseStoredUser })

  /** Undefined when there is none, or when it was deleted meanwhile. */
  async function replace(user: NewUser): Promise<User | undefined> {
    try {
      return await collection.change(user.userId, ({ createdTime, lastUpdated }) => ({
        ...user,
        createdTime,
        lastUpdated: laterTimestamp(clock.now(), lastUpdated),
      }))
    } catch (error) {
      if (isVaultError(error, 'not_found')) return undefined
      throw error
    }
  }

  return {
    async put(input) {
      const parsed = parseNewUser(input)
      const { userId } = parsed
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const replaced = await replace(parsed)
        if (replaced) return replaced
        const now = timestamp(clock.now())
        const user: User = { ...parsed, createdTime: now, lastUpdated: now }
        if (await collection.insert(userId, user)) return user
      }
      throw new VaultError('conflict', 'The user kept changing meanwhile. Repeat the call.')
    },
    get: (userId) => collection.get(userId),
    list: (query = {}) => collection.page(query),
    delete: (userId) => collection.remove(userId),
  }
}
