import type { CompletedAuthorization } from './authorization-flow.js'
import type { TokenResponse } from './token-response.js'

/** What a user's consent gave, checked and ready to be stored. */
export interface ConsentedGrant {
  readonly connectionId: string
  readonly userId: string
  readonly accountId: string
  readonly tokens: TokenResponse
  /** The scope that was asked for; undefined when none was. */
  readonly requestedScope: string | undefined
  /** When the code exchange was begun, epoch milliseconds: lifetimes count from here. */
  readonly requestStartedAtMs: number
  /** Who the user is at the provider, from a checked ID token: `sub`. */
  readonly subject?: string
  /** Whether an account of another subject may be replaced. */
  readonly replaceAccount: boolean
}

/** What `complete` tells of a stored grant. */
export type SavedGrant = Omit<CompletedAuthorization, 'returnTo' | 'context'>

/** Stores a grant sealed. The provider's access token may turn out unusable: then it throws `authorization_response_invalid`. */
export type SaveGrant = (grant: ConsentedGrant) => Promise<SavedGrant>
