/** When a signing key does what, epoch milliseconds. */
export interface SigningKeyTimes {
  readonly kid: string
  readonly createdAtMs: number
  readonly signsFromMs: number
  readonly signsUntilMs: number
  /** Until then its public half is published, and its tokens are accepted. */
  readonly publishedUntilMs: number
}

/** How long a new key is published before it signs, milliseconds: services keep what they fetched of the public keys for so long. */
const OVERLAP_MS = 600_000
/** The longest that an access token lives, and five minutes more for clocks that differ. */
const TOKENS_LIVE_MS = 86_400_000 + 300_000
/** A successor is made so long before a key's time is over, milliseconds. */
const AHEAD_MS = 86_400_000

/** The key that signs now: the newest of those whose time it is. */
export function signerOf<T extends SigningKeyTimes>(keys: readonly T[], nowMs: number): T | undefined {
  const live = keys.filter(({ signsFromMs, signsUntilMs }) => signsFromMs <= nowMs && nowMs < signsUntilMs)
  return live.toSorted((a, b) => b.createdAtMs - a.createdAtMs || (a.kid < b.kid ? -1 : 1))[0]
}

export function isPublished({ publishedUntilMs }: SigningKeyTimes, nowMs: number): boolean {
  return nowMs < publishedUntilMs
}

/** Whether the signer's time is nearly over and no key is there that goes on. */
export function needsSuccessor(keys: readonly SigningKeyTimes[], signer: SigningKeyTimes, lifetimeMs: number, nowMs: number): boolean {
  const isNearEnd = signer.signsUntilMs - nowMs <= Math.min(AHEAD_MS, lifetimeMs / 3)
  return isNearEnd && !keys.some(({ signsUntilMs }) => signsUntilMs > signer.signsUntilMs)
}

/** The times of a key that is made now: it signs at once when no other does. */
export function timesOfNewKey(kid: string, lifetimeMs: number, nowMs: number, signerIsThere: boolean): SigningKeyTimes {
  const signsFromMs = signerIsThere ? nowMs + OVERLAP_MS : nowMs
  const signsUntilMs = signsFromMs + lifetimeMs
  return { kid, createdAtMs: nowMs, signsFromMs, signsUntilMs, publishedUntilMs: signsUntilMs + TOKENS_LIVE_MS }
}

/** The times of a key that signs no more from then on; the same when it did not anyway. */
export function endedAt<T extends SigningKeyTimes>(key: T, endMs: number): T {
  return key.signsUntilMs <= endMs ? key : { ...key, signsUntilMs: endMs, publishedUntilMs: endMs + TOKENS_LIVE_MS }
}
