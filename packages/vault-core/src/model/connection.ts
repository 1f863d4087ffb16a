import type { Secret } from '../secret.js'
import type { ClientAuthenticationMethod } from './client-authentication-method.js'
import type { ConnectionGrant } from './connection-grant.js'
import type { ProviderQuirks } from './provider-quirks.js'
import type { ProviderRevocation } from './provider-revocation.js'

export type { ClientAuthenticationMethod } from './client-authentication-method.js'
export type { ClientCredentialsGrant, ConnectionGrant, JwtBearerGrant, TokenExchangeGrant } from './connection-grant.js'
export type * from './provider-hooks.js'
export type * from './provider-quirks.js'
export type { ProviderRevocation, TokenPlace } from './provider-revocation.js'

/**
 * What the provider does with refresh tokens. `strict`: each is good once, and reuse revokes the grant. `grace`: the
 * used one works for some seconds more. `none`: it stays the same.
 */
export type RotationProfile = { readonly kind: 'strict' } | { readonly kind: 'grace'; readonly seconds: number } | { readonly kind: 'none' }

/** Extra authorization parameters: `scope`, `access_type`, `prompt`, … */
export type ConnectionProperties = Readonly<Record<string, string>>

/** What a developer writes in code: see {@link parseConnection} for what is checked. */
export interface ConnectionInput extends ProviderQuirks {
  readonly connectionId: string
  /** For people. Default: the connection id. */
  readonly name?: string
  /** OpenID Connect or RFC 8414 issuer: endpoints come from discovery. Explicit endpoints win over discovered ones. */
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly revocationEndpoint?: string
  /** For a provider that revokes tokens in a way of its own. Default: RFC 7009, at the revocation endpoint. */
  readonly revocation?: ProviderRevocation
  readonly userinfoEndpoint?: string
  /** Which claim is the user's id at the provider, and names his account there: `{sub}`, `{id}`, `{team.id}-{user.id}`. Default `{sub}`. */
  readonly userIdExpression?: string
  readonly jwksUri?: string
  /** For devices without a browser of their own: see `authorization.startDevice`. */
  readonly deviceAuthorizationEndpoint?: string
  readonly pushedAuthorizationRequestEndpoint?: string
  /**
   * Send the parameters of authorization requests to the provider directly, and only a reference to them with the browser (PAR, RFC 9126). Default: where
   * the provider's metadata require it, or `pushedAuthorizationRequestEndpoint` is given.
   */
  readonly pushedAuthorizationRequests?: boolean
  /** With a `grant` of type `api_key` it may be left out. */
  readonly clientId: string
  readonly clientSecret?: string
  /** PKCS#8 PEM or JWK of the key for `private_key_jwt`. */
  readonly privateKey?: string
  /** Default: `client_secret_basic` with a secret, `private_key_jwt` with a private key, else `none`. */
  readonly clientAuthentication?: ClientAuthenticationMethod
  /** For a credential of the connection itself, to which no user consents. Default: users consent, each for himself. */
  readonly grant?: ConnectionGrant
  /**
   * Bind each credential's tokens to a key of its own (DPoP, RFC 9449): a token that leaks is no use to who found it. `vault.fetch` sends a proof with each
   * request. The provider must know DPoP: tokens of another type are refused. For credentials that begin from then on. Default false.
   */
  readonly dpop?: boolean
  /** Sent with each authorization request; a flow's own connection properties win over these. */
  readonly defaultConnectionProperties?: ConnectionProperties
  /**
   * Sent besides when a user who has connected is to grant more: `{ include_granted_scopes: 'true' }` at Google, `{ auth_type: 'rerequest' }` at
   * Facebook. They stand in `facts.authorization` of `insufficient_scope`. Default: none.
   */
  readonly incrementalConnectionProperties?: ConnectionProperties
  /**
   * For which API the tokens are to be, as absolute URIs (RFC 8707): sent with authorization, code and refresh requests. A connection's tokens are all for
   * these; for another resource make another connection. Default: none is named.
   */
  readonly resource?: string | readonly string[]
  /**
   * How the provider sends the browser back. `form_post`, which few want, is a POST from its site: `/connect/{connectionId}/callback` takes it. With
   * `.jwt` the answer is signed by the provider (JARM), and one that is not is refused. Default: as the
   * provider does by itself, which is `query`.
   */
  readonly responseMode?: ResponseMode
  /** What stands between the scopes of an authorization request that the vault puts together. Default a space (RFC 6749, section 3.3). */
  readonly scopeSeparator?: ScopeSeparator
  /** Default `{ kind: 'strict' }`. */
  readonly rotation?: RotationProfile
  /** Lifetime of an access token, in seconds, when the provider states none. Default: unknown, used until rejected. */
  readonly defaultLifetimeS?: number
  /** Milliseconds of life that a token handed out must still have. Default 60,000, adapted to short-lived tokens. */
  readonly minValidityMs?: number
  /**
   * Refresh access tokens shortly before they expire, also those that nobody asks for: then nobody ever waits, and every
   * grant is used once in the life of a token. Default: as long as a refresh worker runs over the store; without one they are
   * refreshed when they are asked for.
   */
  readonly refreshAhead?: boolean
  /**
   * How many refreshes all processes together send in a second, 1 to 10,000, shared by all connections of the same client id, provider and
   * number: providers count by application. Kept to by refreshes that nobody waits for; one that a caller waits for goes at once, and counts.
   * Default: no limit but what the provider says by 429 and `Retry-After`.
   */
  readonly maxRefreshesPerSecond?: number
  /** Seconds after which the provider forgets a refresh token that is not used. Given, the vault uses it in time. Default: none is known. */
  readonly refreshTokenIdleLifetimeS?: number
  /** Allow http endpoints on hosts other than loopback. Never in production. Default false. */
  readonly allowInsecureRequests?: boolean
  /** How token requests are encoded. Default the form that RFC 6749 asks for; few providers want JSON. */
  readonly tokenRequestContentType?: TokenRequestContentType
  /** The provider's own tenant that this connection is for. Kept for the application; the vault does not use it. At most 64 characters. */
  readonly providerTenantId?: string
  /** Texts that the application keeps with the connection, none of them secret. At most 100, of 128 characters each. */
  readonly tags?: Readonly<Record<string, string>>
  /**
   * The origins of the provider's API, `https://api.github.com`: `vault.fetch` sends access tokens there, and nowhere else. Exact origins, at most 20; http
   * only on loopback, or with `allowInsecureRequests`. Default: none, and `vault.fetch` refuses.
   */
  readonly apiOrigins?: readonly string[]
  /** The header in which the API takes the access token. Default: `Authorization`, with the token's type before it. */
  readonly apiTokenHeader?: ApiTokenHeader
  /**
   * Let `vault.fetch` reach an API inside a private network, with `fetch` in place of `fetchForStoredConnections`. Default false: what is at no public
   * address is refused, but for loopback origins in `apiOrigins`. Only for connections in code.
   */
  readonly apiAllowPrivateAddresses?: boolean
}

export interface ApiTokenHeader {
  /** `X-Shopify-Access-Token` */
  readonly name: string
  /** Stands before the token, with a space between: `token`. Default: the token's type in `Authorization`, and nothing in any other header. */
  readonly prefix?: string
}

export type ScopeSeparator = ' ' | ','

/** OAuth 2.0 Form Post Response Mode; OAuth 2.0 Multiple Response Type Encoding Practices; JWT Secured Authorization Response Mode (JARM). */
export type ResponseMode = 'query' | 'form_post' | 'query.jwt' | 'form_post.jwt'

export type TokenRequestContentType = 'application/x-www-form-urlencoded' | 'application/json'

/** A connection that was parsed: every field is right, secrets are wrapped, defaults are filled in. */
export interface Connection {
  /** Where it stands. What is in code is the operator's word; what is in the store, the word of whoever may write connections. */
  readonly source: 'code' | 'store'
  readonly connectionId: string
  readonly name: string
  readonly issuer: string | undefined
  readonly endpoints: {
    readonly authorization: string | undefined
    readonly token: string | undefined
    readonly revocation: string | undefined
    readonly userinfo: string | undefined
    readonly jwks: string | undefined
    readonly pushedAuthorizationRequest: string | undefined
    readonly deviceAuthorization: string | undefined
  }
  readonly revocation: ProviderRevocation | undefined
  readonly clientId: string
  readonly clientSecret: Secret | undefined
  readonly privateKey: Secret | undefined
  readonly clientAuthentication: ClientAuthenticationMethod
  readonly defaultConnectionProperties: ConnectionProperties
  readonly incrementalConnectionProperties: ConnectionProperties
  /** Undefined: where the provider requires it. */
  readonly pushedAuthorizationRequests: boolean | undefined
  readonly dpop: boolean
  readonly scopeSeparator: ScopeSeparator
  readonly resources: readonly string[]
  readonly responseMode: ResponseMode | undefined
  readonly rotation: RotationProfile
  readonly defaultLifetimeS: number | undefined
  readonly minValidityMs: number | undefined
  readonly refreshAhead: boolean | undefined
  readonly maxRefreshesPerSecond: number | undefined
  readonly refreshTokenIdleLifetimeS: number | undefined
  readonly allowInsecureRequests: boolean
  readonly tokenRequestContentType: TokenRequestContentType
  readonly providerTenantId: string | undefined
  readonly userIdExpression: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly api: ConnectionApi
  readonly grant: ConnectionGrant | undefined
  readonly quirks: ProviderQuirks
}

/** The provider's API, as `vault.fetch` calls it. */
export interface ConnectionApi {
  readonly origins: readonly string[]
  readonly tokenHeader: ApiTokenHeader | undefined
  readonly allowPrivateAddresses: boolean
}
