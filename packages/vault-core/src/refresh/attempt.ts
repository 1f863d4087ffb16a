import type { Connection } from '../model/connection.js'
import type { CredentialKey, CredentialRow, LeaseHolder } from '../storage/contract.js'
import type { RefreshContext } from './context.js'
import type { RefreshTiming } from './profile.js'

/** One claim's work: the row as claimed, and all that is needed to send and to write back. */
export interface Attempt {
  readonly context: RefreshContext
  readonly connection: Connection
  readonly key: CredentialKey
  readonly row: CredentialRow
  readonly attemptId: string
  readonly timing: RefreshTiming
  readonly claimedAtMonotonicMs: number
  /** Hands over work that goes on after the callers have their token. */
  readonly inBackground: (work: Promise<void>) => void
}

/** Who holds the lease of this attempt. */
export function holderOf(attempt: Attempt): LeaseHolder {
  return { owner: attempt.context.owner, fence: attempt.row.fence }
}
