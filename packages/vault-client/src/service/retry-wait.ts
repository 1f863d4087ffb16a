import type { VaultClientError } from '../vault-client-error.js'

/** First wait at most so long, doubled with each failure. */
const BASE_MS = 200
const MAX_MS = 5_000

/** What passes by itself: too many requests, and a vault, provider or proxy that fails for now. */
const TRANSIENT: ReadonlySet<number | undefined> = new Set([429, 502, 503, 504])

/** Whether asking again may help. */
export function isTransient({ code, status }: VaultClientError): boolean {
  return code === 'vault_unreachable' || TRANSIENT.has(status)
}

/**
 * Milliseconds to wait after the n-th failure in a row: anything up to a ceiling that doubles (full jitter), so that clients which failed
 * together do not come back together; after what the vault asked for, if it did.
 *
 * @param random - From 0 to 1, 1 excluded.
 */
export function retryWaitMs(failures: number, askedMs: number | undefined, random: () => number): number {
  const ceiling = askedMs === undefined ? Math.min(MAX_MS, BASE_MS * 2 ** (failures - 1)) : BASE_MS
  return Math.round((askedMs ?? 0) + ceiling * random())
}
