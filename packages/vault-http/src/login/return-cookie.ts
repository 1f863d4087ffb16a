import { createStateCookies, type FlowOfCookie, type StateCookies } from '../state-cookies.js'
import type { VaultRequest } from '../vault-request.js'
import type { SignInContext } from './sign-in-context.js'

/** Longer than any flow is good: whoever comes back too late, or once more, is told the way back. */
const LIFETIME_S = 3_600
const MAX_URL_LENGTH = 500

const returnCookies: StateCookies = createStateCookies('hf_back_', LIFETIME_S)

/** Where a sign-in was begun. It is no secret and not sealed: whoever reads it checks it against what the application registered. */
export type ReturnAddress = Pick<SignInContext, 'requestId' | 'applicationId' | 'redirectUrl'>

/** Notes in the browser where its sign-in was begun, for when the flow itself is gone. */
export function returnCookie(
  request: VaultRequest,
  { requestId, applicationId, redirectUrl }: ReturnAddress,
  flow: FlowOfCookie,
): readonly string[] {
  const address: ReturnAddress = { requestId, applicationId, redirectUrl: shortened(redirectUrl) }
  return returnCookies.set(request, encodeURIComponent(JSON.stringify(address)), flow)
}

export function readReturnCookie(request: VaultRequest, flow: FlowOfCookie): ReturnAddress | undefined {
  try {
    const address = JSON.parse(decodeURIComponent(returnCookies.read(request, flow) ?? '')) as Partial<ReturnAddress> | null
    const { requestId, applicationId, redirectUrl } = address ?? {}
    return typeof requestId === 'string' && typeof applicationId === 'string' && typeof redirectUrl === 'string'
      ? { requestId, applicationId, redirectUrl }
      : undefined
  } catch {
    return undefined
  }
}

/** Cookies must be small. */
function shortened(url: string): string {
  return url.length <= MAX_URL_LENGTH ? url : (url.split(/[?#]/)[0] ?? url)
}
