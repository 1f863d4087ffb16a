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
