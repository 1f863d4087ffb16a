import type { Vault } from '@holdfast/vault-core'
import type { ApplicationInput } from './applications/application.js'
import type { Applications } from './applications/applications.js'
import type { LoginCodes } from './codes/login-codes.js'
import type { ClaimExpressions, ResolveUser } from './identities/claim-mapping.js'
import type { Identities } from './identities/identities.js'
import type { AuthenticationRequests } from './requests/authentication-requests.js'
import type { ProofsOfWork } from './requests/proofs-of-work.js'
import type { Sessions } from './sessions/sessions.js'
import type { UserTokens } from './tokens/user-tokens.js'

/** What a host gives `createLogin`. */
export interface LoginOptions {
  readonly vault: Vault
  /**
   * The origin at which browsers reach the vault, and the `iss` of the tokens: https, or http on loopback. Without a path, as the published
   * SDK calls `<origin>/api`.
   */
  readonly publicUrl: string
  readonly applications: readonly ApplicationInput[]
  /**
   * Maps an identity to the host's own user id. Undefined: the vault makes one. Asked only for an identity that nobody has yet.
   * Whoever is named gets this identity: go by what the provider vouches for, never by an e-mail address alone.
   */
  readonly resolveUser?: ResolveUser
  /** Which claims become what, by connection id. Wins over the connection's `userIdExpression`. */
  readonly claims?: Readonly<Record<string, ClaimExpressions>>
  /** How long one signing key signs, seconds. Default 90 days. Its public half stays published as long as its tokens live. */
  readonly signingKeyLifetimeS?: number
}

/** Sign-in through the vault's connections. Everything that it keeps stands in the vault's store, under the vault's keys. */
export interface Login {
  /** The origin at which browsers reach the vault; `iss` of the tokens. */
  readonly issuer: string
  readonly applications: Applications
  readonly requests: AuthenticationRequests
  readonly proofs: ProofsOfWork
  readonly codes: LoginCodes
  readonly identities: Identities
  readonly sessions: Sessions
  readonly tokens: UserTokens
}
