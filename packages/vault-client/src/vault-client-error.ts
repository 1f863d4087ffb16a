/**
 * What a {@link VaultClientError} can carry. Codes are stable: switch on them, never on the message. Besides those of the client itself,
 * any `errorCode` of the vault.
 *
 * | code | when | what to do |
 * | --- | --- | --- |
 * | `invalid_configuration` | an option or the access key is wrong | mend it |
 * | `invalid_request` | an argument is wrong | mend the call |
 * | `vault_unreachable` | no answer: no connection, or too late | ask again; look at the network if it recurs |
 * | `invalid_response` | the answer is none of a vault | correct `url`; look at what stands between |
 * | `unauthenticated` | key, token or session are not, or no longer, valid | sign in again; make a new access key |
 * | `permission_denied` | there is no grant that covers this | add an access record |
 * | `connection_not_found` | there is no such connection | correct the id |
 * | `credential_not_found` | the user has not connected | let the user connect |
 * | `reauthorization_required` | the user has to consent again; `reason` says why | let the user connect again |
 * | `provider_unavailable`, `store_unavailable` | it fails for now | wait `retryAfterMs`, then ask again |
 * | `rate_limited` | too many requests | wait `retryAfterMs` |
 */
export type VaultClientErrorCode =
  | 'invalid_configuration'
  | 'invalid_request'
  | 'vault_unreachable'
  | 'invalid_response'
  | 'unauthenticated'
  | 'permission_denied'
  | 'connection_not_found'
  | 'credential_not_found'
  | 'reauthorization_required'
  | 'provider_unavailable'
  | 'store_unavailable'
  | 'rate_limited'
  // Any other code of the vault, without losing the names above in editors.
  | (string & {})

/** What is known of a failure besides its code. Nothing of it is secret. */
export interface VaultClientErrorFacts {
  /** HTTP status of the vault's answer. */
  readonly status?: number | undefined
  /** Milliseconds to wait before asking again. */
  readonly retryAfterMs?: number | undefined
  /** Why, as a stable word: `revoked`, `expired`, … */
  readonly reason?: string | undefined
  /** Stands in the vault's log, too. */
  readonly errorId?: string | undefined
}

/**
 * The one error of this SDK. It holds no token and no key, and no `cause`, which might: errors of HTTP libraries quote what was sent.
 *
 * @example
 * ```ts
 * try {
 *   await vault.getCredentials({ connectionId: 'google', userId })
 * } catch (error) {
 *   if (isVaultClientError(error, 'credential_not_found', 'reauthorization_required')) return askToConnect(userId)
 *   throw error
 * }
 * ```
 */
export class VaultClientError extends Error implements VaultClientErrorFacts {
  override readonly name = 'VaultClientError'
  readonly code: VaultClientErrorCode
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly reason: string | undefined
  readonly errorId: string | undefined

  constructor(code: VaultClientErrorCode, message: string, facts: VaultClientErrorFacts = {}) {
    super(message)
    this.code = code
    this.status = facts.status
    this.retryAfterMs = facts.retryAfterMs
    this.reason = facts.reason
    this.errorId = facts.errorId
  }
}

/** Tells whether `error` is a {@link VaultClientError}, with one of `codes` if any are given. */
export function isVaultClientError(error: unknown, ...codes: VaultClientErrorCode[]): error is VaultClientError {
  return error instanceof VaultClientError && (codes.length === 0 || codes.includes(error.code))
}
