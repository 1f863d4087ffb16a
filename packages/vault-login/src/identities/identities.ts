import type { ProviderIdentity } from '@holdfast/vault-core'
import type { UserProfile } from './claim-mapping.js'

/** An account at a provider with which a user signs in. */
export interface LinkedIdentity extends UserProfile {
  readonly identityId: string
  readonly connectionId: string
  /** The user's id at the provider. */
  readonly providerUserId: string
  /** Epoch milliseconds. */
  readonly linkedAtMs: number
}

/** Which account at which provider is which user. Accounts are never brought together by their e-mail addresses. */
export interface Identities {
  /**
   * The user of an identity; of one that nobody has yet, the one whom the host's `resolveUser` names, or a new one.
   *
   * @param linkTo - The user whose identity it shall be, besides those that he has.
   * @throws {VaultError} `conflict` with reason `identity_taken` when it belongs to another user, `identity_exists` when he has another one on
   * this connection; `authorization_response_invalid` with reason `user_id_missing` when the provider's answer lacks what the expression names;
   * `invalid_configuration` for a wrong expression or id of the host; `store_unavailable`. What `resolveUser` throws is passed on.
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
  /** Removes every identity of a user, so that whoever signs in with them is a new one. Call it before `vault.forgetUser`. */
  forget(userId: string): Promise<void>
  /** What his providers say of the user: the one of this connection, or else the one that was linked first. */
  profileOf(userId: string, connectionId?: string): Promise<UserProfile>
}
