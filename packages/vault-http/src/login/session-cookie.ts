import type { HeldSession } from '@holdfast/vault-login'
import { hostCookieName, readCookies, serializeCookie } from '../cookies.js'
import type { VaultRequest } from '../vault-request.js'
import type { LoginSettings } from './login-settings.js'

const NAME = 'holdfast-session_'

/** The session of this browser with one application: for the vault alone, and never along with a request that another site caused. */
export function sessionCookie({ secure, runtime }: LoginSettings, { token, session }: HeldSession): string {
  const maxAgeS = Math.max(0, Math.floor((Math.min(session.idleEndMs, session.endMs) - runtime.clock.now()) / 1000))
  return line(nameOf(session.applicationId, secure), token.reveal(), maxAgeS, secure)
}

/** The tokens of the browser's sessions, unchecked. */
export function readSessionCookies(settings: LoginSettings, request: VaultRequest): readonly string[] {
  const cookies = readCookies(request)
  return namesIn(cookies, settings).flatMap((name) => cookies.get(name) ?? [])
}

/** Removes those that the browser showed. @param applicationId - And the one of this application, in case it was not shown. */
export function clearSessionCookies(settings: LoginSettings, request: VaultRequest, applicationId?: string): readonly string[] {
  const { secure } = settings
  const shown = namesIn(readCookies(request), settings)
  const names = new Set(applicationId === undefined ? shown : [...shown, nameOf(applicationId, secure)])
  return [...names].map((name) => line(name, '', 0, secure))
}

/** One for each application, so that none takes the place of another's. Its id has no `~`, and a cookie's name no colon. */
function nameOf(applicationId: string, secure: boolean): string {
  return hostCookieName(NAME, secure) + applicationId.replaceAll(':', '~')
}

/** Of applications that are registered: each costs a look into the store, whoever made it up. */
function namesIn(cookies: ReadonlyMap<string, string>, { secure, login: { applications } }: LoginSettings): readonly string[] {
  const prefix = hostCookieName(NAME, secure)
  const idIn = (name: string): string => name.slice(prefix.length).replaceAll('~', ':')
  return [...cookies.keys()].filter((name) => name.startsWith(prefix) && applications.find(idIn(name)) !== undefined)
}

function line(name: string, value: string, maxAgeS: number, secure: boolean): string {
  return serializeCookie({ name, value, maxAgeS, secure, sameSite: 'Strict' })
}
