import type { Runtime } from '../runtime.js'
import { untilAborted } from './deadline.js'
import { discardBody, readBody } from './read-body.js'

/**
 * A `fetch` for documents that a server publishes, metadata and keys: the answer comes with its body read already, at most
 * 1 MiB of it. Redirects are not followed. An answer other than 2xx comes without its body.
 */
export function boundedFetch(
  fetch: Runtime['fetch'],
  signal: AbortSignal,
): (url: string, init: { readonly headers: Record<string, string> }) => Promise<Response> {
  return async (url, init) => {
    const start = async (): Promise<Response> => fetch(url, { method: 'GET', headers: init.headers, redirect: 'manual', signal })
    const response = await untilAborted(start(), signal, discardBody)
    const { status, headers } = response
    if (status < 200 || status > 299) {
      discardBody(response)
      // A redirect that is not followed has status 0 in browsers, which no Response can be made with.
      return new Response(null, { status: status === 0 ? 302 : status, headers: pick(headers, 'retry-after', 'dpop-nonce') })
    }
    const body = await readBody(response, signal)
    if (body.kind === 'too_large') throw new RangeError('The answer is larger than 1 MiB.')
    return new Response(body.text, { status: 200, headers: pick(headers, 'content-type', 'dpop-nonce') })
  }
}

function pick(headers: Headers, ...names: readonly string[]): Record<string, string> {
  const picked = names.map((name) => [name, headers.get(name)] as const)
  return Object.fromEntries(picked.filter((entry): entry is [string, string] => entry[1] !== null))
}
