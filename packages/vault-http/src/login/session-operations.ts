import type { Application, HeldSession } from '@holdfast/vault-login'
import { z } from 'zod'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { jsonReply, type Reply } from '../reply.js'
import { browserSessions, sessionOfPage } from './browser-sessions.js'
import type { LoginSettings } from './login-settings.js'
import { isPageOf, pageOrigin, requireKnownOrigin } from './page-origin.js'
import { clearSessionCookies, readSessionCookies, sessionCookie } from './session-cookie.js'
import { findSignedIn } from './signed-in.js'
import { clearTokenCookies, cookiesReach, tokenCookies } from './token-cookies.js'
import { issuedTokensOrNone, tokensReply } from './tokens-reply.js'

const PATH = '/api/session'

const continuation = z.looseObject({
  responseLocation: z
    .enum(['cookie', 'body'])
    .optional()
    .meta({ description: 'Where tokens go to a page that sees the cookies. Default `cookie`.' }),
})

type Call<Context, Body = unknown> = OperationCall<Context, unknown, Body>

/** `PATCH /api/session` continues the session of this browser with fresh tokens, `DELETE /api/session` ends it. */
export function sessionOperations(own: LoginSettings): readonly AnyOperation[] {
  return [
    operation({
      operationId: 'continueSession',
      method: 'PATCH',
      path: PATH,
      tag: 'Sign-in',
      summary:
        'Continues the browser’s session with the application whose page asks, and gives it fresh tokens: in cookies where it sees them.',
      access: { kind: 'public' },
      // Limits by itself: whoever has a session is no stranger.
      unlimited: true,
      body: continuation.optional(),
      answers: {
        200: { description: 'The tokens, or nothing when they are in cookies.', schema: issuedTokensOrNone },
        403: { description: 'The page that asks is not one of a registered application.' },
        404: { description: 'This browser has no session, or none of this application.' },
        429: { description: 'There were too many requests. See `Retry-After`.' },
      },
      handle: (call) => continueSession(own, call),
    }),
    operation({
      operationId: 'endSession',
      method: 'DELETE',
      path: PATH,
      tag: 'Sign-in',
      summary: 'Ends the session of the access token, and those that the browser’s cookies name. Harmless when there is none.',
      access: { kind: 'public' },
      unlimited: true,
      answers: {
        200: { description: 'There is no session now.', schema: z.object({}) },
        403: { description: 'The page that asks is not one of a registered application.' },
        429: { description: 'There were too many requests. See `Retry-After`.' },
      },
      handle: (call) => endSession(own, call),
    }),
  ]
}

async function continueSession<Context>(
  own: LoginSettings,
  call: Call<Context, z.output<typeof continuation> | undefined>,
): Promise<Reply> {
  const { request, body } = call
  const { login } = own
  requireKnownOrigin(own, request)
  const origin = pageOrigin(request) ?? ''
  const found = await sessionOfPage(own, request)
  const application = found && login.applications.find(found.session.applicationId)
  const isItsPage = application && isPageOf(own, origin, application.applicationId)
  const held = isItsPage ? await login.sessions.resume(found.token) : undefined
  if (!application || !held) {
    await call.settings.rateLimits.stranger(call, `PATCH ${PATH}`)
    return noSession()
  }
  const reply = await freshTokens(own, application, held, origin, body?.responseLocation === 'body')
  return { ...reply, cookies: [...(reply.cookies ?? []), sessionCookie(own, held)] }
}

async function freshTokens(
  own: LoginSettings,
  application: Application,
  { session }: HeldSession,
  origin: string,
  inBody: boolean,
): Promise<Reply> {
  const { userId, applicationId, connectionId, sessionId } = session
  const tokens = await own.login.tokens.issue({ userId, applicationId, connectionId, sessionId })
  if (inBody || !cookiesReach(own, new URL(origin))) return tokensReply(own, application, tokens, origin)
  return { ...jsonReply(200, {}), cookies: tokenCookies(own, application, tokens) }
}

function noSession(): Reply {
  return jsonReply(404, { title: 'There is no session of this application in this browser. Sign in first.', errorCode: 'not_found' })
}

async function endSession<Context>(own: LoginSettings, call: Call<Context>): Promise<Reply> {
  const { settings, request } = call
  if (readSessionCookies(own, request).length > 0) requireKnownOrigin(own, request)
  const signedIn = await findSignedIn(own, request)
  // Of all applications: one that was left would sign the user in again at the next one, without a question.
  const ofBrowser = (await browserSessions(own, request)).map(({ session }) => session)
  const live = signedIn ? [signedIn, ...ofBrowser] : ofBrowser
  if (live.length === 0) await settings.rateLimits.stranger(call, `DELETE ${PATH}`)
  for (const { userId, sessionId } of live) await own.login.sessions.end(userId, sessionId)
  return { ...jsonReply(200, {}), cookies: [...clearSessionCookies(own, request), ...clearTokenCookies(own)] }
}
