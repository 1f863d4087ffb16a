import { isPublicAddress, VaultError } from '@holdfast/vault-core'
import { CONNECTION_NAMES } from './wire-connection.js'

/** The endpoints that a connection names. */
type Endpoints = Readonly<Partial<Record<(typeof ENDPOINTS)[number], string | undefined>>> & {
  readonly revocation?: { readonly url: string } | undefined
  readonly apiOrigins?: readonly string[] | undefined
}
const ENDPOINTS = ['issuer', 'authorizationEndpoint', 'tokenEndpoint', 'userinfoEndpoint'] as const

/**
 * Refuses endpoints on this machine or in a private network: whoever may write connections must not have the vault send requests where only the
 * vault can reach. A name that resolves to such an address is not seen here, but where the request is sent: see `publicFetch` of
 * `@holdfast/vault-node`. A vault whose own public URL is on this machine, a developer's, may use providers on it.
 *
 * @param origin - That of the vault's public URL.
 * @throws {VaultError} `invalid_request`, naming each bad field as the wire has it.
 */
export function assertPublicEndpoints(endpoints: Endpoints, origin: string): void {
  const isAtHome = isLoopback(new URL(origin).hostname)
  const bad = ENDPOINTS.filter((name) => isPrivateUrl(endpoints[name], isAtHome)).map((name) => CONNECTION_NAMES[name] ?? name)
  if (isPrivateUrl(endpoints.revocation?.url, isAtHome)) bad.push('revocation.url')
  if (endpoints.apiOrigins?.some((origin) => isPrivateUrl(origin, isAtHome))) bad.push('data.apiOrigins')
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
  return hostname === 'localhost' || hostname === '[::1]' || (isIpv4(hostname) && hostname.startsWith('127.'))
}

/** Names that no public host has (RFC 6761, RFC 6762, RFC 8375), besides one without any dot. */
const PRIVATE_NAMES = ['localhost', 'local', 'internal', 'home.arpa', 'intranet', 'lan']

/** Whether this host name of a parsed URL, where every spelling of an address is the normal one, is private. */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  if (name.startsWith('[')) return !isPublicAddress(name.slice(1, -1))
  if (isIpv4(name)) return !isPublicAddress(name)
  return !name.includes('.') || PRIVATE_NAMES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))
}

function isIpv4(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)
}
