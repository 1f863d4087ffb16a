import { isVaultError } from '@holdfast/vault-core'
import { readBearerToken, unauthenticated } from '../bearer-token.js'
import type { HandlerSettings } from '../options.js'
import type { RouteCall } from '../router.js'
import type { VaultRequest } from '../vault-request.js'
import { sessionOfPage } from './browser-sessions.js'
import type { LoginSettings } from './login-settings.js'
import { refuseForeignOrigin, refuseOtherApplication, requireKnownOrigin } from './page-origin.js'
import { readSessionCookies } from './session-cookie.js'

/** Who asks, and the connection that he signed in with. */
export interface SignedIn {
  readonly userId: string
  readonly applicationId: string
  readonly connectionId: string
  readonly sessionId: string
}

/**
 * Who is signed in: by the access token of a sign-in, or by the session cookie of his browser when no token came along; by that of the application
 * whose page asks, if there is one.
 *
 * @throws {VaultError} `permission_denied` for a cookie that a page of nobody's sent along; `store_unavailable`.
 */
export async function findSignedIn(settings: LoginSettings, request: VaultRequest): Promise<SignedIn | undefined> {
  if (hasBearerToken(request)) return verifyBearer(settings, request)
  if (readSessionCookies(settings, request).length === 0) return undefined
  if (request.method === 'GET' || request.method === 'HEAD') refuseForeignOrigin(settings, request)
  else requireKnownOrigin(settings, request)
  return (await sessionOfPage(settings, request))?.session
}

/**
 * The same for who must be; by a cookie, for the pages of his session's application alone. Who proves nothing is limited by his address, as on every
 * other route.
 *
 * @throws {VaultError} `unauthenticated`, `permission_denied`, `store_unavailable`.
 * @throws {HttpError} `rate_limited`.
 */
export async function requireSignedIn<Context>(
  { rateLimits }: HandlerSettings<Context>,
  settings: LoginSettings,
  call: RouteCall<Context>,
  route: string,
): Promise<SignedIn> {
  const signedIn = await findSignedIn(settings, call.request)
  if (!signedIn) {
    await rateLimits.stranger(call, route)
    throw unauthenticated('Nobody is signed in. Sign in, then send the access token or the session cookie')
  }
  if (!hasBearerToken(call.request)) refuseOtherApplication(settings, call.request, signedIn.applicationId)
  await rateLimits.known?.({ kind: 'user', id: signedIn.userId }, call, route)
  return signedIn
}

async function verifyBearer({ login }: LoginSettings, request: VaultRequest): Promise<SignedIn | undefined> {
  try {
    return await login.tokens.verify(readBearerToken(request))
  } catch (error) {
    if (isVaultError(error, 'unauthenticated')) return undefined
    throw error
  }
}

/** The published SDK writes `null` where it has no token. */
function hasBearerToken({ headers }: VaultRequest): boolean {
  return !/^(?:Bearer:? *)?(?:null|undefined)?$/i.test((headers.get('authorization') ?? '').trim())
}
