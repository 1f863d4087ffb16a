/** What the policy has to know of an access token. Times are epoch milliseconds. */
export interface TokenLife {
  /** When the request that brought the token was begun. */
  readonly issuedAtMs: number
  /** Null when the provider stated no lifetime. */
  readonly expiresAtMs: number | null
  readonly hasRefreshToken: boolean
}

export interface ExpiryNeed {
  /** Milliseconds of life the caller asked for; undefined for the default. */
  readonly requiredValidityMs: number | undefined
  /** Milliseconds of life that a token handed out should still have when the caller named none. */
  readonly defaultValidityMs: number
}

/**
 * - `fresh`: hand it out.
 * - `refresh-soon`: hand it out; refresh behind the caller's back.
 * - `refresh-now`: refresh first; the token at hand is a fallback only while {@link isLive}.
 * - `dead`: expired, and nothing to refresh it with.
 */
export type Freshness = 'fresh' | 'refresh-soon' | 'refresh-now' | 'dead'

/** One minute: longer than most API calls take, and a sixtieth of the usual one-hour token. */
export const DEFAULT_VALIDITY_MS = 60_000

/** Five minutes before the margin, or a tenth of a short life: the time in which nobody waits. */
const SOFT_WINDOW_MS = 300_000
const SOFT_WINDOW_SHARE = 0.1

/** A margin longer than this share of a token's life would refresh a token just obtained again and again. */
const MARGIN_SHARE = 0.2

/** A required validity up to this share of the life is granted in full; a longer one cannot be met for long, and adapts like the default. */
const SATISFIABLE_SHARE = 0.8

/** Machines' clocks differ by a few seconds; a token that short of its end counts as expired, a share of the life at most. */
const SKEW_MS = 5_000
const SKEW_SHARE = 0.05

/** Providers count in whole seconds, so a token may end almost a second before its stated lifetime; of a very short life half is kept. */
const ROUNDING_MS = 1_000
const ROUNDING_SHARE = 0.5

/**
 * Judges whether a token lives long enough. Pure: the same answer for the same arguments.
 *
 * @param nowMs - Wall clock, epoch milliseconds.
 */
export function assessFreshness(token: TokenLife, nowMs: number, need: ExpiryNeed): Freshness {
  if (token.expiresAtMs === null) return 'fresh'
  if (!token.hasRefreshToken) return isLive(token, nowMs) ? 'fresh' : 'dead'
  // The wall clock was set back to before the token was made: its expiry says nothing any more.
  if (nowMs < token.issuedAtMs - SKEW_MS) return 'refresh-now'
  const remainingMs = token.expiresAtMs - nowMs
  const { marginMs, softMs } = windowsOf(token.issuedAtMs, token.expiresAtMs, need)
  if (remainingMs <= marginMs) return 'refresh-now'
  return remainingMs <= marginMs + softMs ? 'refresh-soon' : 'fresh'
}

/**
 * When to refresh a token that nobody asks for, so that nobody ever waits: in the first half of its soft window.
 *
 * @param spread - From 0 to 1, drawn for each token, so that those issued together are not refreshed together.
 * @returns Epoch milliseconds.
 */
export function refreshAheadAtMs(
  token: { readonly issuedAtMs: number; readonly expiresAtMs: number },
  need: ExpiryNeed,
  spread: number,
): number {
  const { marginMs, softMs } = windowsOf(token.issuedAtMs, token.expiresAtMs, need)
  return Math.ceil(token.expiresAtMs - marginMs - softMs * (1 - spread / 2))
}

/** How long before its end a token is refreshed before it is handed out, and, before that, behind the caller's back. */
function windowsOf(issuedAtMs: number, expiresAtMs: number, need: ExpiryNeed): { readonly marginMs: number; readonly softMs: number } {
  const lifetimeMs = Math.max(0, expiresAtMs - issuedAtMs)
  return {
    marginMs: Math.max(marginFor(lifetimeMs, need), skewFor(lifetimeMs)),
    softMs: Math.min(SOFT_WINDOW_MS, lifetimeMs * SOFT_WINDOW_SHARE),
  }
}

/** Whether the token may still be handed out at all: never past its expiry. */
export function isLive(token: Pick<TokenLife, 'issuedAtMs' | 'expiresAtMs'>, nowMs: number): boolean {
  if (token.expiresAtMs === null) return true
  return token.expiresAtMs - nowMs > skewFor(Math.max(0, token.expiresAtMs - token.issuedAtMs))
}

function marginFor(lifetimeMs: number, need: ExpiryNeed): number {
  const share = lifetimeMs * MARGIN_SHARE
  if (need.requiredValidityMs === undefined) return Math.min(need.defaultValidityMs, share)
  return need.requiredValidityMs <= lifetimeMs * SATISFIABLE_SHARE ? need.requiredValidityMs : share
}

function skewFor(lifetimeMs: number): number {
  return Math.min(SKEW_MS, Math.max(lifetimeMs * SKEW_SHARE, Math.min(ROUNDING_MS, lifetimeMs * ROUNDING_SHARE)))
}
