import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import type { SigningKeys } from './signing-keys.js'
import type { HeldToken } from './verified-tokens.js'

/** How far the clocks of processes may differ, seconds. */
export const CLOCK_TOLERANCE_S = 5
const MAX_AGE_S = 86_400
const MAX_TOKEN_LENGTH = 8_192

/**
 * Verifies all of a token that does not change: signature, `alg`, `typ`, `kid`, `iss`, `aud`, times. Undefined when any of it is not right.
 *
 * @throws {VaultError} `store_unavailable`.
 */
export async function verifyAccessToken(
  token: string,
  expected: { readonly keys: SigningKeys; readonly issuer: string; readonly audience: string; readonly nowMs: number },
): Promise<HeldToken | undefined> {
  const kid = token.length <= MAX_TOKEN_LENGTH ? claimedKeyId(token) : undefined
  // Only what the store says of its keys may throw.
  const key = kid === undefined ? undefined : await expected.keys.publicKey(kid)
  if (kid === undefined || key === undefined) return undefined
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer: expected.issuer,
      audience: expected.audience,
      clockTolerance: CLOCK_TOLERANCE_S,
      maxTokenAge: MAX_AGE_S,
      currentDate: new Date(expected.nowMs),
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'],
    })
    // jose takes `application/at+jwt` for the same.
    return protectedHeader.typ === 'at+jwt' ? readClaims(kid, payload) : undefined
  } catch {
    return undefined
  }
}

function claimedKeyId(token: string): string | undefined {
  try {
    const { kid, alg } = decodeProtectedHeader(token)
    return alg === 'EdDSA' && typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined
  }
}

function readClaims(kid: string, payload: JWTPayload): HeldToken | undefined {
  const { sub: userId, exp, client_id: applicationId, azp: connectionId, sid: sessionId, scope } = payload
  if (typeof userId !== 'string' || typeof exp !== 'number' || !Number.isSafeInteger(exp)) return undefined
  if (typeof applicationId !== 'string' || typeof connectionId !== 'string') return undefined
  if (typeof sessionId !== 'string' || typeof scope !== 'string') return undefined
  return { kid, verified: { userId, applicationId, connectionId, sessionId, scope, expiresAtMs: exp * 1_000 } }
}
