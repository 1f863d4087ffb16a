import type { Log } from '@holdfast/vault-core'
import { addressKey } from './rate-limit/address-key.js'
import type { RouteCall } from './router.js'
import type { VaultRequest } from './vault-request.js'

/** Where a request came from, as far as the host says so. Undefined for whatever is no address. */
export type ClientAddress<Context> = (call: Pick<RouteCall<Context>, 'request' | 'context'>, route: string) => string | undefined

/** @param ask - The host's own. */
export function createClientAddress<Context>(
  ask: ((request: VaultRequest, context: Context) => string | undefined) | undefined,
  log: Log | undefined,
): ClientAddress<Context> {
  if (!ask) return () => undefined
  return ({ request, context }, route) => {
    try {
      return knownAddress(ask(request, context))
    } catch (error) {
      log?.error({ route, err: error }, '`clientAddress` failed. The request counts as one from an unknown address.')
      return undefined
    }
  }
}

/** The address of a client, for the events that tell of him; undefined for what is no IP address, which a header could have brought. */
export function knownAddress(address: string | undefined): string | undefined {
  return addressKey(address) === undefined ? undefined : address
}
