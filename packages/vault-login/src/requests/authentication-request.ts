/** What an application asked for when it sent a user to sign in. */
export interface AuthenticationRequest {
  /** The SDK's nonce: 256 bit of random, base64url. */
  readonly requestId: string
  readonly applicationId: string
  readonly redirectUrl: string
  readonly codeChallenge: string | undefined
  readonly connectionId: string | undefined
  readonly connectionProperties: Readonly<Record<string, string>> | undefined
  readonly responseLocation: 'cookie' | 'query' | 'none'
  readonly flowType: readonly ('code' | 'token' | 'id_token')[]
  readonly multiAccount: boolean
  /** The user to whom a second identity is to be linked. */
  readonly linkTo: string | undefined
  /** Epoch milliseconds. */
  readonly createdAtMs: number
}
