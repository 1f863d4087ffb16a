import { sameText } from '../same-text.js'

/** A secret of a session, by its hash. */
export interface SessionSecret {
  readonly hash: string
  /** When another took its place, epoch milliseconds; null while none did. */
  readonly retiredAtMs: number | null
}

/** How long a secret is good after another took its place, milliseconds: for other tabs, and for answers that got lost. */
const GRACE_MS = 60_000
/** Most secrets that are kept: as many tabs may come back at once. */
const MAX_SECRETS = 64

/** Whether a secret is good, and if so whether another took its place already. */
export function judgeSecret(secrets: readonly SessionSecret[], hash: string, nowMs: number): 'current' | 'late' | 'unknown' {
  const known = secrets.find((each) => sameText(each.hash, hash))
  if (!known) return 'unknown'
  if (known.retiredAtMs === null) return 'current'
  return nowMs - known.retiredAtMs <= GRACE_MS ? 'late' : 'unknown'
}

/**
 * A new secret in place of the one that was shown. Of several tabs that show the same one each gets its own, and nobody knows which of them the
 * browser keeps: all stay current until one of them is shown.
 */
export function rotateSecrets(
  secrets: readonly SessionSecret[],
  { shown, fresh, nowMs }: { readonly shown: string; readonly fresh: string; readonly nowMs: number },
): readonly SessionSecret[] {
  const isCurrent = judgeSecret(secrets, shown, nowMs) === 'current'
  return secrets
    .map((each) => (isCurrent && each.retiredAtMs === null ? { ...each, retiredAtMs: nowMs } : each))
    .filter(({ retiredAtMs }) => retiredAtMs === null || nowMs - retiredAtMs <= GRACE_MS)
    .concat({ hash: fresh, retiredAtMs: null })
    .slice(-MAX_SECRETS)
}
