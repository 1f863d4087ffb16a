import type { JWK } from 'jose'

/** Whom tokens are for. */
export interface UserTokenRequest {
  readonly userId: string
  readonly applicationId: string
  readonly connectionId: string
  readonly sessionId: string
  /** Default `openid profile email`. */
  readonly scope?: string
}

export interface IssuedTokens {
  readonly accessToken: string
  readonly idToken: string
  readonly expiresInS: number
}

/** What an access token proves. */
export interface VerifiedUserToken {
  readonly userId: string
  readonly applicationId: string
  readonly connectionId: string
  readonly sessionId: string
  readonly scope: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

/** The tokens of signed-in users: JWTs, EdDSA, that any service verifies with the public keys. */
export interface UserTokens {
  /**
   * An access token (RFC 9068) and an ID token, which end with the session at the latest.
   *
   * @throws {VaultError} `unauthenticated` when the session has ended; `invalid_request` for an unknown application; `store_unavailable`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc9068 RFC 9068}
   */
  issue(request: UserTokenRequest): Promise<IssuedTokens>
  /**
   * Undefined unless all of it is right, and the session lives at this moment. An ID token is no access token.
   *
   * @throws {VaultError} `store_unavailable`: nobody knows.
   * @see {@link https://www.rfc-editor.org/rfc/rfc8725 RFC 8725}
   */
  verify(accessToken: string): Promise<VerifiedUserToken | undefined>
  /** The public keys. */
  jwks(): Promise<{ keys: JWK[] }>
  /**
   * Makes a new signing key, which is published at once, and signs 10 minutes later, when everybody has it. The one before signs no more from then on.
   * The vault does so by itself when a key's time is over.
   */
  rotateSigningKeys(): Promise<void>
}
