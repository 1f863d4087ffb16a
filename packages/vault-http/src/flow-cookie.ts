import type { VaultRequest } from './vault-request.js'

/** Cookies of the flows that a browser has under way: one for each, so that several tabs do not disturb each other. */
const PREFIX = 'hf_tx_'
const MAX_AGE_S = 600
/** More flows than anybody has open at once; the cookies must not grow without bound. */
const MAX_PENDING = 5

interface FlowCookieOptions {
  readonly state: string
  readonly secure: boolean
}

/** Sets the flow's cookie, and drops those above the bound. */
export function setFlowCookies(request: VaultRequest, flowBinding: string, { state, secure }: FlowCookieOptions): readonly string[] {
  const pending = [...readCookies(request).keys()].filter((name) => name.startsWith(prefixOf(secure)))
  const dropped = pending.slice(0, Math.max(0, pending.length - (MAX_PENDING - 1)))
  return [...dropped.map((name) => serialize(name, '', 0, secure)), serialize(nameOf(state, secure), flowBinding, MAX_AGE_S, secure)]
}

export function readFlowCookie(request: VaultRequest, { state, secure }: FlowCookieOptions): string | undefined {
  return readCookies(request).get(nameOf(state, secure))
}

export function clearFlowCookie({ state, secure }: FlowCookieOptions): string {
  return serialize(nameOf(state, secure), '', 0, secure)
}

function prefixOf(secure: boolean): string {
  return secure ? `__Host-${PREFIX}` : PREFIX
}

function nameOf(state: string, secure: boolean): string {
  return prefixOf(secure) + state.slice(0, 12).replace(/[^A-Za-z0-9_-]/g, '')
}

/** Lax: the provider's redirect is a cross-site navigation, with which Strict cookies do not come along. */
function serialize(name: string, value: string, maxAgeS: number, secure: boolean): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

function readCookies(request: VaultRequest): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim())
  }
  return cookies
}
