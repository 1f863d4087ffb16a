import type { VaultRequest } from '../vault-request.js'

/** What a limiter is asked about. */
export interface RateLimitRequest {
  /** Who asks: `client:<id>` or `user:<id>` for whoever proved it; else `address:<address>`, an IPv6 address as its first 64 bits. */
  readonly key: string
  /** Which route: `GET /v1/connections/{connectionId}`, say. */
  readonly route: string
  readonly request: VaultRequest
}

export type RateLimitDecision = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number }

/** Decides whether a request may go on, and counts it. */
export type RateLimiter = (request: RateLimitRequest) => RateLimitDecision | Promise<RateLimitDecision>
