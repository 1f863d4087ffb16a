import type { Log } from '@holdfast/vault-core'
import type { Caller } from '../caller.js'
import type { ClientAddress } from '../client-address.js'
import { HttpError } from '../http-error.js'
import type { RouteCall } from '../router.js'
import { addressKey } from './address-key.js'
import type { RateLimiter } from './rate-limiter.js'
import { createTokenBuckets, UNKNOWN_ADDRESS } from './token-bucket.js'

/** Keeps clients to their share. */
export interface RateLimits<Context> {
  /** For whoever proved nothing: by his address. @throws {HttpError} `rate_limited`. */
  stranger(call: RouteCall<Context>, route: string): Promise<void> | undefined
  /** For whoever proved who he is. Undefined when nobody limits them. @throws {HttpError} `rate_limited`. */
  readonly known: ((caller: Caller, call: RouteCall<Context>, route: string) => Promise<void>) | undefined
}

export interface RateLimitOptions<Context> {
  /** The host's own; false for none. Undefined: token buckets in memory, for strangers alone. */
  readonly rateLimit: RateLimiter | false | undefined
  readonly clientAddress: ClientAddress<Context>
  readonly now: () => number
  readonly log: Log | undefined
}

export function createRateLimits<Context>({ rateLimit, clientAddress, now, log }: RateLimitOptions<Context>): RateLimits<Context> {
  if (rateLimit === false) return { stranger: () => undefined, known: undefined }
  const limiter = rateLimit ?? createTokenBuckets({ now })

  async function ask(key: string, route: string, request: RouteCall<Context>['request']): Promise<void> {
    const decision = await decide(key, route, request)
    if (!decision.allowed) throw new HttpError('rate_limited', 'There were too many requests. Wait, then ask again.', decision.retryAfterMs)
  }

  async function decide(key: string, route: string, request: RouteCall<Context>['request']) {
    try {
      return await limiter({ key, route, request })
    } catch (error) {
      // A limiter that is down must not take the vault down with it.
      log?.error({ route, err: error }, 'The rate limiter failed. The request was let through.')
      return { allowed: true } as const
    }
  }

  return {
    stranger: (call, route) => {
      const address = addressKey(clientAddress(call, route))
      return ask(address === undefined ? UNKNOWN_ADDRESS : `address:${address}`, route, call.request)
    },
    known:
      rateLimit === undefined
        ? undefined
        : ({ kind, id }, { request }, route) => ask(`${kind === 'user' ? 'user' : 'client'}:${id}`, route, request),
  }
}
