import type { AuthenticationRequest } from './authentication-request.js'

/** Requests on their way through the browser, sealed, so that whoever only asks makes the vault keep nothing. */
export interface AuthenticationRequests {
  /**
   * The request as base64url text that only a vault with these keys reads. Good for 10 minutes.
   *
   * @throws {VaultError} `invalid_request` when it is too long for a URL; `store_unavailable`.
   */
  seal(request: AuthenticationRequest): Promise<string>
  /**
   * Undefined when the text is damaged, not of this vault, or older than 10 minutes.
   *
   * @throws {VaultError} `store_unavailable`.
   */
  open(sealed: string): Promise<AuthenticationRequest | undefined>
}
