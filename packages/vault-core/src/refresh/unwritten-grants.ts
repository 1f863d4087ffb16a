import { isLive } from '../expiry/policy.js'
import type { Clock } from '../runtime.js'
import type { CredentialKey, CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'

/** Where one attempt keeps the token that it brought, as long as the store has not taken it. */
export interface UnwrittenPlace {
  hold(grant: AccessGrant): void
  /**
   * The attempt is over: the store has taken the token, or has what is newer. For rows that are on their way it is found a while
   * longer: they may tell of the time before.
   */
  end(): void
}

/**
 * Tokens that a refresh brought and the store has not taken yet. While the store does not answer, or answers with what was
 * before, they are handed out from here.
 */
export interface UnwrittenGrants {
  /**
   * To be called before the request is sent: what callers are shown from now on tells whether its token may still be handed out.
   *
   * @param isNewsTo - Whether what the attempt brings is newer than what stands in this row, which may have been read a while ago.
   */
  begin(key: CredentialKey, isNewsTo: (row: CredentialRow) => boolean): UnwrittenPlace
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

interface Entry {
  readonly isNewsTo: (row: CredentialRow) => boolean
  held: { readonly grant: AccessGrant; readonly sinceMs: number } | undefined
  /** Callers have been shown what is newer, or the store has it. */
  isOvertaken: boolean
}

export function createUnwrittenGrants(clock: Clock): UnwrittenGrants {
  /** By credential, in the order in which their claims were made. */
  const places = new Map<string, Entry[]>()

  const remove = (name: string, entry: Entry): void => {
    const others = (places.get(name) ?? []).filter((other) => other !== entry)
    if (others.length === 0) places.delete(name)
    else places.set(name, others)
  }

  return {
    begin(key, isNewsTo) {
      const name = nameOf(key)
      const entry: Entry = { isNewsTo, held: undefined, isOvertaken: false }
      places.set(name, [...(places.get(name) ?? []), entry])
      return {
        hold(grant) {
          entry.held = { grant, sinceMs: clock.monotonic() }
          for (const earlier of places.get(name) ?? []) {
            if (earlier === entry) break
            earlier.isOvertaken = true
          }
        },
        end() {
          if (!entry.held) return remove(name, entry)
          entry.isOvertaken = true
          void clock.sleep(LATE_ROW_MS, undefined, { background: true }).then(() => remove(name, entry))
        },
      }
    },
    find(key, row) {
      // Nearly always.
      if (places.size === 0) return undefined
      const entries = places.get(nameOf(key))
      if (!entries) return undefined
      if (!row) return entries.findLast((entry) => !entry.isOvertaken && isServed(entry))?.held?.grant
      // Whoever was given what stands there must not be given an older one when the store is away again.
      for (const entry of entries) if (!entry.isNewsTo(row)) entry.isOvertaken = true
      return entries.findLast((entry) => entry.isNewsTo(row) && isLiveHere(entry))?.held?.grant
    },
  }

  function isServed(entry: Entry): boolean {
    return isLiveHere(entry) && clock.monotonic() - (entry.held?.sinceMs ?? 0) <= SERVED_WITHOUT_STORE_MS
  }

  function isLiveHere({ held }: Entry): boolean {
    return held !== undefined && isLive(held.grant, clock.now())
  }
}

function nameOf({ connectionId, userId, accountId }: CredentialKey): string {
  return JSON.stringify([connectionId, userId, accountId])
}
