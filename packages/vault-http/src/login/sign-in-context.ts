import type { AuthenticationRequest } from '@holdfast/vault-login'

/** What a flow that a sign-in began carries to its callback, sealed with the flow. */
export interface SignInContext
  extends Pick<
    AuthenticationRequest,
    'requestId' | 'applicationId' | 'redirectUrl' | 'codeChallenge' | 'responseLocation' | 'flowType' | 'linkTo'
  > {
  /** Of the user to whom an identity is linked, when his browser showed it. */
  readonly sessionId: string | undefined
}

export function writeSignInContext(context: SignInContext): string {
  const { requestId, applicationId, redirectUrl, codeChallenge, responseLocation, flowType, linkTo, sessionId } = context
  return JSON.stringify({ v: 1, requestId, applicationId, redirectUrl, codeChallenge, responseLocation, flowType, linkTo, sessionId })
}

/** Undefined for what {@link writeSignInContext} of this version did not write: the host may begin flows of its own. */
export function readSignInContext(text: string): SignInContext | undefined {
  try {
    const context = JSON.parse(text) as SignInContext & { readonly v?: unknown }
    if (context?.v !== 1 || typeof context.requestId !== 'string' || typeof context.redirectUrl !== 'string') return undefined
    const { requestId, applicationId, redirectUrl, codeChallenge, responseLocation, flowType, linkTo, sessionId } = context
    return { requestId, applicationId, redirectUrl, codeChallenge, responseLocation, flowType, linkTo, sessionId }
  } catch {
    return undefined
  }
}
