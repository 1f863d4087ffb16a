import { type CompleteAuthorization, type CompletedAuthorization, isVaultError, VaultError } from '@holdfast/vault-core'
import type { HandlerSettings } from '../options.js'
import type { Reply } from '../reply.js'
import type { VaultRequest } from '../vault-request.js'
import { errorWord, failurePage, PageFailure } from './failure-page.js'
import { logFailure } from './log-failure.js'
import type { LoginSettings } from './login-settings.js'
import { addressOf, findTarget, redirectBack } from './redirect-back.js'
import { type ReturnAddress, readReturnCookie } from './return-cookie.js'
import { sessionCookie } from './session-cookie.js'
import { readSignInContext, type SignInContext } from './sign-in-context.js'

/** The sign-in's part of a callback, which one provider's answer has in common with those of the host's own connect flows. */
export interface SignInCallback {
  /** Whose the credential is, told before it is stored. */
  readonly resolveUser: NonNullable<CompleteAuthorization['resolveUser']>
  /** The answer to a browser whose sign-in is through. Undefined for a flow that no sign-in began. */
  finish(done: CompletedAuthorization, cookies: readonly string[]): Promise<Reply> | undefined
  /** The answer to a browser whose sign-in failed. Undefined when no sign-in of this browser is known. */
  fail(error: unknown, cookies: readonly string[]): Reply | undefined
}

/** @param state - Of the callback: it names this browser's cookies of the flow. */
export function signInCallback<Context>(
  settings: HandlerSettings<Context>,
  own: LoginSettings,
  request: VaultRequest,
  state: string,
): SignInCallback {
  const failed = (error: unknown, address: ReturnAddress & Partial<SignInContext>, cookies: readonly string[]): Reply => {
    logFailure(settings, error)
    const target = findTarget(own, address)
    return failurePage(error, {
      title: address.linkTo === undefined ? 'Not signed in' : 'Not connected',
      back: target && {
        text: `Back to ${target.application.name}`,
        href: addressOf(own, target.page, address, { error: errorWord(error) }),
      },
      cookies,
    })
  }

  return {
    resolveUser(identity, { context }) {
      const signIn = readSignInContext(context)
      if (signIn) return own.login.identities.resolve(identity, signIn.linkTo)
      throw new VaultError(
        'invalid_request',
        'A flow came back with a `context` that no sign-in wrote. Complete flows that you began with one yourself, with `resolveUser`.',
      )
    },
    finish(done, cookies) {
      const context = readSignInContext(done.context ?? '')
      if (!context) return undefined
      return signedIn(own, context, done, cookies).catch((error) => failed(error, context, cookies))
    },
    fail(error, cookies) {
      const context = isVaultError(error) ? error.facts.context : undefined
      // What is known of a flow that is gone stands in the browser's own cookie.
      const address = context === undefined ? readReturnCookie(request, { state, secure: own.secure }) : readSignInContext(context)
      return address && failed(error, address, cookies)
    },
  }
}

/** Every sign-in begins a session of its own, with a secret that nobody knew before. One more identity changes no session. */
async function signedIn(
  own: LoginSettings,
  context: SignInContext,
  { userId, connectionId }: CompletedAuthorization,
  cookies: readonly string[],
): Promise<Reply> {
  const { sessions } = own.login
  const target = findTarget(own, context)
  if (!target) throw new PageFailure('application_unknown')
  if (context.linkTo !== undefined) {
    const session = context.sessionId === undefined ? undefined : await sessions.get(userId, context.sessionId)
    return redirectBack(own, context, target, session, cookies)
  }
  const held = await sessions.start({ userId, applicationId: target.application.applicationId, connectionId })
  return redirectBack(own, context, target, held.session, [...cookies, sessionCookie(own, held)])
}
