import type { Runtime } from '../runtime.js'
import type { CredentialKey } from '../storage/contract.js'

/** The time for which a refresh waits for another process, from the first look that found it at work to the one that did not. */
export interface LeaseWait {
  /** Harmless while it goes on. */
  begin(): void
  /** Harmless when there was none. */
  end(): void
}

export function createLeaseWait({ measure }: Pick<Runtime, 'measure'>, key: CredentialKey): LeaseWait {
  let end: (() => void) | undefined
  return {
    begin() {
      if (end) return
      void measure({ ...key, name: 'lease_wait' }, () => new Promise<void>((resolve) => (end = resolve)))
    },
    end() {
      end?.()
      end = undefined
    },
  }
}
