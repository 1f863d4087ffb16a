import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { HandlerSettings } from './options.js'
import type { VerifiedToken } from './verified-tokens.js'

/** The SDK rounds `iat` up by as much as half a second, and clocks differ. */
const CLOCK_TOLERANCE_S = 10

/** Who a token says it is from: nothing of it is believed before the signature holds. */
export interface ClaimedClient {
  readonly clientId: string
  readonly keyId: string
}

/** Undefined for a token that cannot be a service client's. */
export function readClaimedClient(token: string): ClaimedClient | undefined {
  try {
    const { kid, alg } = decodeProtectedHeader(token)
    const { sub } = decodeJwt(token)
    const isClients = typeof sub === 'string' && sub.startsWith('sc_')
    return typeof kid === 'string' && isClients && alg === 'EdDSA' ? { clientId: sub, keyId: kid } : undefined
  } catch {
    return undefined
  }
}

/**
 * Verifies a token that a service client signed itself with its access key: signature, `alg`, `typ`, `iss`, `sub`, `client_id`, `aud`,
 * `exp`, `nbf` and `iat` must all be right, and the key must exist. Undefined when any of it is not.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725 RFC 8725}
 */
export async function verifyServiceClientToken<Context>(
  settings: HandlerSettings<Context>,
  token: string,
  { clientId, keyId }: ClaimedClient,
): Promise<VerifiedToken | undefined> {
  const { vault, accessTokenMaxAgeS, now } = settings
  const key = await vault.serviceClients.findVerificationKey(clientId, keyId)
  if (!key) return undefined
  try {
    const { payload } = await jwtVerify(token, await importJWK(key.publicKey, 'EdDSA'), {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      subject: clientId,
      audience: [`${vault.accountId}.accounts.authress.io`, vault.accountId],
      maxTokenAge: accessTokenMaxAgeS,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
    })
    const { iss, exp = 0, iat = 0 } = payload
    if (!isOwnIssuer(settings, iss, clientId) || !isSameClient(payload, clientId) || !Number.isSafeInteger(exp)) return undefined
    return { clientId, keyId, publicKeyX: key.publicKey.x, untilMs: Math.min(exp, iat + accessTokenMaxAgeS) * 1000 }
  } catch {
    return undefined
  }
}

/** `iss` is made of whatever URL the caller knows the vault by: its origin must be one of ours, and its path end in the client's. */
function isOwnIssuer<Context>(
  { issuerOrigins, basePath }: HandlerSettings<Context>,
  issuer: string | undefined,
  clientId: string,
): boolean {
  if (issuer === undefined || !URL.canParse(issuer)) return false
  const url = new URL(issuer)
  const path = `/v1/clients/${encodeURIComponent(clientId)}`
  return issuerOrigins.has(url.origin) && (issuer === `${url.origin}${basePath}${path}` || issuer === `${url.origin}${path}`)
}

function isSameClient({ client_id: clientIdClaim }: JWTPayload, clientId: string): boolean {
  return clientIdClaim === undefined || clientIdClaim === clientId
}
