import type { Actor } from '@holdfast/vault-core'
import type { HandlerSettings } from './options.js'
import type { RouteCall } from './router.js'

/** The same, and where the request came from: for events, so that it is asked for only where somebody keeps them or hears of them. */
export function witnessed<Context, Who extends Actor>(
  { recorder, clientAddress }: HandlerSettings<Context>,
  who: Who,
  call: Pick<RouteCall<Context>, 'request' | 'context'>,
  route: string,
): Who {
  const address = recorder.isUsed ? clientAddress(call, route) : undefined
  return address === undefined ? who : { ...who, address }
}
