import type { HandlerSettings } from '../options.js'
import type { RouteCall } from '../router.js'

/**
 * Counts a request of a browser: by who is signed in to the host, or else by its address.
 *
 * @throws {HttpError} `rate_limited`.
 */
export async function countVisitor<Context>(
  { rateLimits }: HandlerSettings<Context>,
  userId: string | undefined,
  call: RouteCall<Context>,
  route: string,
): Promise<void> {
  if (userId === undefined) await rateLimits.stranger(call, route)
  else await rateLimits.known?.({ kind: 'user', id: userId }, call, route)
}
