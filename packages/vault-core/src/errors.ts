import type { NeededAuthorization } from './model/needed-authorization.js'

/**
 * Every code that a {@link VaultError} can carry. Codes are stable: switch on them, never on the message.
 *
 * | code | when | what to do |
 * | --- | --- | --- |
 * | `invalid_configuration` | an option, a key or a connection is wrong | mend the configuration; `fields` names each bad field |
 * | `invalid_request` | an argument of a call is wrong | mend the call; `fields` names each bad field |
 * | `unauthenticated` | no valid token came with the request | send a valid bearer token |
 * | `permission_denied` | the caller has no grant that covers this | add an access record, or stop asking |
 * | `connection_not_found` | no such connection is configured | configure it, or correct the id |
 * | `credential_not_found` | this user has not connected this connection | let the user connect: `vault.authorization.start` with `facts.authorization` |
 * | `reauthorization_required` | the user has to consent again; `reason` says why | let the user connect again, with `facts.authorization` |
 * | `insufficient_scope` | the credential lacks a required scope | let the user grant it, with `facts.authorization`, which asks for what he has granted, too |
 * | `authorization_flow_invalid` | the callback belongs to no live flow of this browser | begin the flow again |
 * | `authorization_denied` | the user or the provider said no | tell the user; offer to begin again |
 * | `authorization_response_invalid` | the provider's answer failed a check | begin again; look into the provider if it recurs |
 * | `provider_unavailable` | the provider failed for now; `retryAfterMs` says how long to wait | wait, then ask again |
 * | `provider_rejected_client` | the provider refuses this application's client id or secret | mend the connection's configuration |
 * | `not_found` | no such service client, access key, role or record | correct the id |
 * | `conflict` | it exists already, or changed meanwhile | read it again, then repeat |
 * | `store_unavailable` | the store or the keyring failed for now | wait, then ask again |
 * | `decryption_failed` | a stored value does not open | restore the right key or row |
 */
export type VaultErrorCode =
  | 'invalid_configuration'
  | 'invalid_request'
  | 'unauthenticated'
  | 'permission_denied'
  | 'connection_not_found'
  | 'credential_not_found'
  | 'reauthorization_required'
  | 'insufficient_scope'
  | 'authorization_flow_invalid'
  | 'authorization_denied'
  | 'authorization_response_invalid'
  | 'provider_unavailable'
  | 'provider_rejected_client'
  | 'not_found'
  | 'conflict'
  | 'store_unavailable'
  | 'decryption_failed'

/** What a caller can act on besides the code. No field ever holds a secret. */
export interface VaultErrorFacts {
  /** Milliseconds to wait before asking again. */
  readonly retryAfterMs?: number
  /** Why, as a stable word: `revoked`, `rotation_outcome_unknown`, `expired`, … */
  readonly reason?: string
  /** The bad fields, by name, with what is wrong with each. */
  readonly fields?: Readonly<Record<string, string>>
  readonly connectionId?: string
  readonly userId?: string
  /** Scopes that the credential lacks. */
  readonly missingScopes?: readonly string[]
  /** Scopes that it has. */
  readonly grantedScopes?: readonly string[]
  /** What to begin with `vault.authorization.start`, `redirectUri` added, so that the user consents to what is missing. */
  readonly authorization?: NeededAuthorization
  /** Where the host application may send the user to consent (again). */
  readonly startUrl?: string
  /** Where the user wanted to go when the flow began; allow-listed before it was stored. */
  readonly returnTo?: string
  /** What the caller of `authorization.start` gave along. */
  readonly context?: string
}

/** Known to all copies of this package: two versions installed side by side, or a bundle of it beside the package itself. */
const VAULT_ERROR = Symbol.for('@holdfast/vault-core.VaultError')

/**
 * The one error that Holdfast throws for a reason that the caller can act on.
 *
 * @example
 * ```ts
 * try {
 *   await vault.getCredentials({ connectionId, userId })
 * } catch (error) {
 *   if (isVaultError(error, 'credential_not_found', 'reauthorization_required')) return redirectToConnect()
 *   throw error
 * }
 * ```
 */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode
  readonly facts: VaultErrorFacts

  constructor(code: VaultErrorCode, message: string, options: VaultErrorFacts & { readonly cause?: unknown } = {}) {
    const { cause, ...facts } = options
    super(escapeControlCharacters(message), cause === undefined ? undefined : { cause })
    this.code = code
    this.facts = facts
  }

  static {
    // `this`: a bundler renames a class that names itself, and errors are printed by the name of their class.
    Object.defineProperty(this.prototype, VAULT_ERROR, { value: true })
  }
}

/** Ids may hold line ends and terminal sequences; in a message, which goes to logs and terminals, they would forge lines. */
function escapeControlCharacters(message: string): string {
  return message.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Tells whether `error` is a {@link VaultError}, of whichever copy of this package, with one of `codes` if any are given. */
export function isVaultError(error: unknown, ...codes: VaultErrorCode[]): error is VaultError {
  return isMarked(error) && (codes.length === 0 || codes.includes(error.code))
}

function isMarked(error: unknown): error is VaultError {
  return typeof error === 'object' && error !== null && VAULT_ERROR in error
}
