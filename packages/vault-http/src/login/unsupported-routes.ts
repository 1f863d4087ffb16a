import { HttpError } from '../http-error.js'
import type { HandlerSettings } from '../options.js'
import type { Reply } from '../reply.js'
import type { Route, RouteCall } from '../router.js'

/** What the published SDK can ask besides, and no vault does. */
const UNSUPPORTED: readonly (readonly [Route<never>['method'], string])[] = [
  ['GET', '/api/session'],
  ['GET', '/api/session/devices'],
  ['POST', '/api/session/devices'],
  ['DELETE', '/api/session/devices/{deviceId}'],
  ['PATCH', '/api/authentication/{requestId}'],
]

/** Routes that say so: left to the host, each would be an answer that the SDK makes nothing of. */
export function unsupportedRoutes<Context>({ rateLimits }: HandlerSettings<Context>): readonly Route<Context>[] {
  return UNSUPPORTED.map(([method, path]) => ({
    method,
    path,
    isApi: true,
    handle: async (call: RouteCall<Context>): Promise<Reply> => {
      await rateLimits.stranger(call, `${method} ${path}`)
      throw new HttpError('not_supported', 'The vault does not do this: devices, invites and extensions are none of its business.')
    },
  }))
}
