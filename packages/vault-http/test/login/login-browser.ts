import type { VaultHandler } from '../../src/index.js'

/** A cookie as a browser keeps it. */
export interface KeptCookie {
  readonly value: string
  readonly sameSite: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly domain: string | undefined
  /** The line that set it. */
  readonly line: string
}

/**
 * What a browser does with the vault's host: it keeps cookies, and sends those of SameSite=Strict only where it may. It says where a request comes
 * from, as browsers do. It follows nothing.
 */
export interface LoginBrowser {
  readonly cookies: Map<string, KeptCookie>
  /** Goes to an address. @param site - Where the link stood. Default: another site. */
  navigate(url: string, site?: Site): Promise<Response>
  /** Sends a form of a page. @param from - Default: one of the vault's own. */
  submit(path: string, form: Readonly<Record<string, string>>, from?: { readonly site?: Site; readonly origin?: string }): Promise<Response>
  /** What a script of a page asks. */
  script(origin: string, method: string, path: string, init?: ScriptInit): Promise<Response>
}

export interface ScriptInit {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Default true: the SDK asks so where it thinks that cookies reach it. */
  readonly credentials?: boolean
}

type Site = 'cross-site' | 'same-site' | 'same-origin' | 'none'

export function loginBrowser(handler: VaultHandler, vaultOrigin: string): LoginBrowser {
  const cookies = new Map<string, KeptCookie>()
  const vault = new URL(vaultOrigin)

  async function send(url: string, init: RequestInit, site: Site, withCookies: boolean): Promise<Response> {
    const target = new URL(url, vaultOrigin)
    if (target.origin !== vault.origin) throw new Error(`${target.origin} is not the vault.`)
    const headers = new Headers(init.headers)
    headers.set('sec-fetch-site', site)
    const isSafe = (init.method ?? 'GET') === 'GET'
    const sent = [...cookies].filter(
      ([, { sameSite }]) => site !== 'cross-site' || (sameSite === 'Lax' && isSafe && headers.get('sec-fetch-mode') === 'navigate'),
    )
    if (withCookies && sent.length > 0) headers.set('cookie', sent.map(([name, { value }]) => `${name}=${value}`).join('; '))
    const response = await handler(new Request(target, { ...init, headers }), undefined)
    if (withCookies) for (const line of response.headers.getSetCookie()) keep(cookies, line)
    return response
  }

  const navigation = { 'sec-fetch-mode': 'navigate', accept: 'text/html' }
  return {
    cookies,
    navigate: (url, site = 'cross-site') => send(url, { headers: navigation }, site, true),
    submit: (path, form, { site = 'same-origin', origin = vaultOrigin } = {}) =>
      send(path, { method: 'POST', headers: { ...navigation, origin }, body: new URLSearchParams(form) }, site, true),
    script(origin, method, path, { body, headers = {}, credentials = true } = {}) {
      const isSame = origin === vaultOrigin
      const site = isSame ? 'same-origin' : siteOf(new URL(origin)) === siteOf(vault) ? 'same-site' : 'cross-site'
      const json = body === undefined ? {} : { body: JSON.stringify(body) }
      const own = isSame && method === 'GET' ? {} : { origin }
      const all = { 'sec-fetch-mode': 'cors', 'content-type': 'application/json', ...own, ...headers }
      return send(path, { method, headers: all, ...json }, site, credentials || isSame)
    },
  }
}

function keep(cookies: Map<string, KeptCookie>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const name = pair.slice(0, pair.indexOf('='))
  const value = pair.slice(name.length + 1)
  const of = (attribute: string): string | undefined =>
    attributes.find((each) => each.toLowerCase().startsWith(`${attribute}=`))?.slice(attribute.length + 1)
  if (of('max-age') === '0') cookies.delete(name)
  else
    cookies.set(name, {
      value,
      sameSite: of('samesite') ?? '',
      httpOnly: attributes.includes('HttpOnly'),
      secure: attributes.includes('Secure'),
      domain: of('domain'),
      line,
    })
}

/** Scheme and the last two labels, which is right for the hosts of these tests. */
function siteOf({ protocol, hostname }: URL): string {
  return `${protocol}//${hostname.split('.').slice(-2).join('.')}`
}
