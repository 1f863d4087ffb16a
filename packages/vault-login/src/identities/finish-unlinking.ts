import type { Vault } from '@holdfast/vault-core'
import { isLinked } from './identity-list.js'
import type { IdentityRecords } from './identity-records.js'
import type { ListedIdentity, UserIdentities } from './user-identities.js'

/** Does what is left of an unlinking once the list says so. Each step can be repeated. */
export function createFinishUnlinking({
  records,
  lists,
  disconnect,
}: {
  readonly records: IdentityRecords
  readonly lists: UserIdentities
  readonly disconnect: Vault['disconnect']
}): (userId: string, unlinked: ListedIdentity) => Promise<void> {
  return async (userId, { identityId, connectionId }) => {
    await records.remove(identityId, userId)
    const rest = (await lists.read(userId)).filter((each) => each.identityId !== identityId && isLinked(each))
    // Two at once may have been linked on one connection by a host's `resolveUser`: then the credential is the other's, too.
    if (!rest.some((each) => each.connectionId === connectionId)) await disconnect({ connectionId, userId })
    await lists.change(userId, (list) => {
      const kept = list.filter((each) => each.identityId !== identityId || isLinked(each))
      return kept.length === list.length ? list : kept
    })
  }
}
