import { isVaultError } from '../errors.js'
import type { Log } from '../log.js'
import { labelIn } from '../model/account-label.js'
import { parseClaimExpression } from '../model/claim-expression.js'
import type { Connection } from '../model/connection.js'
import type { ProviderIdentity } from './authorization-flow.js'
import { fetchUserinfo, type IdentityParts, readIdentity } from './read-identity.js'
import type { NamedAccount } from './token-response.js'

/** Which account consented, as far as the provider says so. */
export interface ReadAccount {
  /** Undefined where the provider does not say who the user is, or could not be asked. */
  readonly identity: ProviderIdentity | undefined
  readonly subject: string | undefined
  readonly label: string | undefined
  /** The provider says who the user is, and could not be asked now. */
  readonly isUnread: boolean
}

interface AccountParts extends IdentityParts {
  /** For a sign-in, and for a flow that is about one account: it fails when nothing says who the user is. */
  readonly isRequired: boolean
  /** What was asked for. */
  readonly requestedScope: string | undefined
  readonly log: Log
}

/**
 * Reads which account consented: from the ID token, or else from the userinfo endpoint of the connection. Where nobody needs to know, a userinfo
 * endpoint that fails does not end the flow.
 *
 * @throws {VaultError} As {@link readIdentity}, if it is required.
 */
export async function readAccount(parts: AccountParts): Promise<ReadAccount> {
  const { connection, idToken, isRequired, tokens } = parts
  if (connection.quirks.userIdSource === 'token_response' && tokens.account) return accountOfTokens(connection, tokens.account)
  if (!idToken && !isRequired && connection.endpoints.userinfo === undefined) return NOT_SAID
  try {
    const identity = await readIdentity(parts)
    const label = labelIn(identity.claims) ?? labelIn(await furtherClaims(parts, identity))
    return { identity, subject: subjectIn(connection, identity), label, isUnread: false }
  } catch (error) {
    if (isRequired || !isVaultError(error, 'provider_unavailable', 'authorization_response_invalid')) throw error
    parts.log.warn(
      { connectionId: connection.connectionId, err: error },
      'The account of a user who connected is not known: its provider did not say.',
    )
    return { ...NOT_SAID, isUnread: true }
  }
}

/** The token response came over TLS from the token endpoint: it says whose tokens they are, as an ID token in it would. */
function accountOfTokens({ connectionId }: Connection, { id, label, claims }: NamedAccount): ReadAccount {
  const identity = { connectionId, issuer: undefined, subject: id, claims, source: 'token_response' } as const
  return { identity, subject: id, label: labelIn({ name: label }), isUnread: false }
}

const NOT_SAID: ReadAccount = { identity: undefined, subject: undefined, label: undefined, isUnread: false }

/** By OpenID Connect it is `sub`, in the ID token as at the userinfo endpoint; elsewhere it is what the connection says. */
function subjectIn({ issuer, userIdExpression }: Connection, { subject, claims, source }: ProviderIdentity): string | undefined {
  if (source === 'id_token' || (issuer !== undefined && subject !== undefined)) return subject
  const expression = parseClaimExpression(userIdExpression)
  if (!expression) return subject
  const { text, values } = expression.evaluate(claims)
  // A claim that is missing must not make two accounts one.
  return values.every(({ value }) => value !== undefined) ? text : undefined
}

/**
 * An ID token need not hold what the userinfo endpoint says. It is of the same user if its `sub` is.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse OpenID Connect Core, section 5.3.2}
 */
async function furtherClaims(parts: AccountParts, { source, subject }: ProviderIdentity): Promise<ProviderIdentity['claims']> {
  const { connection, authorizationServer, tokens } = parts
  const asked = (tokens.scope ?? parts.requestedScope ?? '').split(/[\s,]+/)
  const isOffered = connection.endpoints.userinfo !== undefined || asked.includes('email') || asked.includes('profile')
  const endpoint = connection.endpoints.userinfo ?? authorizationServer.userinfo_endpoint
  if (source !== 'id_token' || !isOffered || endpoint === undefined || !tokens.accessToken) return {}
  const claims = await fetchUserinfo(endpoint, tokens.accessToken, parts).catch(() => ({ sub: undefined }))
  return claims.sub === subject ? claims : {}
}
