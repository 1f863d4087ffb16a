import type { Actor } from '../events/actor.js'
import type { Secret } from '../secret.js'
import type { CompletedAuthorization } from './authorization-flow.js'
import type { TokenResponse } from './token-response.js'

/** What a user's consent gave, checked and ready to be stored. */
export interface ConsentedGrant {
  readonly connectionId: string
  readonly userId: string
  readonly tokens: TokenResponse
  /** The key that the tokens are, or will be, bound to. */
  readonly dpopKey?: Secret
  /** The scope that was asked for; undefined when none was. */
  readonly requestedScope: string | undefined
  /** When the code exchange was begun, epoch milliseconds: lifetimes count from here. */
  readonly requestStartedAtMs: number
  /** Which account of the provider it is, from a checked ID token or the userinfo endpoint. */
  readonly subject?: string
  /** By which its user knows it: an e-mail address or a name. */
  readonly label?: string
  /** The provider says which account it is, and could not be asked now. */
  readonly isSubjectUnread?: boolean
  /** The account that the flow was begun for. */
  readonly accountId?: string
  /** Whether it may be one more account while the default one waits for consent. */
  readonly addAccount: boolean
  /** Nobody was known when the flow was begun: whose the account is was found out by it, so that it can be no other one by mistake. */
  readonly isSignIn?: boolean
  /** Whether an account of another subject may be replaced. */
  readonly replaceAccount: boolean
  /** What becomes of a credential that is there already, with `keep` also of one that was ended. Default `replace`. */
  readonly existing?: 'keep' | 'keep_connected' | 'replace'
  /** There may be a refresh token alone. */
  readonly mayLackAccessToken?: boolean
  /** The credential of another connection whose tokens those of this one are made of. */
  readonly madeOf?: TokenSource
  /** Who brought the callback. Default: the user. */
  readonly actor?: Actor
}

/** What `complete` tells of a stored grant. */
export type SavedGrant = Omit<CompletedAuthorization, 'returnTo' | 'context'> & {
  /** There was one, and it was to be kept. */
  readonly isKept?: boolean
}

/** Stores a grant sealed. The provider's access token may turn out unusable: then it throws `authorization_response_invalid`. */
export type SaveGrant = (grant: ConsentedGrant) => Promise<SavedGrant>

/** One consent to one account. When it was given is no moment of this process's clock, and only ever compared with itself. */
export interface TokenSource {
  readonly accountId: string
  readonly connectedAtMs: number
}
