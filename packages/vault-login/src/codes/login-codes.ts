/** What a one-time code stands for. */
export interface LoginGrant {
  readonly requestId: string
  readonly userId: string
  readonly applicationId: string
  readonly connectionId: string
  readonly sessionId: string
  readonly redirectUrl: string
  /** PKCE, S256. No code is issued without. */
  readonly codeChallenge: string | undefined
}

/** What comes with a code that is to be redeemed. */
export interface LoginCodeRedemption {
  readonly requestId: string
  readonly code: string
  /** 43 to 512 characters: the published SDK's has about 228. */
  readonly codeVerifier: string
  readonly redirectUri: string
  readonly applicationId: string
}

/** One-time codes, with which an application gets the tokens of a sign-in. */
export interface LoginCodes {
  /**
   * A code of 256 bit, good once and for 5 minutes.
   *
   * @throws {VaultError} `invalid_request` without a code challenge; `store_unavailable`.
   */
  issue(grant: LoginGrant): Promise<string>
  /**
   * Spends the code, whatever is found wrong afterwards. Undefined when code, verifier, request, redirect URI or application is the wrong one, or when
   * the session has ended. A code that comes again ends the session that it stood for.
   *
   * @throws {VaultError} `store_unavailable`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749, section 4.1.2}
   */
  redeem(redemption: LoginCodeRedemption): Promise<LoginGrant | undefined>
}
