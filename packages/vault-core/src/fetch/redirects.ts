import type { ApiRequest } from './api-request.js'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** What is for the first origin alone. */
const PRIVATE_HEADERS = ['authorization', 'proxy-authorization', 'dpop', 'cookie', 'origin']
/** What describes a body that is not sent again. */
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location']

/** Where an answer sends on to. Undefined for an answer that is no redirect. */
export function redirectTarget({ status, headers }: Response, from: URL): URL | undefined {
  const location = REDIRECTS.has(status) ? headers.get('location') : null
  return location !== null && URL.canParse(location, from.href) ? new URL(location, from) : undefined
}

/**
 * The request that a redirect asks for, as the fetch standard makes it: to another origin without the headers that are for the first.
 *
 * @see {@link https://fetch.spec.whatwg.org/#http-redirect-fetch Fetch, HTTP-redirect fetch}
 */
export function redirectedRequest(sent: ApiRequest, target: URL, status: number): ApiRequest {
  const headers = new Headers(sent.headers)
  if (target.origin !== sent.url.origin) for (const name of PRIVATE_HEADERS) headers.delete(name)
  const next = { ...sent, url: target, headers, isRedirected: true }
  if (!becomesGet(sent.method, status)) return next
  for (const name of BODY_HEADERS) headers.delete(name)
  return { ...next, method: 'GET', body: null, isReplayable: true }
}

function becomesGet(method: string, status: number): boolean {
  return status === 303 ? method !== 'GET' && method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'
}
