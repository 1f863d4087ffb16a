import { VaultError } from '../errors.js'
import { endpointUrlProblem } from '../model/endpoint-url.js'
import { isPrivateApiHost } from '../model/read-connection-api.js'
import { boundedFetch } from '../oauth/bounded-fetch.js'
import { untilAborted, withDeadline } from '../oauth/deadline.js'
import { measuredFetch } from '../oauth/measured-fetch.js'
import { discardBody, readBody } from '../oauth/read-body.js'
import type { Runtime } from '../runtime.js'

/** How servers are asked of which nobody knows more than a URL. */
export interface ResourceAccess {
  /** @throws {VaultError} `provider_unavailable` for a URL that is not asked: not by https, or at a private address. */
  assertUrl(url: string, what: string): void
  get(url: string): Promise<Response>
  /** Answers of any status, with their body. */
  post(url: string, body: string): Promise<Response>
  /** @throws {VaultError} */
  unusable(reason: string, what: string): VaultError
}

const DEADLINE_MS = 10_000

/** Requests of this kind go to public addresses alone, as far as the vault's `fetchForStoredConnections` sees to it. */
export function createResourceAccess(
  runtime: Runtime,
  resource: URL,
  connectionId: string,
  allowPrivateAddresses: boolean,
): ResourceAccess {
  const fetch = measuredFetch(runtime, runtime.fetchForStoredConnections, 'metadata', connectionId)

  function unusable(reason: string, what: string): VaultError {
    return new VaultError(
      'provider_unavailable',
      `${resource.origin} cannot be connected: ${what}. Ask whoever runs it, or configure a connection by hand.`,
      {
        connectionId,
        reason,
      },
    )
  }

  async function asked(send: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
    try {
      return await withDeadline(runtime.clock, DEADLINE_MS, send)
    } catch {
      // What failed may quote what was sent.
      throw unusable('discovery_failed', 'a request that it takes was not answered')
    }
  }

  return {
    unusable,
    assertUrl(url, what) {
      const problem = endpointUrlProblem(url, { allowInsecureRequests: false, queryAllowed: true })
      if (problem !== undefined) throw unusable('discovery_failed', `${what} ${problem}`)
      if (!allowPrivateAddresses && isPrivateApiHost(new URL(url).hostname))
        throw unusable('address_not_public', `${what} is at a private address`)
    },
    get: (url) => asked((signal) => boundedFetch(fetch, signal)(url, { headers: { accept: 'application/json' } })),
    post: (url, body) =>
      asked(async (signal) => {
        const init = {
          method: 'POST',
          headers: { accept: 'application/json', 'content-type': 'application/json' },
          body,
          redirect: 'manual',
          signal,
        } as const
        const response = await untilAborted((async () => fetch(url, init))(), signal, discardBody)
        const read = await readBody(response, signal)
        if (read.kind === 'too_large') throw new RangeError('The answer is larger than 1 MiB.')
        const { status } = response
        const isEmpty = status === 204 || status === 205 || status === 304
        return new Response(isEmpty ? null : read.text, {
          status: status < 200 ? 502 : status,
          headers: { 'content-type': 'application/json' },
        })
      }),
  }
}
