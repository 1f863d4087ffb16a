/**
 * Which claims become what. Each is text with claims in braces: `{sub}`, `{team.id}-{user.id}`, `{given_name} {family_name}`.
 */
export interface ClaimExpressions {
  /** What tells the provider's users apart. Every claim of it must be there. Default `{sub}`. */
  readonly userId?: string
  /** Default `{name}`. */
  readonly name?: string
  /** Default `{email}`. */
  readonly email?: string
  /** Default `{picture}`. */
  readonly picture?: string
}

/** What is known of a person from a provider. */
export interface UserProfile {
  readonly name?: string
  readonly email?: string
  /** True when the provider says that it verified the address. */
  readonly emailVerified?: boolean
  /** http(s) URL. */
  readonly picture?: string
}

/** Who signed in, as the host's `resolveUser` is asked about him. */
export interface LoginIdentity extends UserProfile {
  readonly connectionId: string
  readonly issuer: string | undefined
  /** The user's id at the provider, by the connection's expression. */
  readonly providerUserId: string
  readonly claims: Readonly<Record<string, unknown>>
  /** Where the claims come from: a validated ID token, or the provider's userinfo endpoint. */
  readonly source: 'id_token' | 'userinfo'
}
