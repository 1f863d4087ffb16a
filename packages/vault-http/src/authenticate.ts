import { peekBearerToken, readBearerToken, unauthenticated } from './bearer-token.js'
import type { Caller } from './caller.js'
import type { HandlerSettings } from './options.js'
import type { VaultRequest } from './vault-request.js'
import type { VerifiedToken } from './verified-tokens.js'
import { readClaimedClient, verifyServiceClientToken } from './verify-service-client-token.js'

/**
 * Tells who sent a request, by its bearer token: a service client's, signed with its access key, or a user's, which the host verifies.
 *
 * @throws {VaultError} `unauthenticated`, without telling which check failed.
 */
export async function authenticate<Context>(settings: HandlerSettings<Context>, request: VaultRequest): Promise<Caller> {
  // What was verified once is a token: its form needs no second look.
  const token = peekBearerToken(request)
  const verified = token === undefined ? undefined : settings.verifiedTokens.find(token)
  if (verified && (await isKeyAlive(settings, verified))) return callerOf(verified)
  return authenticateToken(settings, readBearerToken(request))
}

/** The same for a token that came in another place than the header. @throws {VaultError} `unauthenticated`. */
export async function authenticateToken<Context>(settings: HandlerSettings<Context>, token: string): Promise<Caller> {
  const verified = await serviceClientOf(settings, token)
  if (verified) return callerOf(verified)
  const userId = await userOf(settings, token)
  if (userId !== undefined) return { kind: 'user', id: userId }
  throw unauthenticated(
    'The bearer token is not valid, or its access key is gone or has expired. Sign in again, or sign a new one with a live access key',
  )
}

/** A signature is verified once, but the key it was made with must exist each time. */
async function serviceClientOf<Context>(settings: HandlerSettings<Context>, token: string): Promise<VerifiedToken | undefined> {
  const verified = await settings.verifiedTokens.get(token, async () => {
    const claimed = readClaimedClient(token)
    return claimed && verifyServiceClientToken(settings, token, claimed)
  })
  return verified && (await isKeyAlive(settings, verified)) ? verified : undefined
}

function callerOf({ clientId, keyId }: VerifiedToken): Caller {
  return { kind: 'service_client', id: clientId, keyId }
}

/** Its signature held: what the key is looked up for is a use of it. */
const USED = { used: true }

/** Deleted or expired, it stops at once. */
async function isKeyAlive<Context>({ vault }: HandlerSettings<Context>, { clientId, keyId, publicKeyX }: VerifiedToken): Promise<boolean> {
  const key = await vault.serviceClients.findVerificationKey(clientId, keyId, USED)
  return key?.publicKey.x === publicKeyX
}

/** What says that it is from a service client is nobody else's, and is not shown to the host. */
async function userOf<Context>({ verifyUserToken }: HandlerSettings<Context>, token: string): Promise<string | undefined> {
  return verifyUserToken === undefined || readClaimedClient(token) !== undefined ? undefined : verifyUserToken(token)
}
