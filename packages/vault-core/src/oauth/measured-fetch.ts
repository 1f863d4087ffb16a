import { measureNothing, type RequestPurpose } from '../instrumentation.js'
import type { Runtime } from '../runtime.js'
import { failureCode } from './network-failure.js'

/** The same `fetch`, whose requests are measured where somebody wants to know. What a request or an answer says is told to nobody. */
export function measuredFetch(
  { measure }: Pick<Runtime, 'measure'>,
  fetch: typeof globalThis.fetch,
  purpose: RequestPurpose,
  connectionId: string | undefined,
): typeof globalThis.fetch {
  if (measure === measureNothing) return fetch
  return (input, init) => {
    const sentTo = input instanceof Request ? input.url : String(input)
    // Some providers want the token in the query. That of an API is the caller's own.
    const url = purpose === 'api' ? sentTo : sentTo.replace(/[?#].*$/s, '')
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
