import { SAFE_HEADERS } from '../reply.js'
import type { VaultRequest } from '../vault-request.js'

/** On each answer that is the API's: so nobody takes a refusal of the API for one of the vault. */
export const ANSWERED_BY = 'holdfast-answered-by'

/** Which of a user's accounts is meant, URL-encoded. */
export const ACCOUNT = 'holdfast-account-id'

/** What is passed on to every API. */
const SENT: readonly string[] = [
  'accept',
  'accept-language',
  'content-type',
  'content-encoding',
  'content-language',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'prefer',
  'range',
  'user-agent',
]

/** What is passed back of every API. The body was decoded on the way, and its length is told only if it was not. */
const ANSWERED: ReadonlySet<string> = new Set([
  'accept-patch',
  'accept-ranges',
  'allow',
  'content-disposition',
  'content-language',
  'content-range',
  'content-type',
  'deprecation',
  'etag',
  'last-modified',
  'link',
  'preference-applied',
  'retry-after',
  'sunset',
  'www-authenticate',
  'x-request-id',
])
const RATE_LIMIT = /^(?:x-)?rate-?limit(?:-|$)/

const OF_THE_HOP =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|expect|host|http2-settings|alt-svc|via|forwarded|x-forwarded-.*|x-real-ip)$/
/** Who asks, how, and from where is the vault's to say. */
const NEVER_SENT = /^(?:authorization|cookie2?|origin|referer|sec-.*|x-http-method(?:-override)?|x-method-override|holdfast-.*)$/
/** What a browser, or a server in front of the vault, would take for a word of the vault's own origin. */
const NEVER_ANSWERED =
  /^(?:set-cookie2?|content-encoding|access-control-.*|clear-site-data|content-security-policy.*|cross-origin-.*|location|nel|permissions-policy|public-key-pins.*|refresh|report-to|reporting-endpoints|service-worker.*|strict-transport-security|x-accel-.*|x-sendfile|x-frame-options|x-lighttpd-send-file|x-litespeed-location|x-reproxy-url|holdfast-.*)$/

/** @param name - In lower case. */
export function isNeverSent(name: string): boolean {
  return OF_THE_HOP.test(name) || NEVER_SENT.test(name)
}

/** @param name - In lower case. */
export function isNeverAnswered(name: string): boolean {
  return OF_THE_HOP.test(name) || NEVER_ANSWERED.test(name) || Object.hasOwn(SAFE_HEADERS, name)
}

/** The headers of the caller that the API gets. @param more - Those that this API is sent besides. */
export function sentHeaders({ headers }: VaultRequest, more: readonly string[]): Headers {
  const sent = new Headers()
  for (const name of [...SENT, ...more]) {
    const value = headers.get(name)
    if (value !== null) sent.set(name, value)
  }
  return sent
}

/** The headers of the API that the caller gets. @param more - Those that this API is known to answer besides. */
export function answeredHeaders(response: Response, target: URL, more: readonly string[]): Readonly<Record<string, string>> {
  const { headers } = response
  const answered: Record<string, string> = {}
  for (const [name, value] of headers) {
    if (ANSWERED.has(name) || RATE_LIMIT.test(name) || more.includes(name)) answered[name] = value
  }
  // Against the vault's own address a path would lead to the vault, and the caller's token with it.
  const location = headers.get('location')
  if (location !== null && URL.canParse(location, target)) answered.location = new URL(location, target).href
  const length = headers.get('content-length')
  if (length !== null && !headers.has('content-encoding')) answered['content-length'] = length
  return { ...answered, ...SAFE_HEADERS, 'content-security-policy': "default-src 'none'; sandbox", [ANSWERED_BY]: 'api' }
}
