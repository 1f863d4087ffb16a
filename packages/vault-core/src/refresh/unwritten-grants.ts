import { isLive } from '../expiry/policy.js'
import type { Clock } from '../runtime.js'
import type { CredentialKey, CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'

/** A token that is on its way into the store. */
export interface UnwrittenGrant {
  readonly grant: AccessGrant
  /** Whether it is newer than what stands in this row, which may have been read a while ago. */
  readonly isNewsTo: (row: CredentialRow) => boolean
}

/**
 * Tokens that a refresh brought and the store has not taken yet. While the store does not answer, or answers with what was
 * before, they are handed out from here.
 */
export interface UnwrittenGrants {
  hold(key: CredentialKey, unwritten: UnwrittenGrant): void
  /** The store has taken it, or has what is newer. For rows that are on their way it is found a while longer: they may tell of the time before. */
  drop(key: CredentialKey, grant: AccessGrant): void
  /**
   * The token, if it lives, and is newer than what the store has of the same grant. Without a row: if the store was not seen to
   * have as new a one, and it has not been here so long that the user may have disconnected elsewhere, unheard of.
   */
  find(key: CredentialKey, row?: CredentialRow): AccessGrant | undefined
}

/** As long as data keys stay in memory: what else a store that is away could not take back meanwhile. */
const SERVED_WITHOUT_STORE_MS = 300_000
/** No row is on its way from the store for longer. */
const LATE_ROW_MS = 60_000

export function createUnwrittenGrants(clock: Clock): UnwrittenGrants {
  const held = new Map<string, UnwrittenGrant & { readonly sinceMs: number; isOvertaken: boolean }>()
  return {
    hold: (key, unwritten) => void held.set(nameOf(key), { ...unwritten, sinceMs: clock.monotonic(), isOvertaken: false }),
    drop(key, grant) {
      const name = nameOf(key)
      const found = held.get(name)
      if (found?.grant !== grant) return
      found.isOvertaken = true
      void clock.sleep(LATE_ROW_MS, undefined, { background: true }).then(() => {
        if (held.get(name) === found) held.delete(name)
      })
    },
    find(key, row) {
      const found = held.get(nameOf(key))
      if (!found || !isLive(found.grant, clock.now())) return undefined
      if (!row) return !found.isOvertaken && clock.monotonic() - found.sinceMs <= SERVED_WITHOUT_STORE_MS ? found.grant : undefined
      if (found.isNewsTo(row)) return found.grant
      // Whoever was given what stands there must not be given this one when the store is away again.
      found.isOvertaken = true
      return undefined
    },
  }
}

function nameOf({ connectionId, userId, accountId }: CredentialKey): string {
  return JSON.stringify([connectionId, userId, accountId])
}
