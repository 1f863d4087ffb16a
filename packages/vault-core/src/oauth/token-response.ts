import type { Secret } from '../secret.js'

/** What a token endpoint sent, read leniently: a wrong field becomes a problem, and never loses the refresh token beside it. */
export interface TokenResponse {
  readonly accessToken: Secret | undefined
  /** Undefined when absent, empty or null: then the old one stays (RFC 6749, section 6). */
  readonly refreshToken: Secret | undefined
  readonly tokenType: string | undefined
  /** Seconds; undefined when absent or unusable. 0 or less means expired already. */
  readonly expiresInS: number | undefined
  readonly refreshTokenExpiresInS: number | undefined
  readonly scope: string | undefined
  readonly idToken: Secret | undefined
  /** By name, those of the connection's `credentialProperties` that the provider stated. */
  readonly properties: Readonly<Record<string, string>>
  /** Which account it is, where the connection says that the token response names it. */
  readonly account: NamedAccount | undefined
  /** What was wrong, by field; names and reasons, never values. */
  readonly problems: readonly TokenProblem[]
}

/** An account as a token response names it. */
export interface NamedAccount {
  readonly id: string
  readonly label: string | undefined
  /** The fields that it was read from. */
  readonly claims: Readonly<Record<string, string>>
}

export interface TokenProblem {
  readonly field: 'body' | 'access_token' | 'refresh_token' | 'token_type' | 'expires_in' | 'scope' | 'id_token'
  readonly problem: string
  /** The access token must not be handed out. */
  readonly fatal: boolean
}

/** How a request to a token endpoint ended. */
export type TokenEndpointOutcome =
  /** A 2xx answer that is a JSON object without `error`, or that has a token beside it: then that is a fatal problem. */
  | { readonly kind: 'answered'; readonly status: number; readonly response: TokenResponse }
  /** An OAuth error (RFC 6749, section 5.2), also inside a 200. `error` holds only characters that the RFC allows. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: string; readonly retryAfterMs: number | undefined }
  /** An answer that says nothing: HTML, 5xx, a redirect, too large, truncated. */
  | {
      readonly kind: 'unusable'
      readonly status: number
      readonly reason: 'redirect' | 'too_large' | 'not_json' | 'http_status' | 'empty'
      readonly retryAfterMs: number | undefined
    }
  /**
   * No answer. `notSent`: the request surely never reached the provider (DNS, refused, no endpoint known). `cause`: the codes
   * of a network failure, or the `VaultError` that came before sending; never the failure itself, which may quote what was sent.
   */
  | {
      readonly kind: 'no_answer'
      readonly notSent: boolean
      readonly reason: 'network' | 'aborted' | 'discovery' | 'configuration' | 'subject_token'
      readonly cause: unknown
    }
