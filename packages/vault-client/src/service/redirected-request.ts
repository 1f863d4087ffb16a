import { VaultClientError } from '../vault-client-error.js'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** What is for the first origin alone. */
const PRIVATE_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'host']
/** What describes a body that is not sent again. */
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location']

/** Where an answer sends on to. Undefined for an answer that is no redirect. */
export function redirectTarget({ status, headers }: Response, from: string): URL | undefined {
  const location = REDIRECTS.has(status) ? headers.get('location') : null
  return location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined
}

/**
 * The request that a redirect asks for, as the fetch standard makes it: to another origin without the headers that are for the first.
 *
 * @param spare - The request as it was sent, its body unread; undefined when that cannot be sent again.
 * @throws {VaultClientError} `invalid_request` when a body is wanted again that was a stream.
 * @see {@link https://fetch.spec.whatwg.org/#http-redirect-fetch Fetch, HTTP-redirect fetch}
 */
export async function redirectedRequest(sent: Request, spare: Request | undefined, target: URL, status: number): Promise<Request> {
  const headers = new Headers(sent.headers)
  if (target.origin !== new URL(sent.url).origin) for (const name of PRIVATE_HEADERS) headers.delete(name)
  // Made anew, not of the one before: Bun gives a copy that is to have no headers all those of the original.
  const next = { headers, signal: sent.signal, redirect: 'manual' } as const
  if (becomesGet(sent.method, status)) {
    for (const name of BODY_HEADERS) headers.delete(name)
    return new Request(target.href, next)
  }
  if (!spare) {
    const problem = 'The API redirects, and the body is a stream, which cannot be sent again. Ask at the new place.'
    throw new VaultClientError('invalid_request', problem)
  }
  return new Request(target.href, { ...next, method: sent.method, ...(spare.body && { body: await spare.arrayBuffer() }) })
}

function becomesGet(method: string, status: number): boolean {
  return status === 303 ? method !== 'GET' && method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'
}
