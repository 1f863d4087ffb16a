import type { ConnectionApi, ConnectionInput } from './connection.js'
import { isLoopbackHost } from './endpoint-url.js'
import { isPublicAddress } from './public-address.js'

const MAX_ORIGINS = 20

/** RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/
/** What the HTTP client writes itself, or what means something else than who asks. */
const NO_TOKEN_HEADER = /^(?:host|cookie2?|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|proxy-.*|sec-.*)$/i

/** What is wrong with the fields of a connection that `vault.fetch` goes by. @param source - Where the connection stands. */
export function connectionApiProblems(
  fields: ReadonlyMap<string, unknown>,
  source: 'code' | 'store',
): readonly (readonly [string, string | undefined])[] {
  const mayBePrivate = fields.get('apiAllowPrivateAddresses')
  return [
    ['apiOrigins', originsProblem(fields, source)],
    ['apiTokenHeader', tokenHeaderProblem(fields.get('apiTokenHeader'))],
    ['apiAllowPrivateAddresses', booleanProblem(mayBePrivate)],
    ['apiAllowPrivateAddresses', mayBePrivate === true && source === 'store' ? 'is for connections in code alone' : undefined],
  ]
}

/** The same fields, which have no problems, as `vault.fetch` uses them. */
export function connectionApi({ apiOrigins = [], apiTokenHeader, apiAllowPrivateAddresses = false }: ConnectionInput): ConnectionApi {
  return Object.freeze({
    origins: Object.freeze([...new Set(apiOrigins.map((origin) => new URL(origin).origin))]),
    tokenHeader: apiTokenHeader && Object.freeze({ ...apiTokenHeader }),
    allowPrivateAddresses: apiAllowPrivateAddresses,
  })
}

/** Whether this host of a parsed URL is this machine, or an address that is not public. What a name resolves to is not seen here. */
export function isPrivateApiHost(hostname: string): boolean {
  if (isLoopbackHost(hostname) || /(?:^|\.)localhost\.?$/.test(hostname)) return true
  if (hostname.startsWith('[')) return !isPublicAddress(hostname.slice(1, -1))
  return /^[\d.]+$/.test(hostname) && !isPublicAddress(hostname)
}

function originsProblem(fields: ReadonlyMap<string, unknown>, source: 'code' | 'store'): string | undefined {
  const origins = fields.get('apiOrigins')
  if (origins === undefined) return undefined
  if (!Array.isArray(origins) || origins.length > MAX_ORIGINS) return `must be an array of at most ${MAX_ORIGINS} origins`
  const allowsHttp = fields.get('allowInsecureRequests') === true
  // Whose connection stands in the store is told where the request is sent: its operator may have allowed some private addresses.
  const allowsPrivate = source === 'store' || fields.get('apiAllowPrivateAddresses') === true
  for (const [index, origin] of origins.entries()) {
    const problem = originProblem(origin, allowsHttp, allowsPrivate)
    if (problem !== undefined) return `has at [${index}] what ${problem}`
  }
  return undefined
}

function originProblem(value: unknown, allowsHttp: boolean, allowsPrivate: boolean): string | undefined {
  const url = typeof value === 'string' && value.length <= 255 && !/[\s\\]/.test(value) && URL.canParse(value) ? new URL(value) : undefined
  const isOrigin = url !== undefined && url.href === `${url.origin}/` && !/[*%]/.test(url.host) && !/[?#]/.test(String(value))
  if (!isOrigin) return 'is no origin such as `https://api.example.com`: no path, no query, no wildcard'
  const isLoopback = isLoopbackHost(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (isLoopback || allowsHttp)))
    return 'must use https; http is for loopback hosts only (`allowInsecureRequests` lifts this for tests)'
  if (!allowsPrivate && !isLoopback && isPrivateApiHost(url.hostname)) return 'is a private address: `apiAllowPrivateAddresses` allows it'
  return undefined
}

function tokenHeaderProblem(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null) return 'must be `{ name, prefix? }`'
  const { name, prefix, ...unknown }: { name?: unknown; prefix?: unknown } = value
  if (Object.keys(unknown).length > 0) return 'has a field other than `name` and `prefix`'
  if (typeof name !== 'string' || !HEADER_NAME.test(name)) return 'has a `name` that is no name of a header'
  if (NO_TOKEN_HEADER.test(name)) return 'has a `name` of a header that carries no token'
  const isPrefix = prefix === undefined || (typeof prefix === 'string' && /^[\x21-\x7e]{1,32}$/.test(prefix))
  return isPrefix ? undefined : 'has a `prefix` that is no word of 1 to 32 visible ASCII characters'
}

function booleanProblem(value: unknown): string | undefined {
  return value === undefined || typeof value === 'boolean' ? undefined : 'must be true or false'
}
