import { authorizationResponseState, isVaultError } from '@holdfast/vault-core'
import { retryAfterHeader, statusOf } from '../error-reply.js'
import { HttpError } from '../http-error.js'
import { signInCallback } from '../login/finish-sign-in.js'
import type { HandlerSettings } from '../options.js'
import { messagePage } from '../pages.js'
import { htmlReply, type Reply, seeOther, withHeaders } from '../reply.js'
import type { Route, RouteCall } from '../router.js'
import { flowCookies } from '../state-cookies.js'
import { witnessed } from '../witnessed.js'
import { countVisitor } from './count-visitor.js'
import { failedConnectPage, OTHER_ACCOUNT } from './failed-connect-page.js'

const PATH = '/connect/{connectionId}/callback'
const ROUTE = `GET ${PATH}`

/**
 * `GET /connect/{connectionId}/callback`: where the provider sends the browser back to. Each connection has a callback of its own, so
 * that one provider's answer cannot be taken for another's.
 */
export function connectCallbackRoute<Context>(settings: HandlerSettings<Context>): Route<Context> {
  return { method: 'GET', path: PATH, handle: (call) => complete(settings, call) }
}

async function complete<Context>(settings: HandlerSettings<Context>, call: RouteCall<Context>): Promise<Reply> {
  const { vault, origin, secureCookies } = settings
  const { request, url, context } = call
  const state = authorizationResponseState(url)
  const cookie = { state, secure: secureCookies }
  const cookies = state === '' ? [] : [flowCookies.clear(cookie)]
  const userId = await settings.identify(request, context)
  try {
    await countVisitor(settings, userId, call, ROUTE)
  } catch (error) {
    if (error instanceof HttpError) return tooMany(error)
    throw error
  }
  const signIn = settings.login && signInCallback(settings, settings.login, request, state)
  try {
    const done = await vault.authorization.complete({
      // Host and scheme as configured; what the request says of them, a client can set.
      callbackUrl: `${origin}${url.pathname}${url.search}`,
      flowBinding: flowCookies.read(request, cookie),
      ...(userId !== undefined && { userId, actor: witnessed(settings, { kind: 'user', id: userId }, call, ROUTE) }),
      ...(signIn && { resolveUser: signIn.resolveUser }),
    })
    const signedIn = await signIn?.finish(done, cookies)
    if (signedIn) return signedIn
    if (done.returnTo !== undefined) return seeOther(done.returnTo, cookies)
    return htmlReply(200, messagePage('Connected', 'The account is connected. You can close this page.'), cookies)
  } catch (error) {
    return signIn?.fail(error, cookies) ?? explain(settings, error, cookies)
  }
}

/** The flow and its cookie stay: the page can be loaded again. */
function tooMany({ status, retryAfterMs }: HttpError): Reply {
  const page = messagePage('Not connected yet', 'There were too many attempts. Wait a little, then load this page again.')
  return withHeaders(htmlReply(status, page), retryAfterHeader(retryAfterMs))
}

function explain<Context>({ log }: HandlerSettings<Context>, error: unknown, cookies: readonly string[]): Reply {
  const code = isVaultError(error) ? error.code : 'internal_error'
  log?.warn({ code, ...loggedOf(error) }, 'A callback did not lead to a stored credential.')
  if (isVaultError(error) && error.facts.returnTo !== undefined) {
    const target = new URL(error.facts.returnTo)
    target.searchParams.set('connect_error', code)
    if (error.facts.reason === OTHER_ACCOUNT) target.searchParams.set('connect_reason', OTHER_ACCOUNT)
    return seeOther(target.href, cookies)
  }
  const html = failedConnectPage(code, isVaultError(error) ? error.facts.reason : undefined)
  const page = htmlReply(isVaultError(error) ? statusOf(error) : 500, html, cookies)
  return withHeaders(page, retryAfterHeader(isVaultError(error) ? error.facts.retryAfterMs : undefined))
}

/** Without the facts as a whole: among them are where the user came from and what the host gave along, and both may hold anything. */
function loggedOf(error: unknown): object {
  if (!isVaultError(error)) return { err: error }
  const { message, facts, cause } = error
  return { reason: facts.reason, connectionId: facts.connectionId, problem: message, err: cause }
}
