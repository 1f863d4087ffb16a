import { isLive } from '../expiry/policy.js'
import type { Clock } from '../runtime.js'
import type { CredentialKey } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'

/** The place of a token in the life of its credential. */
interface Revision {
  readonly epoch: number
  readonly secretRev: number
}

/**
 * Tokens that a refresh brought and the store has not taken yet. While the store does not answer, or answers with what was
 * before, they are handed out from here.
 */
export interface UnwrittenGrants {
  hold(key: CredentialKey, revision: Revision, grant: AccessGrant): void
  drop(key: CredentialKey, grant: AccessGrant): void
  /**
   * The token, if it lives, and is newer than what the store has of the same grant. Without a row: if it has not been here so
   * long that the user may have disconnected elsewhere, unheard of.
   */
  find(key: CredentialKey, row?: Revision): AccessGrant | undefined
}

/** As long as data keys stay in memory: what else a store that is away could not take back meanwhile. */
const SERVED_WITHOUT_STORE_MS = 300_000

export function createUnwrittenGrants(clock: Clock): UnwrittenGrants {
  const held = new Map<string, Revision & { readonly grant: AccessGrant; readonly sinceMs: number }>()
  return {
    hold: (key, { epoch, secretRev }, grant) => void held.set(nameOf(key), { epoch, secretRev, grant, sinceMs: clock.monotonic() }),
    drop(key, grant) {
      if (held.get(nameOf(key))?.grant === grant) held.delete(nameOf(key))
    },
    find(key, row) {
      const found = held.get(nameOf(key))
      if (!found || !isLive(found.grant, clock.now())) return undefined
      const isNewest = row
        ? row.epoch === found.epoch && row.secretRev < found.secretRev
        : clock.monotonic() - found.sinceMs <= SERVED_WITHOUT_STORE_MS
      return isNewest ? found.grant : undefined
    },
  }
}

function nameOf({ connectionId, userId, accountId }: CredentialKey): string {
  return JSON.stringify([connectionId, userId, accountId])
}
