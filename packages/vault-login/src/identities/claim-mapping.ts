import { type EvaluatedExpression, type ProviderIdentity, parseClaimExpression, type Vault, VaultError } from '@holdfast/vault-core'
import { hashOfParts } from '../hash-of-parts.js'

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
  readonly source: 'id_token' | 'userinfo' | 'token_response'
}

/** Maps an identity to the host's own user id. Undefined: the vault makes one. */
export type ResolveUser = (identity: LoginIdentity) => string | undefined | Promise<string | undefined>

/** An identity with the id that it is known by here. */
export interface MappedIdentity {
  readonly identityId: string
  readonly identity: LoginIdentity
  readonly profile: UserProfile
}

const MAX_PROVIDER_USER_ID = 255

/** Makes what the vault goes by of what a provider says. */
export function createClaimMapping({
  connections,
  claims: byConnection,
}: {
  readonly connections: Pick<Vault['connections'], 'get'>
  readonly claims: ReadonlyMap<string, ClaimExpressions>
}): (identity: ProviderIdentity) => Promise<MappedIdentity> {
  return async (given) => {
    const { connectionId, source } = given
    const connection = await connections.get(connectionId)
    const expressions = byConnection.get(connectionId) ?? {}
    const claims = given.subject === undefined ? given.claims : { ...given.claims, sub: given.subject }
    const { text: providerUserId, key } = readUserId(claims, expressions.userId ?? connection.userIdExpression ?? '{sub}', connectionId)
    const issuer = given.issuer ?? connection.issuer
    const profile = readProfile(claims, expressions, connectionId)
    return {
      // The userinfo endpoint names no issuer; it is that of the connection, whose users sign in now with an ID token, now without.
      identityId: hashOfParts([connectionId, issuer ?? '', ...key]),
      identity: { ...profile, connectionId, issuer, providerUserId, claims, source },
      profile,
    }
  }
}

/** Claims that are missing must not make two users one, nor may what stands between them: the key has each value apart, with its claim's name. */
function readUserId(
  claims: LoginIdentity['claims'],
  expression: string,
  connectionId: string,
): { readonly text: string; readonly key: readonly string[] } {
  const { text, values } = evaluate(expression, claims, connectionId, 'userId')
  const key = values.flatMap(({ claim, value }) => (value === undefined ? [] : [claim, value]))
  if (key.length === values.length * 2 && text.length <= MAX_PROVIDER_USER_ID) return { text, key }
  throw new VaultError(
    'authorization_response_invalid',
    `What the provider of connection "${connectionId}" says of the user has no \`${expression}\` that could be his id. Set the connection's \`userIdExpression\`, \`{id}\` for one.`,
    { connectionId, reason: 'user_id_missing' },
  )
}

function readProfile(claims: LoginIdentity['claims'], expressions: ClaimExpressions, connectionId: string): UserProfile {
  const read = (field: 'name' | 'email' | 'picture', maxLength: number): string | undefined => {
    const { text, values } = evaluate(expressions[field] ?? `{${field}}`, claims, connectionId, field)
    const tidy = text.replaceAll(/\s+/g, ' ').trim()
    return values.some(({ value }) => value !== undefined) && tidy !== '' && tidy.length <= maxLength ? tidy : undefined
  }
  const name = read('name', 256)
  const email = read('email', 256)
  const picture = read('picture', 1_024)
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(email !== undefined && 'email_verified' in claims && { emailVerified: isVerified(claims, email) }),
    ...(picture !== undefined && URL.canParse(picture) && /^https?:$/.test(new URL(picture).protocol) && { picture }),
  }
}

/** Some providers say it as text. What they verified is the claim `email`, whatever the expression made of it. */
function isVerified({ email_verified: verified, email: claimed }: LoginIdentity['claims'], email: string): boolean {
  return (verified === true || verified === 'true') && claimed === email
}

function evaluate(expression: string, claims: LoginIdentity['claims'], connectionId: string, field: string): EvaluatedExpression {
  const parsed = parseClaimExpression(expression)
  if (parsed) return parsed.evaluate(claims)
  const problem = 'must name claims in braces, `{sub}` for one'
  throw new VaultError('invalid_configuration', `The expression for \`${field}\` of connection "${connectionId}" ${problem}.`, {
    connectionId,
    fields: { [field]: problem },
  })
}
