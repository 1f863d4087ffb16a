import type { ClientCredentials } from './client-credentials.js'

/** Tokens that were read lately, so that not every call costs a request. In memory only. */
export interface CredentialCache {
  /** Undefined when there is none that lives long enough. */
  get(key: string): ClientCredentials | undefined
  put(key: string, credentials: ClientCredentials): void
  /** Forgets the token that an API refused, unless another has taken its place. */
  drop(key: string, accessToken: string): void
}

export interface CacheOptions {
  /** Most tokens that are held; beyond it the one goes that was asked for longest ago. Default 1,000. */
  readonly maxEntries?: number
  /** How long a token is held at most, milliseconds: so long it may take until a disconnect or a withdrawn grant is noticed. Default 5 minutes. */
  readonly maxAgeMs?: number
}

/** A token is not used for the last part of its life: a share of what it had left, one minute at most. */
const MARGIN_SHARE = 0.2
const MAX_MARGIN_MS = 60_000

export function createCredentialCache({ maxEntries = 1_000, maxAgeMs = 300_000 }: CacheOptions, now: () => number): CredentialCache {
  const held = new Map<string, { readonly credentials: ClientCredentials; readonly readAtMs: number; readonly untilMs: number }>()

  return {
    get(key) {
      const entry = held.get(key)
      held.delete(key)
      if (!entry || now() >= entry.untilMs || now() < entry.readAtMs) return undefined
      held.set(key, entry)
      return entry.credentials
    },
    put(key, credentials) {
      const readAtMs = now()
      const lifeMs = (credentials.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - readAtMs
      const usefulMs = lifeMs - Math.min(MAX_MARGIN_MS, lifeMs * MARGIN_SHARE)
      held.delete(key)
      if (usefulMs <= 0) return
      held.set(key, { credentials, readAtMs, untilMs: readAtMs + Math.min(maxAgeMs, usefulMs) })
      for (const oldest of held.keys()) {
        if (held.size <= maxEntries) break
        held.delete(oldest)
      }
    },
    drop(key, accessToken) {
      if (held.get(key)?.credentials.accessToken === accessToken) held.delete(key)
    },
  }
}

/** For a client that asks the vault each time. */
export const noCache: CredentialCache = { get: () => undefined, put: () => undefined, drop: () => undefined }
