import type { Connection } from '@holdfast/vault-core'
import { type AuthenticationRequest, canSignIn, type Session } from '@holdfast/vault-login'
import type { HandlerSettings } from '../options.js'
import { PROVIDER_FORM_TARGETS } from '../pages.js'
import { htmlReply, type Reply, seeOther } from '../reply.js'
import type { Route, RouteCall } from '../router.js'
import { requireSameOrigin } from '../same-origin.js'
import { beginSignIn } from './begin-sign-in.js'
import { type BrowserSession, browserSessions } from './browser-sessions.js'
import { errorWord, failurePage, PageFailure } from './failure-page.js'
import { logFailure } from './log-failure.js'
import { readLoginForm } from './login-form.js'
import { choicePage, linkPage, type Way } from './login-pages.js'
import type { LoginSettings } from './login-settings.js'
import { addressOf, findTarget, redirectBack, type Target } from './redirect-back.js'
import { sessionCookie } from './session-cookie.js'

const PATH = '/login'

/** A request that was opened, with where it leads back to. */
interface Opened {
  readonly sealed: string
  readonly asked: AuthenticationRequest
  readonly target: Target
}

/**
 * `GET /login?request=…`: where an application sends its user to sign in. It binds the flow to the browser, and lets the user choose where the application
 * named no connection, or confirm that an account is to be linked; `POST /login` is that page's form. The request is sealed and good as often as it is
 * opened, so the back button does no harm.
 */
export function loginPageRoutes<Context>(settings: HandlerSettings<Context>, own: LoginSettings): readonly Route<Context>[] {
  return [
    { method: 'GET', path: PATH, handle: (call) => show(settings, own, call) },
    { method: 'POST', path: PATH, handle: (call) => submit(settings, own, call) },
  ]
}

function show<Context>(settings: HandlerSettings<Context>, own: LoginSettings, call: RouteCall<Context>): Promise<Reply> {
  const { request, url } = call
  return asPage(settings, own, async (opened) => {
    await settings.rateLimits.stranger(call, `GET ${PATH}`)
    const { asked, target, sealed } = opened(await openRequest(own, url.searchParams.get('request') ?? ''))
    const sessions = await browserSessions(own, request)
    if (asked.linkTo !== undefined) {
      const session = sessionToLink(sessions, asked.applicationId, asked.linkTo)
      return session ? depart(settings, call, asked, asked.connectionId, session) : confirmLink(settings, own, { sealed, asked, target })
    }
    if (asked.connectionId !== undefined) return depart(settings, call, asked, asked.connectionId)
    const continued = asked.multiAccount ? undefined : await continueSession(own, asked, target, sessions)
    return continued || choose(settings, own, { sealed, asked, target })
  })
}

function submit<Context>(settings: HandlerSettings<Context>, own: LoginSettings, call: RouteCall<Context>): Promise<Reply> {
  return asPage(settings, own, async (opened) => {
    await settings.rateLimits.stranger(call, `POST ${PATH}`)
    requireSameOrigin(call.request, settings.origin)
    const form = await readLoginForm(call.request)
    const { asked } = opened(await openRequest(own, form.request))
    if (asked.linkTo === undefined) return depart(settings, call, asked, asked.connectionId ?? form.connection)
    // Only here, on a form of our own, do the sessions' cookies come along when another site led to the page.
    const session = sessionToLink(await browserSessions(own, call.request), asked.applicationId, asked.linkTo)
    return depart(settings, call, asked, asked.connectionId, session)
  })
}

/** Runs a page's work. What goes wrong becomes a page, too, with the way back if it went wrong after the request was opened. */
async function asPage<Context>(
  settings: HandlerSettings<Context>,
  own: LoginSettings,
  work: (opened: (request: Opened) => Opened) => Promise<Reply>,
): Promise<Reply> {
  let current: Opened | undefined
  try {
    return await work((opened) => {
      current = opened
      return opened
    })
  } catch (error) {
    logFailure(settings, error)
    return failurePage(error, {
      title: current?.asked.linkTo === undefined ? 'Not signed in' : 'Not connected',
      back: current && wayBack(own, current, errorWord(error)),
    })
  }
}

async function openRequest(own: LoginSettings, sealed: string): Promise<Opened> {
  const asked = sealed === '' ? undefined : await own.login.requests.open(sealed)
  if (!asked) throw new PageFailure('request_invalid')
  const target = findTarget(own, asked)
  if (!target) throw new PageFailure('application_unknown')
  return { sealed, asked, target }
}

/** Off to the provider. */
async function depart<Context>(
  settings: HandlerSettings<Context>,
  { request }: RouteCall<Context>,
  asked: AuthenticationRequest,
  connectionId: string | undefined,
  session?: Session,
): Promise<Reply> {
  if (connectionId === undefined) throw new PageFailure('request_invalid')
  const { authorizationUrl, cookies } = await beginSignIn(settings, request, asked, { connectionId, sessionId: session?.sessionId })
  return seeOther(authorizationUrl, cookies)
}

/** Whoever has a session need not sign in again. For another application he gets one of its own, as each sets its lifetimes. */
async function continueSession(
  own: LoginSettings,
  asked: AuthenticationRequest,
  target: Target,
  shown: readonly BrowserSession[],
): Promise<Reply | undefined> {
  const { sessions } = own.login
  const { applicationId } = target.application
  const ofApplication = shown.find(({ session }) => session.applicationId === applicationId)
  const other = shown[0]?.session
  const held = ofApplication
    ? await sessions.resume(ofApplication.token)
    : other && (await sessions.start({ userId: other.userId, applicationId, connectionId: other.connectionId }))
  return held && redirectBack(own, { ...asked, sessionId: undefined }, target, held.session, [sessionCookie(own, held)])
}

async function choose<Context>({ vault }: HandlerSettings<Context>, own: LoginSettings, opened: Opened): Promise<Reply> {
  const html = choicePage({
    applicationName: opened.target.application.name,
    connections: offered(opened.target, (await vault.connections.list()).filter(canSignIn)),
    request: opened.sealed,
    back: wayBack(own, opened, 'authorization_denied'),
  })
  return htmlReply(200, html, [], PROVIDER_FORM_TARGETS)
}

/** Those that the application offers, or all. */
function offered({ application: { offeredConnections } }: Target, connections: readonly Connection[]): readonly Connection[] {
  if (!offeredConnections) return connections
  return offeredConnections.flatMap((id) => connections.filter(({ connectionId }) => connectionId === id))
}

async function confirmLink<Context>({ vault }: HandlerSettings<Context>, own: LoginSettings, opened: Opened): Promise<Reply> {
  const { linkTo = '', connectionId = '' } = opened.asked
  const { name, email } = await own.login.identities.profileOf(linkTo)
  const html = linkPage({
    applicationName: opened.target.application.name,
    connectionName: (await vault.connections.get(connectionId)).name,
    account: [name, email && `(${email})`].filter(Boolean).join(' ') || linkTo,
    request: opened.sealed,
    back: wayBack(own, opened, 'authorization_denied'),
  })
  return htmlReply(200, html, [], PROVIDER_FORM_TARGETS)
}

/**
 * The session of the user to whom an account is linked: the application's, or else another one. Undefined in a browser that shows nobody's. A link that
 * somebody else asked for is never followed in one that shows who its own user is.
 */
function sessionToLink(shown: readonly BrowserSession[], applicationId: string, userId: string): Session | undefined {
  const ofApplication = shown.filter(({ session }) => session.applicationId === applicationId)
  const usable = ofApplication.length > 0 ? ofApplication : shown
  const found = usable.find(({ session }) => session.userId === userId)
  if (found === undefined && usable.length > 0) throw new PageFailure('other_user')
  return found?.session
}

function wayBack(own: LoginSettings, { asked, target }: Opened, error: string): Way {
  return { text: `Back to ${target.application.name}`, href: addressOf(own, target.page, asked, { error }) }
}
