import type { Application, Session } from '@holdfast/vault-login'
import { type Reply, seeOther } from '../reply.js'
import { deliveryOf } from './delivery.js'
import type { LoginSettings } from './login-settings.js'
import type { SignInContext } from './sign-in-context.js'
import { codeCookie, tokenCookies } from './token-cookies.js'

/** What the SDK reads from the address, and takes off it. */
const PARAMETERS = ['nonce', 'iss', 'code', 'access_token', 'id_token', 'expires_in', 'error']

/** An application that is still there, and where it may have its users back: see {@link findTarget}. */
export interface Target {
  readonly application: Application
  readonly page: URL
}

/** Where a sign-in leads back to. Asked anew at its end, as the configuration may have changed. Undefined when it may lead nowhere. */
export function findTarget(
  { login: { applications } }: LoginSettings,
  { applicationId, redirectUrl }: Pick<SignInContext, 'applicationId' | 'redirectUrl'>,
): Target | undefined {
  const application = applications.find(applicationId)
  const page = application && applications.allowsRedirect(application, redirectUrl)
  return application && page && { application, page }
}

/** The page's address with these parameters, and without any that an earlier sign-in left there. */
export function addressOf(
  { login }: LoginSettings,
  page: URL,
  { requestId }: Pick<SignInContext, 'requestId'>,
  more: Readonly<Record<string, string>> = {},
): string {
  const url = new URL(page)
  for (const name of PARAMETERS) url.searchParams.delete(name)
  for (const [name, value] of Object.entries({ nonce: requestId, iss: login.issuer, ...more })) url.searchParams.set(name, value)
  return url.href
}

/**
 * Sends the browser back to the application, with the tokens or the code in the place that fits.
 *
 * @param session - Undefined after an identity was linked in a browser that showed no session.
 */
export async function redirectBack(
  settings: LoginSettings,
  context: SignInContext,
  { application, page }: Target,
  session: Session | undefined,
  cookies: readonly string[],
): Promise<Reply> {
  const { login } = settings
  const to = (more?: Readonly<Record<string, string>>, further: readonly string[] = []): Reply =>
    seeOther(addressOf(settings, page, context, more), [...cookies, ...further])
  if (!session) return to()
  const grant = {
    userId: session.userId,
    applicationId: application.applicationId,
    connectionId: session.connectionId,
    sessionId: session.sessionId,
  }
  const newCode = (): Promise<string> => {
    const { requestId, redirectUrl, codeChallenge } = context
    return login.codes.issue({ ...grant, requestId, redirectUrl, codeChallenge })
  }

  switch (deliveryOf(settings, context, application, page)) {
    case 'tokens_in_query': {
      const { accessToken, idToken, expiresInS } = await login.tokens.issue(grant)
      return to({ access_token: accessToken, id_token: idToken, expires_in: String(expiresInS) })
    }
    case 'tokens_in_cookies':
      return to({}, tokenCookies(settings, application, await login.tokens.issue(grant)))
    case 'code_in_query':
      return to({ code: await newCode() })
    case 'code_in_cookie':
      return to({ code: 'cookie' }, [codeCookie(settings, await newCode())])
    case 'none':
      return to()
  }
}
