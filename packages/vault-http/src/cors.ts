import { VaultError } from '@holdfast/vault-core'
import { emptyReply, type Reply, withHeaders } from './reply.js'
import type { VaultRequest } from './vault-request.js'

/** What scripts of other origins may send. */
const ALLOWED_HEADERS = 'content-type, authorization, x-powered-by, if-unmodified-since'
const EXPOSED_HEADERS = 'retry-after, www-authenticate'
const PREFLIGHT_MAX_AGE_S = 600
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** @throws {VaultError} `invalid_configuration` for what is no origin, or is one of http beyond loopback. */
export function parseAllowedOrigins(origins: readonly string[] = []): ReadonlySet<string> {
  if (Array.isArray(origins) && origins.every(isExactOrigin)) return new Set(origins)
  const problem = 'must be a list of exact origins, such as https://app.example.com (http on loopback only), and no wildcards'
  throw new VaultError('invalid_configuration', `\`allowedOrigins\` ${problem}.`, { fields: { allowedOrigins: problem } })
}

function isExactOrigin(origin: unknown): boolean {
  const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname))
  // A star may stand in the host of a URL; here it would match nobody, unlike what whoever wrote it thinks.
  return url?.origin === origin && isSecure && !url.host.includes('*')
}

/** The origins whose scripts may read an answer. */
export interface OriginList {
  has(origin: string): boolean
  /** Zero when nobody may. */
  readonly size: number
}

/** Whether a browser asks what a script of another origin may do. */
export function isPreflight({ method, headers }: VaultRequest): boolean {
  return method === 'OPTIONS' && headers.get('origin') !== null && headers.get('access-control-request-method') !== null
}

/** The answer to a browser that asks: with the path's methods for an origin that is allowed, and with nothing for any other. */
export function preflightReply(request: VaultRequest, methods: readonly string[], allowedOrigins: OriginList): Reply {
  const reply = emptyReply(204, { vary: 'Origin' })
  if (!isAllowed(request, allowedOrigins)) return reply
  return withHeaders(reply, {
    ...originHeaders(request),
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': String(PREFLIGHT_MAX_AGE_S),
  })
}

/** Lets a script of an allowed origin read the answer. Never `*`, never an origin that is not in the list. */
export function withCors(reply: Reply, request: VaultRequest, allowedOrigins: OriginList): Reply {
  if (allowedOrigins.size === 0) return reply
  const vary = { vary: 'Origin' }
  if (!isAllowed(request, allowedOrigins)) return withHeaders(reply, vary)
  return withHeaders(reply, { ...vary, ...originHeaders(request), 'access-control-expose-headers': EXPOSED_HEADERS })
}

function isAllowed({ headers }: VaultRequest, allowedOrigins: OriginList): boolean {
  return allowedOrigins.has(headers.get('origin') ?? '')
}

function originHeaders({ headers }: VaultRequest): Readonly<Record<string, string>> {
  return { 'access-control-allow-origin': headers.get('origin') ?? '', 'access-control-allow-credentials': 'true' }
}
