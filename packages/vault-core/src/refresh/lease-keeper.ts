import { type Clock, WAIT_ENDED } from '../runtime.js'
import type { CredentialKey, CredentialStore, LeaseHolder } from '../storage/contract.js'
import type { RefreshTiming } from './profile.js'

/** Keeps a lease alive while its holder works. */
export interface LeaseKeeper {
  /** Whether the lease surely still holds, judged by the time of the last renewal that was acknowledged. */
  isSurelyHeld(): boolean
  /** Ends the renewals. The lease itself is released by the write-back. */
  stop(): void
}

/** @param claimedAtMonotonicMs - Monotonic time just before the claim was asked for. */
export function keepLease(options: {
  readonly credentials: CredentialStore
  readonly key: CredentialKey
  readonly holder: LeaseHolder
  readonly timing: RefreshTiming
  readonly clock: Clock
  readonly claimedAtMonotonicMs: number
}): LeaseKeeper {
  const { credentials, key, holder, timing, clock } = options
  const stopped = new AbortController()
  let heldUntil = options.claimedAtMonotonicMs + timing.leaseMs

  const renewals = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(timing.renewEveryMs, stopped.signal)
      if (stopped.signal.aborted) return
      const asked = clock.monotonic()
      try {
        if (!(await credentials.renew(key, holder, timing.leaseMs))) return
        heldUntil = asked + timing.leaseMs
      } catch {
        // The store is away: the request goes on all the same, and the next renewal may succeed.
      }
    }
  }
  void renewals()

  return {
    // One renewal's time is kept in hand for what lies between this check and the wire.
    isSurelyHeld: () => clock.monotonic() < heldUntil - timing.renewEveryMs,
    stop: () => stopped.abort(WAIT_ENDED),
  }
}
