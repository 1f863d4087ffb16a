import { randomToken, VaultError, type VaultExtension } from '@holdfast/vault-core'
import { assertStoreKey } from '@holdfast/vault-core/store'
import { type JWK, SignJWT } from 'jose'
import type { Application } from '../applications/application.js'
import type { Applications } from '../applications/applications.js'
import type { UserProfile } from '../identities/claim-mapping.js'
import type { Session } from '../sessions/session.js'
import type { Sessions } from '../sessions/sessions.js'
import type { SigningKeys } from './signing-keys.js'
import { createVerifiedTokens, type HeldToken } from './verified-tokens.js'
import type { VerifiedUserToken } from './verified-user-token.js'
import { CLOCK_TOLERANCE_S, verifyAccessToken } from './verify-access-token.js'

/** Whom tokens are for. */
export interface UserTokenRequest {
  readonly userId: string
  readonly applicationId: string
  readonly connectionId: string
  readonly sessionId: string
  /** Default `openid profile email`. */
  readonly scope?: string
}

export interface IssuedTokens {
  readonly accessToken: string
  readonly idToken: string
  readonly expiresInS: number
}

/** The tokens of signed-in users: JWTs, EdDSA, that any service verifies with the public keys. */
export interface UserTokens {
  /**
   * An access token (RFC 9068) and an ID token, which end with the session at the latest.
   *
   * @throws {VaultError} `unauthenticated` when the session has ended; `invalid_request` for an unknown application; `store_unavailable`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc9068 RFC 9068}
   */
  issue(request: UserTokenRequest): Promise<IssuedTokens>
  /**
   * Undefined unless all of it is right, and the session lives at this moment. An ID token is no access token.
   *
   * @throws {VaultError} `store_unavailable`: nobody knows.
   * @see {@link https://www.rfc-editor.org/rfc/rfc8725 RFC 8725}
   */
  verify(accessToken: string): Promise<VerifiedUserToken | undefined>
  /** The public keys. */
  jwks(): Promise<{ keys: JWK[] }>
  /**
   * Makes a new signing key, which is published at once, and signs 10 minutes later, when everybody has it. The one before signs no more from then on.
   * The vault does so by itself when a key's time is over.
   */
  rotateSigningKeys(): Promise<void>
}

const DEFAULT_SCOPE = 'openid profile email'
/** RFC 6749, appendix A.4. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const MAX_SCOPE_LENGTH = 1_000

export function createUserTokens({
  extension,
  issuer,
  applications,
  sessions,
  keys,
  profileOf,
}: {
  readonly extension: VaultExtension
  readonly issuer: string
  readonly applications: Applications
  readonly sessions: Pick<Sessions, 'get' | 'isLive'>
  readonly keys: SigningKeys
  readonly profileOf: (userId: string, connectionId: string) => Promise<UserProfile>
}): UserTokens {
  const { accountId } = extension
  const { clock, random } = extension.runtime
  const verifiedTokens = createVerifiedTokens()

  async function verifyOnce(token: string): Promise<HeldToken | undefined> {
    const held = verifiedTokens.get(token)
    if (held) return (await keys.publicKey(held.kid)) && held
    const verified = await verifyAccessToken(token, { keys, issuer, audience: accountId, nowMs: clock.now() })
    if (verified) verifiedTokens.keep(token, verified)
    return verified
  }

  return {
    async issue({ userId, applicationId, connectionId, sessionId, scope = DEFAULT_SCOPE }) {
      assertStoreKey(connectionId, 'connectionId')
      const application = applications.find(applicationId)
      if (!application) throw wrong('applicationId', 'must be the id of an application of this login')
      if (scope.length > MAX_SCOPE_LENGTH || !SCOPE.test(scope)) throw wrong('scope', 'must be scopes with one space between them')
      const nowS = Math.floor(clock.now() / 1_000)
      const endS = endOf(application, await sessions.get(userId, sessionId), nowS)
      const { kid, key } = await keys.signer()
      const sign = (typ: string, claims: Record<string, unknown>): Promise<string> =>
        new SignJWT({ iss: issuer, sub: userId, sid: sessionId, iat: nowS, exp: endS, ...claims })
          .setProtectedHeader({ alg: 'EdDSA', kid, typ })
          .sign(key)
      const accessToken = await sign('at+jwt', {
        aud: [accountId],
        azp: connectionId,
        client_id: applicationId,
        scope,
        jti: randomToken(random, 16),
      })
      const idToken = await sign('JWT', { aud: applicationId, ...claimsOf(await profileOf(userId, connectionId)) })
      return { accessToken, idToken, expiresInS: endS - nowS }
    },

    async verify(accessToken) {
      if (typeof accessToken !== 'string') return undefined
      const verified = (await verifyOnce(accessToken))?.verified
      if (!verified || clock.now() >= verified.expiresAtMs + CLOCK_TOLERANCE_S * 1_000) return undefined
      if (!applications.find(verified.applicationId)) return undefined
      return (await sessions.isLive(verified.userId, verified.sessionId)) ? verified : undefined
    },

    jwks: async () => ({ keys: await keys.publicJwks() }),
    rotateSigningKeys: () => keys.rotate(),
  }
}

/** Services that go by the public keys alone cannot know that a session ended: no token outlives its own, as far as that is known. */
function endOf({ accessTokenLifetimeS }: Application, session: Session | undefined, nowS: number): number {
  const sessionEndS = session ? Math.floor(Math.min(session.idleEndMs, session.endMs) / 1_000) : 0
  if (sessionEndS > nowS) return Math.min(nowS + accessTokenLifetimeS, sessionEndS)
  throw new VaultError('unauthenticated', 'The session has ended. Let the user sign in again.', { reason: 'session_ended' })
}

function claimsOf({ name, email, emailVerified, picture }: UserProfile): Record<string, unknown> {
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(emailVerified !== undefined && { email_verified: emailVerified }),
    ...(picture !== undefined && { picture }),
  }
}

function wrong(field: string, problem: string): VaultError {
  return new VaultError('invalid_request', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
