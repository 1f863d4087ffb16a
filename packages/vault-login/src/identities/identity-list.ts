import { VaultError } from '@holdfast/vault-core'
import type { MappedIdentity } from './claim-mapping.js'
import type { ListedIdentity } from './user-identities.js'

/** The list with this identity as it is now; the same list when nothing of it is new. */
export function withIdentity(list: readonly ListedIdentity[], mapped: MappedIdentity, nowMs: number): readonly ListedIdentity[] {
  const { identityId, profile } = mapped
  const { connectionId, providerUserId } = mapped.identity
  const known = list.find((each) => each.identityId === identityId)
  const entry: ListedIdentity = { identityId, connectionId, providerUserId, linkedAtMs: known?.linkedAtMs ?? nowMs, ...profile }
  if (!known) return [...list, entry]
  if (JSON.stringify(entry) === JSON.stringify(known)) return list
  return list.map((each) => (each === known ? entry : each))
}

export function isLinked({ unlinkingSinceMs }: ListedIdentity): boolean {
  return unlinkingSinceMs === undefined
}

/** @throws {VaultError} `conflict` with reason `identity_exists` when the user has another identity on this connection. */
export function refuseSecond(list: readonly ListedIdentity[], { identityId, identity }: MappedIdentity, userId: string): void {
  const { connectionId } = identity
  const isThere = list.some((each) => each.identityId === identityId)
  if (isThere || !list.some((each) => each.connectionId === connectionId && isLinked(each))) return
  throw new VaultError(
    'conflict',
    `User "${userId}" has another account on connection "${connectionId}". Unlink that first; a vault keeps one credential for each connection.`,
    { reason: 'identity_exists', connectionId, userId },
  )
}

/** @throws {VaultError} `not_found`; `conflict` with reason `ambiguous_identity`. */
export function chooseIdentity(list: readonly ListedIdentity[], id: string): ListedIdentity {
  const [first, ...others] = list.filter(({ identityId }) => identityId === id)
  const [named, ...alike] = first ? [first, ...others] : list.filter(({ providerUserId }) => providerUserId === id)
  if (!named) throw new VaultError('not_found', 'The user has no such identity. Correct the id.')
  if (alike.length === 0) return named
  throw new VaultError('conflict', 'The user has this id at several providers. Name the identity by its `identityId`.', {
    reason: 'ambiguous_identity',
  })
}
