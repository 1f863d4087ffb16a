import { type AuthenticationRequest, assertSignIn } from '@holdfast/vault-login'
import type { HandlerSettings } from '../options.js'
import { flowCookies } from '../state-cookies.js'
import type { VaultRequest } from '../vault-request.js'
import { returnCookie } from './return-cookie.js'
import { writeSignInContext } from './sign-in-context.js'

export interface BegunSignIn {
  /** At the provider. */
  readonly authorizationUrl: string
  /** For the browser that goes there. */
  readonly cookies: readonly string[]
}

/**
 * Begins the trip to the provider. Each call begins another one, so a page that is opened twice does no harm.
 *
 * @param options.sessionId - The live session of the user to whom an identity is linked, if this browser showed it.
 * @param options.boundToBrowser - False where no cookie can be set, which the core allows on loopback alone.
 * @throws {VaultError} As `vault.authorization.start`; `connection_not_found` for a connection with which nobody signs in.
 */
export async function beginSignIn<Context>(
  { vault, origin, secureCookies }: HandlerSettings<Context>,
  browser: VaultRequest,
  asked: AuthenticationRequest,
  {
    connectionId,
    sessionId,
    boundToBrowser = true,
  }: { readonly connectionId: string; readonly sessionId?: string | undefined; readonly boundToBrowser?: boolean },
): Promise<BegunSignIn> {
  const { connectionProperties, linkTo } = asked
  await assertSignIn(vault, connectionId, linkTo)
  const { authorizationUrl, flowBinding, state } = await vault.authorization.start({
    connectionId,
    redirectUri: `${origin}/connect/${encodeURIComponent(connectionId)}/callback`,
    context: writeSignInContext({ ...asked, sessionId }),
    boundToBrowser,
    ...(connectionProperties && { connectionProperties }),
  })
  const flow = { state, secure: secureCookies }
  const cookies = boundToBrowser ? [...flowCookies.set(browser, flowBinding, flow), ...returnCookie(browser, asked, flow)] : []
  return { authorizationUrl, cookies }
}
