import { isVaultError, type ServiceClient, type VerificationKey } from '@holdfast/vault-core'
import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose'
import { readBearerToken, unauthenticated } from './bearer-token.js'
import type { HandlerSettings } from './options.js'

/** The SDK rounds `iat` up by as much as half a second, and clocks differ. */
const CLOCK_TOLERANCE_S = 10

/**
 * Tells which service client sent a request, by the token that it signed itself with its access key. Signature, `alg`, `typ`, `iss`, `sub`,
 * `client_id`, `aud`, `exp`, `nbf` and `iat` must all be right; client and key must still exist, and are looked up each time.
 *
 * @throws {VaultError} `unauthenticated`, without telling which check failed.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725 RFC 8725}
 */
export async function authenticateServiceClient<Context>(settings: HandlerSettings<Context>, request: Request): Promise<string> {
  const token = readBearerToken(request)
  const claimed = readClaims(token)
  const key = claimed && (await findKey(settings, claimed.clientId, claimed.keyId))
  if (!claimed || !key || !(await verifies(settings, token, claimed.clientId, key))) {
    throw unauthenticated('The bearer token is not valid, or its access key no longer exists. Sign a new one with a live access key')
  }
  return claimed.clientId
}

/** Who the token says it is from: nothing of it is believed before the signature holds. */
function readClaims(token: string): { readonly clientId: string; readonly keyId: string } | undefined {
  try {
    const { kid, alg } = decodeProtectedHeader(token)
    const { sub } = decodeJwt(token)
    return typeof kid === 'string' && typeof sub === 'string' && alg === 'EdDSA' ? { clientId: sub, keyId: kid } : undefined
  } catch {
    return undefined
  }
}

async function findKey<Context>(
  { vault }: HandlerSettings<Context>,
  clientId: string,
  keyId: string,
): Promise<VerificationKey | undefined> {
  let client: ServiceClient
  try {
    client = await vault.serviceClients.get(clientId)
  } catch (error) {
    if (isVaultError(error, 'not_found', 'invalid_request')) return undefined
    throw error
  }
  return client.verificationKeys.find((key) => key.keyId === keyId)
}

async function verifies<Context>(
  settings: HandlerSettings<Context>,
  token: string,
  clientId: string,
  key: VerificationKey,
): Promise<boolean> {
  const { vault, accessTokenMaxAgeS, now } = settings
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
    return isOwnIssuer(settings, payload.iss, clientId) && isSameClient(payload, clientId) && Number.isSafeInteger(payload.exp)
  } catch {
    return false
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
