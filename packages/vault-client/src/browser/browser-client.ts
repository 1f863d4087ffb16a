import type { BrowserSession } from './browser-session.js'
import type { ConnectionCredentials } from './connection-credentials.js'
import type { LinkedIdentity } from './linked-identity.js'

export interface BrowserClientOptions {
  /** The vault's origin, `https://vault.example.com`. On a host of the application's own domain, sessions outlast the tab. */
  readonly url: string
  readonly applicationId: string
}

export interface SignInOptions {
  /** Default: the user chooses on the vault's page; a session that lives is continued without a page. */
  readonly connectionId?: string
  /** Further authorization parameters for the provider, such as `scope` or `prompt`. */
  readonly connectionProperties?: Readonly<Record<string, string>>
  /** Where the browser comes back to, as the application registered it. Default: this page. */
  readonly redirectUrl?: string
}

export interface BrowserClient {
  /**
   * Leaves the page to sign in. Back on it, {@link BrowserClient.session} tells who came.
   *
   * @throws {VaultClientError} `connection_not_found`, `invalid_request` (for a `redirectUrl` that is not registered, for one),
   * `permission_denied`, `provider_unavailable`, `rate_limited`, `vault_unreachable`; `invalid_configuration` on a page that is served by http, and not on
   * localhost.
   */
  authenticate(options?: SignInOptions): Promise<void>
  /**
   * Tells who is signed in: redeems the code in the page's address, and takes it off there; else returns the session of this tab, renewed if
   * its token is about to expire; else continues the one that the vault has with this browser. Undefined when there is none. Call it when the
   * page loads, and whenever you need a token that lives. Calls at the same time, also of several tabs, do not disturb each other.
   *
   * @throws {VaultClientError} What a sign-in ended with instead, once: `authorization_denied` when the user said no, `provider_unavailable`,
   * `identity_taken` for an account of another user, … And `vault_unreachable`, `store_unavailable`: nobody knows whether there is a session.
   */
  session(): Promise<BrowserSession | undefined>
  /**
   * Returns the provider's access token, refreshed first if it must be.
   *
   * @param options.connectionId - Default: the connection that the user signed in with.
   * @param options.accountId - Which of the accounts that he has there. Default: the default one.
   * @throws {VaultClientError} `unauthenticated` when nobody is signed in; `credential_not_found`, `reauthorization_required` (call
   * {@link BrowserClient.authenticate} with the connection); `provider_unavailable` (with `retryAfterMs`).
   */
  getConnectionCredentials(options?: { readonly connectionId?: string; readonly accountId?: string }): Promise<ConnectionCredentials>
  /** The accounts that the user can sign in with. @throws {VaultClientError} `unauthenticated`. */
  identities(): Promise<readonly LinkedIdentity[]>
  /**
   * Leaves the page to link an account at another connection to the signed-in user.
   *
   * @throws {VaultClientError} `unauthenticated` when nobody is signed in, and what {@link BrowserClient.authenticate} throws.
   */
  link(options: SignInOptions & { readonly connectionId: string }): Promise<void>
  /**
   * Undoes that, and ends the account's credential.
   *
   * @param identityId - As {@link BrowserClient.identities} names it, or the id of its connection.
   * @throws {VaultClientError} `unauthenticated`; `not_found`; `conflict` for the last one, without which he could not sign in.
   */
  unlink(identityId: string): Promise<void>
  /**
   * Ends the session, in all tabs and at the vault, and goes to `redirectUrl` if one is given.
   *
   * @throws {VaultClientError} When the vault could not be told: its session lives on, though this browser forgot the tokens.
   */
  logout(redirectUrl?: string): Promise<void>
}
