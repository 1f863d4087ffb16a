import type { Session } from '@holdfast/vault-login'
import type { VaultRequest } from '../vault-request.js'
import type { LoginSettings } from './login-settings.js'
import { isPageOf, pageOrigin } from './page-origin.js'
import { readSessionCookies } from './session-cookie.js'

/** A live session of a browser, with the token that it showed. */
export interface BrowserSession {
  readonly token: string
  readonly session: Session
}

/** The live sessions of this browser, one for each application: the one that began last comes first. */
export async function browserSessions(settings: LoginSettings, request: VaultRequest): Promise<readonly BrowserSession[]> {
  const found = await Promise.all(
    readSessionCookies(settings, request).map(async (token) => ({ token, session: await settings.login.sessions.find(token) })),
  )
  const live = found.flatMap(({ token, session }) => (session ? [{ token, session }] : []))
  return live.toSorted((a, b) => b.session.createdAtMs - a.session.createdAtMs)
}

/** The one that the page that asks may use; or else, to be refused, the one that began last. */
export async function sessionOfPage(settings: LoginSettings, request: VaultRequest): Promise<BrowserSession | undefined> {
  const sessions = await browserSessions(settings, request)
  const origin = pageOrigin(request)
  return sessions.find(({ session }) => isPageOf(settings, origin, session.applicationId)) ?? sessions[0]
}
