import type { BrowserSession } from './browser-session.js'
import type { ConnectionCredentials } from './connection-credentials.js'

export interface BrowserClientOptions {
  /** The vault's origin, `https://vault.example.com`. On the application's own site (a host of the same domain) sessions outlast the tab. */
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
   * `permission_denied`, `provider_unavailable`, `rate_limited`, `vault_unreachable`.
   */
  authenticate(options?: SignInOptions): Promise<void>
  /**
   * Tells who is signed in: redeems the code in the page's address, and takes it off there; else returns the session of this tab, renewed if
   * its token is about to expire; else continues the one that the vault has with this browser. Undefined when there is none. Call it when the
   * page loads, and whenever you need a token that lives. Calls at the same time, also of several tabs, do not disturb each other.
   *
   * @throws {VaultClientError} What a sign-in ended with instead, once: `access_denied` when the user said no. `vault_unreachable`,
   * `store_unavailable`: nobody knows whether there is a session.
   */
  session(): Promise<BrowserSession | undefined>
  /**
   * Returns the provider's access token for the connection that the user signed in with, refreshed first if it must be.
   *
   * @throws {VaultClientError} `unauthenticated` when nobody is signed in; `credential_not_found`, `reauthorization_required` (call
   * {@link BrowserClient.authenticate} with the connection); `provider_unavailable` (with `retryAfterMs`).
   */
  getConnectionCredentials(): Promise<ConnectionCredentials>
  /** Leaves the page to link an account at another connection to the signed-in user. @throws {VaultClientError} as `authenticate`, and `unauthenticated`. */
  link(options: SignInOptions & { readonly connectionId: string }): Promise<void>
  /** Undoes that. @throws {VaultClientError} `unauthenticated`; `not_found`; `conflict` for the last account, without which he could not sign in. */
  unlink(identityId: string): Promise<void>
  /**
   * Ends the session, in all tabs and at the vault, and goes to `redirectUrl` if one is given.
   *
   * @throws {VaultClientError} When the vault could not be told: its session lives on, though this browser forgot its tokens.
   */
  logout(redirectUrl?: string): Promise<void>
}
