import type { Application, IssuedTokens } from '@holdfast/vault-login'
import { serializeCookie } from '../cookies.js'
import type { LoginSettings } from './login-settings.js'

/** As long as the code is good. */
const CODE_LIFETIME_S = 300

type Scope = Pick<LoginSettings, 'vaultUrl' | 'cookieDomain'>

/** Whether a page sees the cookies that the vault sets: they go to its own host, or to all of one domain. */
export function cookiesReach({ vaultUrl, cookieDomain }: Scope, page: URL): boolean {
  if (page.protocol !== vaultUrl.protocol) return false
  if (cookieDomain === undefined) return page.hostname === vaultUrl.hostname
  return page.hostname === cookieDomain || page.hostname.endsWith(`.${cookieDomain}`)
}

/** The tokens for a page that reads them from its cookies, as the published SDK does. */
export function tokenCookies(
  settings: LoginSettings,
  { tokenVisibleToScripts }: Application,
  { accessToken, idToken, expiresInS }: IssuedTokens,
): readonly string[] {
  return [
    line(settings, 'user', idToken, expiresInS, false),
    line(settings, 'authorization', accessToken, expiresInS, !tokenVisibleToScripts),
  ]
}

/** The access token alone, for no script to see. */
export function hiddenTokenCookie(settings: LoginSettings, { accessToken, expiresInS }: IssuedTokens): string {
  return line(settings, 'authorization', accessToken, expiresInS, true)
}

/** The code for a page that reads it from its cookies. */
export function codeCookie(settings: LoginSettings, code: string): string {
  return line(settings, 'auth-code', code, CODE_LIFETIME_S, false)
}

/** Removes them all, also those that were set before the configuration named a domain. */
export function clearTokenCookies(settings: LoginSettings): readonly string[] {
  const scopes = settings.cookieDomain === undefined ? [settings] : [settings, { ...settings, cookieDomain: undefined }]
  return scopes.flatMap((scope) => ['user', 'authorization', 'auth-code'].map((name) => line(scope, name, '', 0, false)))
}

function line({ secure, cookieDomain }: LoginSettings, name: string, value: string, maxAgeS: number, httpOnly: boolean): string {
  return serializeCookie({ name, value, maxAgeS, secure, sameSite: 'Strict', httpOnly, domain: cookieDomain })
}
