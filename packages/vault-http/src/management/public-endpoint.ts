import { VaultError } from '@holdfast/vault-core'
import { CONNECTION_NAMES } from './wire-connection.js'

/** The endpoints that a connection names. */
type Endpoints = Readonly<Partial<Record<(typeof ENDPOINTS)[number], string | undefined>>>
const ENDPOINTS = ['issuer', 'authorizationEndpoint', 'tokenEndpoint', 'userinfoEndpoint'] as const

/**
 * Refuses endpoints on this machine or in a private network: whoever may write connections must not have the vault send requests where only the
 * vault can reach. A name that resolves to such an address is not seen here; keep the vault's way out of the house narrow as well. A vault whose own
 * public URL is on this machine, a developer's, may use providers on it.
 *
 * @param origin - That of the vault's public URL.
 * @throws {VaultError} `invalid_request`, naming each bad field as the wire has it.
 */
export function assertPublicEndpoints(endpoints: Endpoints, origin: string): void {
  const isAtHome = isLoopback(new URL(origin).hostname)
  const bad = ENDPOINTS.filter((name) => isPrivateUrl(endpoints[name], isAtHome)).map((name) => CONNECTION_NAMES[name] ?? name)
  if (bad.length === 0) return
  const problem = 'must not be on this machine or in a private network'
  const list = bad.map((field) => `\`${field}\` ${problem}`).join('; ')
  throw new VaultError('invalid_request', `The request is wrong: ${list}. Put such a connection into the application’s code.`, {
    fields: Object.fromEntries(bad.map((field) => [field, problem])),
  })
}

/** What is no URL at all is told by the core. */
function isPrivateUrl(text: string | undefined, loopbackAllowed: boolean): boolean {
  if (text === undefined || !URL.canParse(text)) return false
  const { hostname } = new URL(text)
  return isPrivateHost(hostname) && !(loopbackAllowed && isLoopback(hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || ipv4Of(hostname)?.[0] === 127
}

/** Names that no public host has (RFC 6761, RFC 6762, RFC 8375), besides one without any dot. */
const PRIVATE_NAMES = ['localhost', 'local', 'internal', 'home.arpa', 'intranet', 'lan']

/** Whether this host name of a parsed URL, where every spelling of an address is the normal one, is private. */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPrivateIpv6(hostname.slice(1, -1))
  const name = hostname.replace(/\.$/, '')
  const bytes = ipv4Of(name)
  if (bytes) return isPrivateIpv4(bytes)
  return !name.includes('.') || PRIVATE_NAMES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))
}

function ipv4Of(text: string): readonly number[] | undefined {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : undefined
}

/** The special-purpose addresses of RFC 6890: of this host, private, shared, link-local (metadata services), benchmarking, multicast, reserved. */
function isPrivateIpv4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true
  if (a === 100) return b >= 64 && b <= 127
  if (a === 172) return b >= 16 && b <= 31
  if (a === 192) return b === 168 || (b === 0 && (c === 0 || c === 2))
  if (a === 198) return b === 18 || b === 19 || (b === 51 && c === 100)
  return (a === 169 && b === 254) || (a === 203 && b === 0 && c === 113)
}

/** Only global unicast addresses (2000::/3) are public, and of them not those that wrap another address or are for documents. */
function isPrivateIpv6(text: string): boolean {
  const first = Number.parseInt(text.split(':')[0] || '0', 16)
  if (first < 0x2000 || first > 0x3fff) return true
  // 6to4 (2002::/16) and Teredo (2001::/32) lead to IPv4 addresses; 2001:db8::/32 is for documents.
  return first === 0x2002 || /^2001:(?:0|db8)?:/.test(text)
}
