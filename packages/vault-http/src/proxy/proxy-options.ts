import { VaultError } from '@holdfast/vault-core'
import { isNeverAnswered, isNeverSent } from './proxy-headers.js'

/** Which providers' APIs are called through the vault, and how. */
export interface ProxyOptions {
  /** By connection id. No other connection is proxied. */
  readonly connections: Readonly<Record<string, ProxiedConnection>>
}

export interface ProxiedConnection {
  /** The methods that callers may use; `GET` stands for `HEAD`, too. */
  readonly methods: readonly ProxiedMethod[]
  /** One of the connection's `apiOrigins`: all requests go there. Default: the first of them. */
  readonly origin?: string
  /** Headers of the caller that are passed on besides those that every API knows: `['x-github-api-version']`. */
  readonly headers?: readonly string[]
  /** Headers of the API that are passed on besides those that every client knows: `['x-oauth-scopes']`. */
  readonly answerHeaders?: readonly string[]
}

export type ProxiedMethod = (typeof METHODS)[number]

/** The options as the route uses them: checked, names in lower case. */
export interface ProxySettings {
  readonly connections: ReadonlyMap<string, ProxyTarget>
  /** Those that any connection allows. */
  readonly methods: readonly ProxiedMethod[]
}

export interface ProxyTarget {
  readonly methods: readonly ProxiedMethod[]
  /** Undefined for the connection's first. */
  readonly origin: string | undefined
  readonly headers: readonly string[]
  readonly answerHeaders: readonly string[]
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const FIELDS = ['methods', 'origin', 'headers', 'answerHeaders']
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/

/** @throws {VaultError} `invalid_configuration`, naming each bad option. */
export function parseProxyOptions({ connections }: ProxyOptions): ProxySettings {
  if (typeof connections !== 'object' || connections === null)
    throw invalid(new Map([['proxy.connections', 'must be an object by connection id']]))
  const problems = new Map<string, string>()
  const targets = new Map<string, ProxyTarget>()
  for (const [connectionId, given] of Object.entries(connections)) {
    const at = `proxy.connections.${connectionId}`
    for (const [field, problem] of problemsOf(given)) problems.set(field === '' ? at : `${at}.${field}`, problem)
    if (problems.size > 0) continue
    const { methods, origin, headers = [], answerHeaders = [] } = given
    targets.set(connectionId, { methods, origin, headers: headers.map(lowerCase), answerHeaders: answerHeaders.map(lowerCase) })
  }
  if (problems.size > 0) throw invalid(problems)
  const allowed = [...targets.values()].flatMap(({ methods }) => methods)
  return { connections: targets, methods: METHODS.filter((method) => allowed.includes(method)) }
}

function problemsOf(given: unknown): readonly (readonly [string, string])[] {
  if (typeof given !== 'object' || given === null) return [['', 'must be an object with `methods`']]
  const { methods, origin, headers, answerHeaders }: { readonly [Field in keyof ProxiedConnection]?: unknown } = given
  const problems: (readonly [string, string])[] = Object.keys(given)
    .filter((field) => !FIELDS.includes(field))
    .map((field) => [/^\w{1,40}$/.test(field) ? field : '(unknown)', 'is unknown'])
  const isMethod = (method: unknown): boolean => METHODS.some((known) => known === method)
  if (!Array.isArray(methods) || methods.length === 0 || !methods.every(isMethod))
    problems.push(['methods', `must be a list of methods out of ${METHODS.join(', ')}`])
  if (origin !== undefined && !(typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin))
    problems.push(['origin', 'must be an origin, such as `https://api.example.com`'])
  if (!isHeaderList(headers, isNeverSent)) problems.push(['headers', 'must be a list of headers, and none of those that callers never set'])
  if (!isHeaderList(answerHeaders, isNeverAnswered))
    problems.push(['answerHeaders', 'must be a list of headers, and none of those that speak for the vault’s own origin'])
  return problems
}

function isHeaderList(headers: unknown, isNever: (name: string) => boolean): boolean {
  if (headers === undefined) return true
  if (!Array.isArray(headers)) return false
  return headers.every((name) => typeof name === 'string' && HEADER_NAME.test(lowerCase(name)) && !isNever(lowerCase(name)))
}

function lowerCase(text: string): string {
  return text.toLowerCase()
}

function invalid(problems: ReadonlyMap<string, string>): VaultError {
  const list = [...problems].map(([field, problem]) => `\`${field}\` ${problem}`).join('; ')
  return new VaultError('invalid_configuration', `${list}.`, { fields: Object.fromEntries(problems) })
}
