/** What a host says of an application whose users sign in through the vault. */
export interface ApplicationInput {
  /** 1 to 64 letters, digits, `_`, `-`, `.`, `:`. Not beginning with `sc_` or `ext_`. */
  readonly applicationId: string
  /** What users are shown. Default: the id. */
  readonly name?: string
  /** Where users may be sent after sign-in or logout: origins with a path prefix, `https://app.example.com/account`. Parsed, never matched as text. */
  readonly redirectUrls: readonly string[]
  /** Origins whose scripts may call, besides those of `redirectUrls`. */
  readonly origins?: readonly string[]
  /**
   * Ids of the connections that the vault's page offers to whoever begins to sign in without one, in this order. The application may name any other.
   * Default: all that people can sign in with, those of single customers, too, by their names.
   */
  readonly offeredConnections?: readonly string[]
  /** Seconds, 60 to 86,400. Default 3,600. */
  readonly accessTokenLifetimeS?: number
  /** A session that nobody continues for so long ends, seconds. Default 30 days. */
  readonly sessionIdleLifetimeS?: number
  /** A session ends after so long in any case, seconds. Default 90 days. */
  readonly sessionLifetimeS?: number
  /**
   * Whether scripts of the page may read the access token: a cookie without HttpOnly, the token in the redirect. Default true, as the
   * published SDK reads it.
   */
  readonly tokenVisibleToScripts?: boolean
}

/** An application that was checked, with its defaults. */
export interface Application {
  readonly applicationId: string
  readonly name: string
  readonly redirectUrls: readonly string[]
  /** Origins of the redirect URLs, and those given besides; each once. */
  readonly origins: readonly string[]
  /** Undefined: all. */
  readonly offeredConnections: readonly string[] | undefined
  readonly accessTokenLifetimeS: number
  readonly sessionIdleLifetimeS: number
  readonly sessionLifetimeS: number
  readonly tokenVisibleToScripts: boolean
}
