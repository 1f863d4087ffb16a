import type { HeldSession } from '@holdfast/vault-login'
import { hostCookieName, readCookies, serializeCookie } from '../cookies.js'
import type { VaultRequest } from '../vault-request.js'
import type { LoginSettings } from './login-settings.js'

const NAME = 'holdfast-session'

/** The session of this browser: for the vault alone, and never along with a request that another site caused. */
export function sessionCookie({ secure, runtime }: LoginSettings, { token, session }: HeldSession): string {
  const maxAgeS = Math.max(0, Math.floor((Math.min(session.idleEndMs, session.endMs) - runtime.clock.now()) / 1000))
  return serializeCookie({ name: hostCookieName(NAME, secure), value: token.reveal(), maxAgeS, secure, sameSite: 'Strict' })
}

/** The token of the browser's session, unchecked. */
export function readSessionCookie({ secure }: LoginSettings, request: VaultRequest): string | undefined {
  return readCookies(request).get(hostCookieName(NAME, secure))
}

export function clearSessionCookie({ secure }: LoginSettings): string {
  return serializeCookie({ name: hostCookieName(NAME, secure), value: '', maxAgeS: 0, secure, sameSite: 'Strict' })
}
