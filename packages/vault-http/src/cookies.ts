import type { VaultRequest } from './vault-request.js'

export interface Cookie {
  readonly name: string
  /** Of characters that a cookie can hold. */
  readonly value: string
  /** Zero removes it. */
  readonly maxAgeS: number
  readonly secure: boolean
  readonly sameSite: 'Lax' | 'Strict'
  /** Default true: scripts do not see it. */
  readonly httpOnly?: boolean
  /** Undefined: this host alone. */
  readonly domain?: string | undefined
}

/** A line of `Set-Cookie`. */
export function serializeCookie({ name, value, maxAgeS, secure, sameSite, httpOnly = true, domain }: Cookie): string {
  const flags = `${httpOnly ? '; HttpOnly' : ''}; SameSite=${sameSite}${secure ? '; Secure' : ''}`
  return `${name}=${value}; Path=/${domain === undefined ? '' : `; Domain=${domain}`}; Max-Age=${maxAgeS}${flags}`
}

/** The first of each name. */
export function readCookies(request: VaultRequest): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim())
  }
  return cookies
}

/** The name of a cookie that no other host, and no page over http, can set: a browser takes the prefix from this host over https alone. */
export function hostCookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name
}
