import { measureNothing, type RequestPurpose } from '../instrumentation.js'
import type { Runtime } from '../runtime.js'
import { failureCode } from './network-failure.js'

/**
 * The same `fetch`, whose requests are measured where somebody wants to know. What a request or an answer says is told to nobody.
 *
 * @param showsQuery - Whether the query is told, too. Some providers want the token there, and where an API redirects to, its own secret may stand there.
 */
export function measuredFetch(
  { measure }: Pick<Runtime, 'measure'>,
  fetch: typeof globalThis.fetch,
  purpose: RequestPurpose,
  connectionId: string | undefined,
  showsQuery = false,
): typeof globalThis.fetch {
  if (measure === measureNothing) return fetch
  return (input, init) => {
    const sentTo = input instanceof Request ? input.url : String(input)
    const url = showsQuery ? sentTo : sentTo.replace(/[?#].*$/s, '')
    return measure({ name: 'request', purpose, method: init?.method ?? 'GET', url, connectionId }, async (note) => {
      try {
        const response = await fetch(input, init)
        note({ status: response.status })
        return response
      } catch (error) {
        note({ failure: init?.signal?.aborted ? 'aborted' : (failureCode(error) ?? 'network') })
        throw error
      }
    })
  }
}
