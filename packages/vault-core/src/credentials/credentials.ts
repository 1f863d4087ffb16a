import type { Actor } from '../events/actor.js'
import type { DpopKey } from '../oauth/dpop-key.js'
import { refuseFields } from '../refuse-fields.js'
import type { Secret } from '../secret.js'
import type { ShownStatus } from './credential-status.js'

/** Whose credential. */
export interface CredentialSelector {
  readonly connectionId: string
  readonly userId: string
  /** The account, as `listCredentials` names it; `default` for the default one, which is the one that the user connected first. Default: that one. */
  readonly accountId?: string
}

/** The credential of a connection itself, by its `grant`: no user consented to it. */
export interface ConnectionSelector {
  readonly connectionId: string
  readonly userId?: undefined
  readonly accountId?: undefined
}

export interface GetCredentialsOptions {
  /** Milliseconds of life the caller needs. Default: the connection's `minValidityMs`. */
  readonly minValidityMs?: number
  /** Scopes the caller needs; `insufficient_scope` when the credential lacks one. */
  readonly requiredScopes?: readonly string[]
  /** Refresh even if the token at hand seems good. Callers at the same time still share one request. */
  readonly forceRefresh?: boolean
  /** `fingerprint` of a token that the API refused with 401: refreshes, unless the vault holds another one by now or has just refreshed. */
  readonly rejected?: string
  /**
   * Refuse a token that is bound to a key (`dpop`), with `invalid_request` and reason `token_bound_to_key`: for who hands the token on to where no
   * `dpopProof` can be had. Default false.
   */
  readonly bearerOnly?: boolean
  /** Who asks, for the events `accessed` and `access_refused`. */
  readonly actor?: Actor
  /** Ends this caller's wait. The refresh itself goes on for the others. */
  readonly signal?: AbortSignal
}

/**
 * An access token that works, and what is known of it. `accessToken` is a getter: the token shows neither in
 * `JSON.stringify` nor in `util.inspect`. There is no refresh token in here, in no field, ever.
 */
export class Credentials {
  readonly connectionId: string
  /** `~connection` for the credential of a connection itself. */
  readonly userId: string
  /** The account at the provider, where it said which; else `default`. */
  readonly accountId: string
  readonly tokenType: string
  readonly scope: string | undefined
  /** Undefined when the provider states no lifetime. */
  readonly expiresAt: Date | undefined
  /** Names this very access token, and tells nothing of it: for logs, and for `rejected`. */
  readonly fingerprint: string
  /** What the provider said of the grant beside its tokens, by the names in the connection's `credentialProperties`: `instance_url`, `realmId`. */
  readonly properties: Readonly<Record<string, string>>
  readonly #accessToken: Secret
  readonly #dpopKey: DpopKey | undefined

  constructor(fields: {
    connectionId: string
    userId: string
    accountId: string
    tokenType: string
    scope: string | undefined
    expiresAt: Date | undefined
    fingerprint: string
    properties: Readonly<Record<string, string>>
    accessToken: Secret
    dpopKey?: DpopKey | undefined
  }) {
    this.connectionId = fields.connectionId
    this.userId = fields.userId
    this.accountId = fields.accountId
    this.tokenType = fields.tokenType
    this.scope = fields.scope
    this.expiresAt = fields.expiresAt
    this.fingerprint = fields.fingerprint
    this.properties = fields.properties
    this.#accessToken = fields.accessToken
    this.#dpopKey = fields.dpopKey
  }

  get accessToken(): string {
    return this.#accessToken.reveal()
  }

  /**
   * The proof for one request to the provider's API with this token, where `tokenType` is `DPoP`: for its header `DPoP`, beside
   * `Authorization: DPoP <access token>`. `vault.fetch` does all of this by itself.
   *
   * @param request.nonce - What the API's last answer had in its header `DPoP-Nonce`, if it had one: one with status 401 and the error
   *   `use_dpop_nonce` wants the request again, with it.
   * @throws {VaultError} `invalid_request` where the token is bound to no key, and for a URL or a method that is none.
   * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7 RFC 9449, section 7}
   * @example
   * ```ts
   * const dpop = await credentials.dpopProof({ method: 'GET', url })
   * await fetch(url, { headers: { authorization: `DPoP ${credentials.accessToken}`, dpop } })
   * ```
   */
  async dpopProof(request: { readonly method: string; readonly url: string | URL; readonly nonce?: string }): Promise<string> {
    const { method, url, nonce } = request ?? {}
    const href = String(url)
    const fields: Record<string, string> = {}
    if (!this.#dpopKey) fields.tokenType = 'is not `DPoP`: this token is bound to no key, and needs no proof'
    if (typeof method !== 'string' || !/^[A-Za-z-]{1,32}$/.test(method)) fields.method = 'must be the name of a method'
    if (!URL.canParse(href) || !/^https?:$/.test(new URL(href).protocol)) fields.url = 'must be an absolute http or https URL'
    refuseFields(fields)
    if (typeof nonce === 'string' && nonce !== '') this.#dpopKey?.useNonce('api', href, nonce)
    return this.#dpopKey?.proof({ accessToken: this.accessToken, method, url: new URL(href) }) ?? ''
  }

  /** For `vault.fetch`: keeps the nonce of an API's answer. */
  static noteDpopNonce(credentials: Credentials, url: string, headers: Headers): void {
    credentials.#dpopKey?.noteNonce('api', url, headers)
  }
}

/** What may be shown of a credential to its user or an operator. No secret in it. */
export interface CredentialInfo {
  readonly connectionId: string
  readonly userId: string
  /** The account at the provider, where it said which; else `default`. */
  readonly accountId: string
  /** By which its user knows the account, as far as the provider said so: an e-mail address or a name. Only where one user's are asked for. */
  readonly label: string | undefined
  /** Whether this account is meant where none is named. */
  readonly isDefault: boolean
  readonly status: ShownStatus
  readonly statusSince: Date
  /** Why it is so, as a stable word; with `active` why its last refresh failed. */
  readonly reason: string | undefined
  /** What the status means, for the person whose credential it is. English; switch on `status` and `reason` for other words. */
  readonly message: string
  /** As the provider granted it, which may be less than was asked for. */
  readonly scope: string | undefined
  readonly hasRefreshToken: boolean
  readonly expiresAt: Date | undefined
  /** When the refresh token itself ends, as far as the provider said so. */
  readonly refreshTokenExpiresAt: Date | undefined
  readonly connectedAt: Date
  readonly lastRefreshedAt: Date | undefined
  /** When a token of it was last handed out, to the hour. */
  readonly lastUsedAt: Date | undefined
}
