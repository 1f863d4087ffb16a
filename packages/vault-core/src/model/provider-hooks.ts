import type { Secret } from '../secret.js'

/** What a JSON object holds. Values are whatever the provider sent. */
export type JsonObject = Readonly<Record<string, unknown>>

/**
 * What data cannot say of a provider: pure functions, each for one thing. They are given no clock, no network and no store, and belong to
 * connections in code alone.
 */
export interface ProviderHooks {
  /**
   * Turns the answer to an authorization code into one as RFC 6749, section 5.1, has it. When it throws, or what it returns is no object, the
   * answer is read as it came: a refresh token in its usual place is kept in any case.
   *
   * @example
   * ```ts
   * mapTokenResponse: ({ authed_user: user }) => ({ ...user, token_type: 'Bearer' })
   * ```
   */
  readonly mapTokenResponse?: (body: JsonObject) => JsonObject
  /** The same for the answer to a refresh. Default: {@link ProviderHooks.mapTokenResponse}. */
  readonly mapRefreshResponse?: (body: JsonObject) => JsonObject
  /**
   * Tells from an answer of any status whether it is an error, and which of RFC 6749, section 5.2: `invalid_grant` ends the user's grant, any
   * other leaves it. Default, and for undefined: the field `error`, by `errorCodes`.
   *
   * @example
   * ```ts
   * mapError: ({ ok, error }) => (ok === false && error === 'invalid_refresh_token' ? 'invalid_grant' : undefined)
   * ```
   */
  readonly mapError?: (body: JsonObject, answer: { readonly status: number }) => string | undefined
  /** Proves who the application is where none of the standard methods does. In place of `clientAuthentication`. */
  readonly buildClientAuthentication?: (
    request: ClientAuthenticationRequest,
  ) => ClientAuthenticationParts | Promise<ClientAuthenticationParts>
  /**
   * For `tls_client_auth` and `self_signed_tls_client_auth`: a `fetch` that shows the application's certificate. Sends what goes to the provider as the
   * application, and the requests of `vault.fetch`, as tokens may be bound to the certificate. It has to leave redirects to the vault, as `fetch` does.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc8705 RFC 8705}
   * @example
   * ```ts
   * const dispatcher = new Agent({ connect: { cert, key } }) // of undici
   * const hooks = { fetchWithCertificate: (input, init) => fetch(input, { ...init, dispatcher }) }
   * ```
   */
  readonly fetchWithCertificate?: typeof globalThis.fetch
}

export interface ClientAuthenticationRequest {
  readonly clientId: string
  readonly clientSecret: Secret | undefined
  /** The connection's `tags`: for what a provider wants to know of an application besides, such as the id of its team. */
  readonly tags: Readonly<Record<string, string>>
  /** Epoch seconds by the vault's clock. */
  readonly nowS: number
  /** For `jti`: 256 bits of the vault's random source, base64url. */
  readonly randomId: string
  /** Makes a JWT, signed with the connection's `privateKey`: `alg` is that of the key. @throws {VaultError} `invalid_configuration` without one. */
  readonly signJwt: (payload: JsonObject, header?: JsonObject) => Promise<string>
}

/** What is added to a token request. */
export interface ClientAuthenticationParts {
  readonly parameters?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}
