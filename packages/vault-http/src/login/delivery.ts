import type { Application } from '@holdfast/vault-login'
import type { LoginSettings } from './login-settings.js'
import type { SignInContext } from './sign-in-context.js'
import { cookiesReach } from './token-cookies.js'

/** How an application gets what a sign-in brought. */
export type Delivery =
  /** In the address, for a page on localhost: the published SDK reads it there and nowhere else. */
  | 'tokens_in_query'
  | 'tokens_in_cookies'
  | 'code_in_query'
  | 'code_in_cookie'
  /** Not at all: the page wants none, or has its tokens already. */
  | 'none'

/**
 * Tokens go into an address only where the published SDK can take them no other way. A code goes into a cookie only where the page sees it. A page
 * that asked for tokens and sees no cookie gets a code, which the SDK redeems whether or not it asked for one.
 *
 * @param page - Where the user is sent to.
 */
export function deliveryOf(
  settings: Pick<LoginSettings, 'vaultUrl' | 'cookieDomain'>,
  { flowType, responseLocation, linkTo, codeChallenge }: Pick<SignInContext, 'flowType' | 'responseLocation' | 'linkTo' | 'codeChallenge'>,
  { tokenVisibleToScripts }: Pick<Application, 'tokenVisibleToScripts'>,
  page: URL,
): Delivery {
  const inQuery = isLocalhost(page) && tokenVisibleToScripts
  // The SDK keeps nothing of a request to link an identity, and so could not redeem a code.
  if (linkTo !== undefined) return inQuery ? 'tokens_in_query' : 'none'
  if (responseLocation === 'none') return 'none'
  const reached = cookiesReach(settings, page)
  if (flowType.includes('code')) return responseLocation === 'cookie' && reached ? 'code_in_cookie' : 'code_in_query'
  if (inQuery) return 'tokens_in_query'
  if (reached) return 'tokens_in_cookies'
  return codeChallenge === undefined ? 'none' : 'code_in_query'
}

/** As the published SDK tells it. */
function isLocalhost({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1'
}
