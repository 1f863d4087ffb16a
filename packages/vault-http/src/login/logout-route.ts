import { VaultError } from '@holdfast/vault-core'
import type { HandlerSettings } from '../options.js'
import { htmlReply, type Reply, seeOther } from '../reply.js'
import type { Route, RouteCall } from '../router.js'
import type { VaultRequest } from '../vault-request.js'
import { browserSessions } from './browser-sessions.js'
import { failurePage } from './failure-page.js'
import { logFailure } from './log-failure.js'
import { onwardPage, outcomePage } from './login-pages.js'
import type { LoginSettings } from './login-settings.js'
import { clearSessionCookies, readSessionCookies } from './session-cookie.js'
import { clearTokenCookies } from './token-cookies.js'

const PATH = '/logout'

/** Marks the second request of a browser that came from another site. */
const AGAIN = 'again'

/** `GET /logout?redirect_uri=…&client_id=…`: ends the browser's sessions, and sends it where the application registered, or nowhere. */
export function logoutRoute<Context>(settings: HandlerSettings<Context>, own: LoginSettings): Route<Context> {
  return { method: 'GET', path: PATH, handle: (call) => logout(settings, own, call) }
}

async function logout<Context>(settings: HandlerSettings<Context>, own: LoginSettings, call: RouteCall<Context>): Promise<Reply> {
  const { request, url } = call
  try {
    await settings.rateLimits.stranger(call, `GET ${PATH}`)
    if (!isVisit(request)) throw new VaultError('permission_denied', 'This address is for browsers to go to.')
    if (mustComeAgain(own, call)) return htmlReply(200, onwardPage('Signing out…', { text: 'Sign out', href: addressAgain(url) }))
    for (const { session } of await browserSessions(own, request)) await own.login.sessions.end(session.userId, session.sessionId)
    return left(own, call)
  } catch (error) {
    logFailure(settings, error)
    return failurePage(error, { title: 'Not signed out' })
  }
}

/** An image or a script of another page is nobody who leaves, nor is a browser that looks ahead where a link leads. */
function isVisit({ headers }: VaultRequest): boolean {
  return (headers.get('sec-fetch-mode') ?? 'navigate') === 'navigate' && !/^prefetch\b/i.test(headers.get('sec-purpose') ?? '')
}

/** The sessions' cookies do not come along from another site. They do when a page of our own leads here. */
function mustComeAgain<Context>(own: LoginSettings, { request, url }: RouteCall<Context>): boolean {
  const fromElsewhere = request.headers.get('sec-fetch-site') === 'cross-site'
  return fromElsewhere && !url.searchParams.has(AGAIN) && readSessionCookies(own, request).length === 0
}

function addressAgain(url: URL): string {
  const again = new URLSearchParams(url.searchParams)
  again.set(AGAIN, '1')
  return `${PATH}?${again}`
}

function left<Context>(own: LoginSettings, { request, url: { searchParams } }: RouteCall<Context>): Reply {
  const { applications } = own.login
  const wanted = searchParams.get('redirect_uri')
  const application = applications.find(searchParams.get('client_id') ?? '')
  const cookies = [...clearSessionCookies(own, request, application?.applicationId), ...clearTokenCookies(own)]
  const target = application && wanted !== null ? applications.allowsRedirect(application, wanted) : undefined
  if (target) return seeOther(target.href, cookies)
  const text = 'You are signed out. You can close this page.'
  if (wanted === null) return htmlReply(200, outcomePage('Signed out', text), cookies)
  const refused = `${text} Where you were to be sent next is no address that the application registered.`
  return htmlReply(400, outcomePage('Signed out', refused), cookies)
}
