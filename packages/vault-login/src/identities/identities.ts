import { isVaultError, type ProviderIdentity, randomToken, type Vault, VaultError, type VaultExtension } from '@holdfast/vault-core'
import type { SealedJson } from '../sealed-json.js'
import { assertSignIn, withoutSignIn } from '../sign-in-connections.js'
import { assertHostsUserId, assertUserId } from '../user-id.js'
import type { MappedIdentity, ResolveUser, UserProfile } from './claim-mapping.js'
import { createFinishUnlinking } from './finish-unlinking.js'
import { chooseIdentity, isLinked, refuseSecond, withIdentity } from './identity-list.js'
import { createIdentityRecords } from './identity-records.js'
import type { LinkedIdentity } from './linked-identity.js'
import { createUserIdentities, type ListedIdentity } from './user-identities.js'

/** Which account at which provider is which user. Accounts are never brought together by their e-mail addresses. */
export interface Identities {
  /**
   * The user of an identity; of one that nobody has yet, the one whom the host's `resolveUser` names, or a new one.
   *
   * @param linkTo - The user whose identity it shall be, besides those that he has.
   * @throws {VaultError} `conflict` with reason `identity_taken` when it belongs to another user, `identity_exists` when he has another one on
   * this connection; `authorization_response_invalid` with reason `user_id_missing` when the provider's answer lacks what the expression names;
   * `invalid_configuration` for a wrong expression or id of the host; `connection_not_found`, also for a sign-in at a server that was connected by its
   * URL; `store_unavailable`. What `resolveUser` throws is passed on.
   */
  resolve(identity: ProviderIdentity, linkTo?: string): Promise<string>
  /** In the order in which they were linked. */
  list(userId: string): Promise<readonly LinkedIdentity[]>
  /**
   * Ends the link, and the credential of its connection.
   *
   * @param id - `identityId`, or the user's id at the provider where only one of his identities has it.
   * @throws {VaultError} `not_found`; `conflict` with reason `last_identity` for his last one, `ambiguous_identity`; `store_unavailable`.
   */
  unlink(userId: string, id: string): Promise<void>
  /** Removes every identity of a user, so that whoever signs in with them is a new one. `vault.forgetUser` does so where the login is. */
  forget(userId: string): Promise<void>
  /** What his providers say of the user: the one of this connection, or else the one that was linked first. */
  profileOf(userId: string, connectionId?: string): Promise<UserProfile>
}

export function createIdentities({
  extension,
  vault,
  sealed,
  mappingOf,
  resolveUser,
}: {
  readonly extension: VaultExtension
  readonly vault: Pick<Vault, 'connections' | 'disconnect' | 'users'>
  readonly sealed: SealedJson
  readonly mappingOf: (identity: ProviderIdentity) => Promise<MappedIdentity>
  readonly resolveUser: ResolveUser | undefined
}): Identities {
  const { clock, random } = extension.runtime
  const records = createIdentityRecords({ extension, sealed })
  const lists = createUserIdentities({ extension, sealed })
  const finishUnlinking = createFinishUnlinking({ records, lists, disconnect: (selector) => vault.disconnect(selector) })

  async function ownerOf(identityId: string): Promise<string | undefined> {
    const userId = await records.ownerOf(identityId)
    if (userId === undefined) return undefined
    const listed = (await lists.read(userId)).find((each) => each.identityId === identityId)
    if (listed?.unlinkingSinceMs === undefined) return userId
    await finishUnlinking(userId, listed)
    return undefined
  }

  /** Gives the identity to the user, unless another has it. Returns who has it now. */
  async function claim(mapped: MappedIdentity, userId: string): Promise<string> {
    refuseSecond(await lists.read(userId), mapped, userId)
    if (!(await records.insert(mapped.identityId, userId))) return (await records.ownerOf(mapped.identityId)) ?? userId
    try {
      // The list decides when two are linked at once.
      await lists.change(userId, (list) => {
        refuseSecond(list, mapped, userId)
        return withIdentity(list, mapped, clock.now())
      })
    } catch (error) {
      if (isVaultError(error, 'conflict')) await records.remove(mapped.identityId, userId)
      throw error
    }
    return userId
  }

  async function firstSignIn(mapped: MappedIdentity): Promise<string> {
    const named = await resolveUser?.(mapped.identity)
    if (named !== undefined) assertHostsUserId(named)
    return claim(mapped, named ?? `usr_${randomToken(random, 16)}`)
  }

  async function linkedTo(mapped: MappedIdentity, userId: string): Promise<string> {
    assertUserId(userId)
    const owner = (await ownerOf(mapped.identityId)) ?? (await claim(mapped, userId))
    if (owner === userId) return userId
    throw new VaultError('conflict', 'This account belongs to another user already. Sign in with it, or unlink it there first.', {
      reason: 'identity_taken',
      connectionId: mapped.identity.connectionId,
    })
  }

  /** Permissions and administrators know users by it; what the provider says of them stays sealed here. */
  async function tellVault(userId: string): Promise<void> {
    try {
      await vault.users.get(userId)
    } catch (error) {
      if (!isVaultError(error, 'not_found')) throw error
      await vault.users.put({ userId }).catch(unlessToldMeanwhile)
    }
  }

  return {
    async resolve(identity, linkTo) {
      await assertSignIn(vault, identity.connectionId, linkTo)
      const mapped = await mappingOf(identity)
      const userId =
        linkTo === undefined ? ((await ownerOf(mapped.identityId)) ?? (await firstSignIn(mapped))) : await linkedTo(mapped, linkTo)
      // Also for one that was there: the process that made it may have died before it was listed, and profiles change.
      await lists.change(userId, (list) => withIdentity(list, mapped, clock.now()))
      await tellVault(userId)
      return userId
    },

    async list(userId) {
      assertUserId(userId)
      return (await lists.read(userId)).filter(isLinked)
    },

    async unlink(userId, id) {
      assertUserId(userId)
      const linkedAlone = await withoutSignIn(
        vault,
        (await lists.read(userId)).map(({ connectionId }) => connectionId),
      )
      const isWayIn = ({ connectionId }: ListedIdentity): boolean => !linkedAlone.has(connectionId)
      let unlinked: ListedIdentity | undefined
      await lists.change(userId, (list) => {
        const chosen = chooseIdentity(list, id)
        unlinked = chosen
        if (!isLinked(chosen)) return list
        const others = list.filter((each) => each !== chosen && isLinked(each))
        if (others.length === 0 || (isWayIn(chosen) && !others.some(isWayIn))) {
          throw new VaultError('conflict', 'This is the last account that the user can sign in with. Link another one first.', {
            reason: 'last_identity',
          })
        }
        return list.map((each) => (each === chosen ? { ...each, unlinkingSinceMs: clock.now() } : each))
      })
      if (unlinked) await finishUnlinking(userId, unlinked)
    },

    async forget(userId) {
      assertUserId(userId)
      // A process without the login may have forgotten him, or he signed in just then.
      if (await lists.isLost(userId)) await records.removeAll(userId)
      for (const { identityId } of await lists.read(userId)) await records.remove(identityId, userId)
      await lists.remove(userId)
    },

    async profileOf(userId, connectionId) {
      assertUserId(userId)
      const list = (await lists.read(userId)).filter(isLinked)
      const { name, email, emailVerified, picture } = list.find((each) => each.connectionId === connectionId) ?? list[0] ?? {}
      return {
        ...(name !== undefined && { name }),
        ...(email !== undefined && { email }),
        ...(emailVerified !== undefined && { emailVerified }),
        ...(picture !== undefined && { picture }),
      }
    },
  }
}

/** Others who told it at the same time, other tabs of a new user for one, keep nobody from signing in. */
function unlessToldMeanwhile(error: unknown): void {
  if (!isVaultError(error, 'conflict')) throw error
}
