import type { ClientAuthenticationMethod } from './client-authentication-method.js'
import type { ProviderHooks } from './provider-hooks.js'

/** How a provider's messages differ from the RFCs. All of it is data, but for `hooks`. */
export interface ProviderQuirks {
  /** The catalogue's id of the provider. Kept for people; the vault does not go by it. */
  readonly providerId?: string
  /**
   * PKCE (RFC 7636) is part of every flow, whether the provider asks for it or not. `unsupported`: it refuses requests that have it, and gets
   * none. Only for connections in code. Default `supported`.
   */
  readonly pkce?: PkceSupport
  /** The name of the client id in requests: `client_key` at TikTok. Default `client_id`. */
  readonly clientIdParameter?: string
  /** Further headers of token requests. No secrets: they are stored and shown. */
  readonly tokenRequestHeaders?: Readonly<Record<string, string>>
  /** Further parameters of token requests, refreshes too. No secrets: they are stored and shown. */
  readonly tokenRequestParameters?: Readonly<Record<string, string>>
  /** The provider's error codes for those of RFC 6749, section 5.2: `{ bad_refresh_token: 'invalid_grant' }`. */
  readonly errorCodes?: Readonly<Record<string, TokenErrorCode>>
  /** How tokens are refreshed, where it is not as in RFC 6749, section 6. */
  readonly refreshRequest?: ProviderTokenRequest
  /** The request by which the short-lived access token of a consent becomes a long-lived one, made right after the code exchange. */
  readonly longLivedRequest?: ProviderTokenRequest
  /**
   * Fields of the token response, or else parameters of the callback, that are kept with the credential and come with it as
   * `credentials.properties`: `instance_url`, `team.id`, `realmId`. Texts of at most 1,024 characters; at most 20. No secrets.
   */
  readonly credentialProperties?: readonly string[]
  /** Where `userIdExpression` is read: `token_response`, with the callback's parameters beside it, where that names the account. Default: what the userinfo endpoint says. */
  readonly userIdSource?: UserIdSource
  /** The name by which a user knows the account, read in the same place: `{team.name}`. Default: an e-mail address, or a name, of the usual claims. */
  readonly accountLabelExpression?: string
  /** What data cannot say. Only for connections in code. */
  readonly hooks?: ProviderHooks
}

export type PkceSupport = 'required' | 'supported' | 'unsupported'

export type UserIdSource = 'userinfo' | 'token_response'

/** RFC 6749, section 5.2, and `temporarily_unavailable`, which leaves the grant alone. */
export type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'temporarily_unavailable'

/**
 * A request for an access token in the provider's own way. Each field has a default from RFC 6749.
 *
 * @example
 * ```ts
 * // Facebook: the access token itself buys the next one.
 * { grantType: 'fb_exchange_token', tokenParameter: 'fb_exchange_token', token: 'access_token' }
 * ```
 */
export interface ProviderTokenRequest {
  /** Default: the token endpoint. */
  readonly endpoint?: string
  /** Default POST. With GET the token stands in the URL: only for a provider that takes it nowhere else. */
  readonly method?: 'POST' | 'GET'
  /** `grant_type`. Default `refresh_token`. */
  readonly grantType?: string
  /** The name of the parameter with the token. Default `refresh_token`. */
  readonly tokenParameter?: string
  /** `access_token`: there is no refresh token, and the newest access token is what is sent. Default `refresh_token`. */
  readonly token?: 'refresh_token' | 'access_token'
  /** Further parameters. No secrets. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Default: the connection's. */
  readonly clientAuthentication?: ClientAuthenticationMethod
}
